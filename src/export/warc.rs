//! Captures as web archives: a folder of WARC/1.1 files with an index beside them. This file decides which captures go into which
//! file, and which of them only name an earlier one; how a record is written is the business of the codec `crate::warc`, and how
//! the folder is packed as one file that of `wacz`.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::json;
use url::Url;

use crate::{
    model::{Days, Event, Heads, PageId},
    store::{ImageCapture, Reader, StoreError, StoredCapture},
    warc::{self, CaptureRecord, EarlierRecord, Header, WarcWriter, Written},
};

use super::{
    file::Destination,
    row::Row,
    table::ExportError,
    wacz::{self, SOFTWARE},
};

/// The bytes at which a file is closed; no record is that large.
const FILE_BYTES: u64 = 900 << 20;

/// The counts of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WarcExport {
    /// The captures that were written.
    pub captures: u64,
    /// The captures among them that name an earlier one instead of the same bytes.
    pub revisits: u64,
    /// The captures of pictures.
    pub images: u64,
    /// The captures that were left out because they have no date or no address, without which there is no record.
    pub undated: u64,
    /// The WARC files.
    pub files: u64,
}

/// Captures that are written as web archives.
pub struct CaptureExport<'a> {
    /// The archive.
    pub reader: &'a Reader,
    /// Captures of articles published on these days; all captures without a range.
    pub days: Option<Days>,
    /// What the files say they are.
    pub about: &'a str,
    /// The time of the export, as a web archive writes it: `2021-03-08T06:20:00Z`.
    pub created: &'a str,
    /// Is told how many captures there will be, and of each that is done.
    pub observe: &'a dyn Fn(Event),
}

/// A folder under way.
struct Folder<'a> {
    path: &'a Path,
    about: &'a str,
    created: &'a str,
    export: WarcExport,
    open: Option<OpenWarc>,
    /// Lines of CDXJ.
    index: Vec<String>,
    /// The target of the first record of each body, by the SHA-256 of the body.
    first: HashMap<String, RecordTarget>,
    pages: BufWriter<File>,
}

/// A file under way.
struct OpenWarc {
    name: String,
    writer: WarcWriter<BufWriter<File>>,
}

/// What a record is a capture of, and when it was made. A revisit names those of the first record of its bytes.
struct RecordTarget {
    url: String,
    date: String,
}

impl CaptureExport<'_> {
    /// Writes a folder: `archive/*.warc.gz`, `indexes/index.cdxj`, `pages/pages.jsonl`. Returns the counts.
    pub fn to_folder(&self, destination: Destination) -> Result<WarcExport, ExportError> {
        let path = destination.path().to_owned();
        let folder = destination.folder()?;
        let export = self.write(folder.path()).map_err(|it| it.at(&path))?;
        folder.commit()?;
        Ok(export)
    }

    /// Writes one WACZ file, which is the same folder, packed. Returns the counts.
    pub fn to_wacz(&self, destination: Destination) -> Result<WarcExport, ExportError> {
        let path = destination.path().to_owned();
        let mut file = destination.file()?;
        let folder = file.scratch()?;
        let packed = self.write(folder.path()).and_then(|export| {
            wacz::pack(folder.path(), &mut file, self.about, self.created)?;
            Ok(export)
        });
        let export = packed.map_err(|it| it.at(&path))?;
        file.commit()?;
        Ok(export)
    }

    fn write(&self, path: &Path) -> Result<WarcExport, ExportError> {
        (self.observe)(Event::Expected(self.reader.captures_left(0, self.days)?));
        let mut folder = Folder::begin(path, self.about, self.created)?;
        for capture in captures(self.reader, self.days) {
            folder.add(self.reader, &capture?)?;
            (self.observe)(Event::Step);
        }
        folder.add_images(self.reader, self.days)?;
        folder.finish()
    }
}

/// Returns every capture. They are read from the archive some at a time.
fn captures(
    reader: &Reader,
    days: Option<Days>,
) -> impl Iterator<Item = Result<StoredCapture, StoreError>> {
    const CHUNK: usize = 500;
    let mut row = 0;
    let mut chunk = Vec::new().into_iter();
    std::iter::from_fn(move || {
        if let Some(next) = chunk.next() {
            return Some(Ok(next));
        }
        match reader.stored_captures(row, days, CHUNK) {
            Ok(more) => {
                row = more.last()?.id;
                chunk = more.into_iter();
                chunk.next().map(Ok)
            }
            Err(error) => Some(Err(error)),
        }
    })
}

impl<'a> Folder<'a> {
    fn begin(path: &'a Path, about: &'a str, created: &'a str) -> Result<Self, ExportError> {
        for part in wacz::PARTS {
            fs::create_dir_all(path.join(part))?;
        }
        let mut pages = BufWriter::new(File::create(path.join("pages/pages.jsonl"))?);
        writeln!(pages, "{}", json!({ "format": "json-pages-1.0", "id": "pages", "title": about }))?;
        Ok(Self {
            path,
            about,
            created,
            export: WarcExport::default(),
            open: None,
            index: Vec::new(),
            first: HashMap::new(),
            pages,
        })
    }

    fn add(&mut self, reader: &Reader, capture: &StoredCapture) -> Result<(), ExportError> {
        // An item of a feed is what the feed's address gave, never an answer of the story's.
        let address = capture.feed_url.as_ref().unwrap_or(&capture.url);
        let (Some(date), Ok(url)) = (&capture.captured_at, Url::parse(address)) else {
            self.export.undated += 1;
            return Ok(());
        };
        let mut file = self.file_with_room()?;
        let body = reader.body(capture.body)?;
        let written = if capture.feed_url.is_some() {
            let content_type = capture.content_type.as_deref().unwrap_or("application/xml");
            file.writer.resource(url.as_str(), date, content_type, &body)?
        } else {
            self.write_answer(&mut file, capture, &url, date, &body)?
        };
        let id = written.id.clone();
        self.export.captures += 1;
        self.export.revisits += u64::from(written.is_revisit);
        let name = format!("{}.warc.gz", file.name);
        self.index.push(warc::cdxj_line(&url, &digits(date), &written, &name));
        let target = RecordTarget { url: url.to_string(), date: date.clone() };
        if let Some(article) = capture.article {
            self.add_article(reader, article, &mut file, &id, &target)?;
        }
        if !written.is_revisit && capture.feed_url.is_none() {
            self.first.insert(capture.sha256.clone(), target);
        }
        self.open = Some(file);
        Ok(())
    }

    /// Writes every capture of a picture of these days, as the answer that it was; of the same bytes only the first has them.
    fn add_images(&mut self, reader: &Reader, days: Option<Days>) -> Result<(), ExportError> {
        const CHUNK: usize = 500;
        let mut row = 0;
        loop {
            let captures = reader.image_captures(row, days, CHUNK)?;
            let Some(last) = captures.last() else { return Ok(()) };
            row = last.id;
            for capture in &captures {
                self.add_image(reader, capture)?;
            }
        }
    }

    fn add_image(&mut self, reader: &Reader, capture: &ImageCapture) -> Result<(), ExportError> {
        let (Some(date), Ok(url)) = (&capture.captured_at, Url::parse(&capture.url)) else {
            self.export.undated += 1;
            return Ok(());
        };
        let mut file = self.file_with_room()?;
        let first = self.first.get(&capture.sha256);
        let body = reader.image_bytes(capture.image)?;
        let written = file.writer.capture(&CaptureRecord {
            url: url.as_str(),
            date,
            status: 200,
            headers: vec![("Content-Type".to_owned(), capture.media_type.clone())],
            protocol: None,
            request: None,
            body: &body,
            earlier: first.map(|it| EarlierRecord { url: &it.url, date: &it.date }),
        })?;
        self.export.images += 1;
        self.export.revisits += u64::from(written.is_revisit);
        let name = format!("{}.warc.gz", file.name);
        self.index.push(warc::cdxj_line(&url, &digits(date), &written, &name));
        if !written.is_revisit {
            let target = RecordTarget { url: url.to_string(), date: date.clone() };
            self.first.insert(capture.sha256.clone(), target);
        }
        self.open = Some(file);
        Ok(())
    }

    /// Writes a capture as the answer that it was, or as a revisit of an earlier one with the same bytes. Returns where it is.
    fn write_answer(
        &self,
        file: &mut OpenWarc,
        capture: &StoredCapture,
        url: &Url,
        date: &str,
        body: &[u8],
    ) -> io::Result<Written> {
        let first = self.first.get(&capture.sha256);
        let record = CaptureRecord {
            url: url.as_str(),
            date,
            status: capture.status.unwrap_or(200),
            headers: headers(capture),
            protocol: capture.heads.as_ref().map(|it| it.protocol.as_str()),
            request: capture.heads.as_ref().and_then(|it| it.request.as_deref()).map(parsed),
            body,
            earlier: first.map(|it| EarlierRecord { url: &it.url, date: &it.date }),
        };
        file.writer.capture(&record)
    }

    /// Writes what was read from a page: the article beside its record, and its headline into the list of pages.
    fn add_article(
        &mut self,
        reader: &Reader,
        article: PageId,
        file: &mut OpenWarc,
        record: &str,
        target: &RecordTarget,
    ) -> Result<(), ExportError> {
        let article = reader.article_of(article)?;
        let circumstances = reader.circumstances(article.id)?;
        let title = article.draft.headline.clone();
        let row =
            serde_json::to_string(&Row::of_article(article, circumstances)).expect("a row is JSON");
        let RecordTarget { url, date } = target;
        file.writer.metadata(record, url, date, &row)?;
        let page =
            json!({ "id": record.trim_matches(['<', '>']), "url": url, "ts": date, "title": title });
        Ok(writeln!(self.pages, "{page}")?)
    }

    /// Returns the file that takes the next record: the open one, or a new one where that is full.
    fn file_with_room(&mut self) -> Result<OpenWarc, ExportError> {
        match self.open.take() {
            Some(file) if file.writer.offset() < FILE_BYTES => return Ok(file),
            Some(full) => close(full)?,
            None => {}
        }
        self.export.files += 1;
        let name = format!("tearsheet-{}-{:05}", digits(self.created), self.export.files);
        let file = File::create(self.path.join(format!("archive/{name}.warc.gz")))?;
        let fields = [
            ("software", SOFTWARE),
            ("format", "WARC File Format 1.1"),
            (
                "conformsTo",
                "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            ),
            ("description", self.about),
        ];
        let to = BufWriter::new(file);
        let writer = WarcWriter::new(to, &format!("{name}.warc.gz"), self.created, &fields)?;
        Ok(OpenWarc { name, writer })
    }

    fn finish(mut self) -> Result<WarcExport, ExportError> {
        if let Some(file) = self.open.take() {
            close(file)?;
        }
        self.pages.flush()?;
        self.index.sort_unstable();
        let mut lines = BufWriter::new(File::create(self.path.join("indexes/index.cdxj"))?);
        for line in &self.index {
            writeln!(lines, "{line}")?;
        }
        lines.flush()?;
        Ok(self.export)
    }
}

fn close(file: OpenWarc) -> io::Result<()> {
    let file = file.writer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()
}

fn parsed(lines: &str) -> Vec<Header> {
    Heads::parse(lines).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Returns the headers of a response, as far as the archive kept them.
fn headers(capture: &StoredCapture) -> Vec<Header> {
    if let Some(heads) = &capture.heads {
        return parsed(&heads.response);
    }
    let known = [
        ("Content-Type", capture.content_type.as_deref().or(Some("text/html"))),
        ("ETag", capture.etag.as_deref()),
        ("Last-Modified", capture.last_modified.as_deref()),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
    known.map(|(name, value)| (name.to_owned(), value.replace(['\r', '\n'], " "))).collect()
}

/// Returns a date as digits, `20210308062000`; a bare day becomes its first second.
fn digits(date: &str) -> String {
    let digits: String = date.chars().filter(char::is_ascii_digit).take(14).collect();
    format!("{digits:0<14}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_becomes_its_first_second() {
        assert_eq!(digits("2021-03-08T06:20:00Z"), "20210308062000");
        assert_eq!(digits("2021-03-08"), "20210308000000");
    }
}
