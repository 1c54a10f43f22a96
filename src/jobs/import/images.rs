//! The pictures of imported pages: those that their stories name, taken out of the records, parts and files that the pages came with.
//! They are looked for once all pages are stored, since a record may come before the page that names it; so every file is read again.

use std::collections::{HashMap, HashSet};

use url::Url;

use crate::{
    clock, image,
    jobs::{
        JobError,
        records::{HEAD_BYTES, ImageRecord, image_of},
    },
    model::{CaptureSource, Event, ImageTally, RawImage, RawPage, Validators},
    warc::{self, WarcReader},
};

use super::{
    parts::Import,
    source::{Contents, ImportFile, SavedPage, saved_page},
};

impl Import<'_> {
    /// Keeps the pictures that the stories of these files name. Returns their counts; `None` where the archive keeps no pictures.
    pub(super) async fn keep_images(
        &self,
        files: &[ImportFile],
    ) -> Result<Option<ImageTally>, JobError> {
        let Some(max_pixels) = self.image_pixels else { return Ok(None) };
        let (mut tally, mut known) = (ImageTally::default(), HashMap::new());
        let wanted = self.writer.wanted_images().await?;
        for file in files {
            if self.stop.is_requested() || wanted.is_empty() {
                break;
            }
            if file.is_stream {
                continue;
            }
            // What cannot be opened was said when its pages were read.
            match (file.open)() {
                Ok(Contents::Archive(input)) => {
                    let records = WarcReader::new(input, self.body_max + HEAD_BYTES);
                    for record in records.into_iter().flatten().flatten() {
                        let found = image_of(&record, self.body_max);
                        let is_wanted = |it: &ImageRecord| {
                            it.page.url.as_ref().is_some_and(|it| wanted.contains(it.as_str()))
                        };
                        let Some(found) = found.filter(is_wanted) else { continue };
                        self.keep_record(found, max_pixels, &mut known, &mut tally).await?;
                    }
                }
                Ok(Contents::Page { body, content_type, .. }) => {
                    let found = self.saved_with(file, body, content_type, &wanted);
                    for (url, image) in found {
                        self.keep_image(url, image, max_pixels, &mut tally).await?;
                    }
                }
                Err(_) => {}
            }
        }
        self.writer.match_images().await?;
        Ok(Some(tally))
    }

    /// Returns the pictures that were saved with a page, by the addresses that its story has for them.
    fn saved_with(
        &self,
        file: &ImportFile,
        body: Vec<u8>,
        content_type: Option<String>,
        wanted: &HashSet<String>,
    ) -> Vec<(Url, RawPage)> {
        let parts = warc::mhtml_images(&body);
        let (extractor, url) = (self.extractor, file.url.clone().or_else(|| file.place.clone()));
        let Ok(SavedPage { page, .. }) =
            saved_page(extractor, body, content_type, url, file.captured_at)
        else {
            return Vec::new();
        };
        let images = self.extractor.extract(&page).draft.images;
        let mut found = Vec::new();
        for image in images.iter().filter(|it| wanted.contains(&it.url)) {
            let addresses = || [Some(&image.url), image.block_url.as_ref()].into_iter().flatten();
            let part = parts.iter().find(|part| addresses().any(|it| *it == part.url));
            let bytes = part.map(|it| it.body.clone());
            let bytes = bytes.or_else(|| addresses().find_map(|it| (file.beside)(&last_part(it)?)));
            if let (Some(bytes), Ok(url)) = (bytes, Url::parse(&image.url)) {
                let (captured_at, source) = (page.captured_at, CaptureSource::File);
                found.push((url, RawPage { captured_at, source, status: None, ..RawPage::live(bytes) }));
            }
        }
        found
    }

    /// Keeps what a record says of a picture. `known` has the rows of pictures by the names of their bytes, for records that only name
    /// them.
    async fn keep_record(
        &self,
        record: ImageRecord,
        max_pixels: u64,
        known: &mut HashMap<String, i64>,
        tally: &mut ImageTally,
    ) -> Result<(), JobError> {
        let ImageRecord { page, names, is_revisit } = record;
        let Some(url) = page.url.clone() else { return Ok(()) };
        if is_revisit {
            let image = names.iter().find_map(|it| known.get(it)).copied();
            if let Some(image) = image {
                self.writer.import_image_again(url, image, page.captured_at, clock::now()).await?;
            }
            return Ok(());
        }
        let kept = self.keep_image(url, page, max_pixels, tally).await?;
        known
            .extend(kept.into_iter().flat_map(|image| names.iter().cloned().map(move |it| (it, image))));
        Ok(())
    }

    /// Keeps a picture, if its bytes are one. Returns its row.
    async fn keep_image(
        &self,
        url: Url,
        page: RawPage,
        max_pixels: u64,
        tally: &mut ImageTally,
    ) -> Result<Option<i64>, JobError> {
        let kind = match image::kind(&page.body, max_pixels) {
            Ok(kind) => kind,
            Err(why) => {
                tally.failed += 1;
                let failed = Some((why.state(), why.to_string()));
                (self.observe)(Event::ImageSettled { url: url.into(), failed });
                return Ok(None);
            }
        };
        let RawPage { body, captured_at, source, status, content_type, .. } = page;
        let validators = Validators::default();
        let image = RawImage { body, kind, captured_at, source, status, content_type, validators };
        let name = url.to_string();
        let kept = self.writer.import_image(url, image, clock::now()).await?;
        tally.stored += u64::from(kept.is_some());
        (self.observe)(Event::ImageSettled { url: name, failed: None });
        Ok(kept)
    }
}

/// Returns the last part of the path of an address, as a browser names the file that it saves.
fn last_part(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let name = url.path_segments()?.next_back()?;
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned();
    Some(name).filter(|it| !it.is_empty())
}
