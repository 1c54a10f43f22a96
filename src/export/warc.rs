//! Captures as web archives: WARC/1.1 files with an index beside them, or packed as WACZ.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, BufWriter, Read, Seek, Write},
    path::Path,
};

use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    model::{Days, Event, Heads},
    store::{Circumstances, Reader, StoreError, StoredCapture},
    warc::{self, CaptureRecord, EarlierRecord, Header, WarcWriter},
};

use super::{ExportError, Place, Row};

/// A file is closed when it has so many bytes; no record is that large.
const FILE_BYTES: u64 = 900 << 20;
const SOFTWARE: &str = concat!("tearsheet/", env!("CARGO_PKG_VERSION"));

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WarcExport {
    /// Captures.
    pub captures: u64,
    /// How many of them name an earlier one instead of the same bytes.
    pub revisits: u64,
    /// Captures without a date, which no web archive can hold.
    pub undated: u64,
    /// Files.
    pub files: u64,
}

/// Captures that are written as web archives.
pub struct CaptureExport<'a> {
    /// The archive.
    pub reader: &'a Reader,
    /// Captures made on these days; all of them without a range.
    pub days: Option<Days>,
    /// What the files say of themselves.
    pub about: &'a str,
    /// The time of the export, as a web archive writes it: `2021-03-08T06:20:00Z`.
    pub created: &'a str,
    /// Listens to how far it is.
    pub observe: &'a dyn Fn(Event),
}

/// A file under way.
struct Open {
    name: String,
    writer: WarcWriter<BufWriter<File>>,
}

impl CaptureExport<'_> {
    /// Write a folder: `archive/*.warc.gz`, `indexes/index.cdxj`, `pages/pages.jsonl`.
    pub fn to_folder(&self, place: Place) -> Result<WarcExport, ExportError> {
        let path = place.path().to_owned();
        let folder = place.folder()?;
        let export = self.write(folder.path()).map_err(|it| it.at(&path))?;
        folder.commit()?;
        Ok(export)
    }

    /// Write one WACZ file: the same folder, packed.
    pub fn to_wacz(&self, place: Place) -> Result<WarcExport, ExportError> {
        let path = place.path().to_owned();
        let mut file = place.file()?;
        let folder = file.scratch()?;
        let packed = self.write(folder.path()).and_then(|export| {
            pack_wacz(folder.path(), &mut file, self.about, self.created)?;
            Ok(export)
        });
        let export = packed.map_err(|it| it.at(&path))?;
        file.commit()?;
        Ok(export)
    }

    fn write(&self, folder: &Path) -> Result<WarcExport, ExportError> {
        (self.observe)(Event::Expected(self.reader.captures_left(0, self.days)?));
        let seen = || (self.observe)(Event::Step);
        write_warcs(self.reader, self.days, folder, &digits(self.created), self.about, seen)
    }
}

/// Every capture, some at a time.
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

/// `stamp` names the files.
fn write_warcs(
    reader: &Reader,
    days: Option<Days>,
    folder: &Path,
    stamp: &str,
    about: &str,
    mut seen: impl FnMut(),
) -> Result<WarcExport, ExportError> {
    for part in ["archive", "indexes", "pages"] {
        fs::create_dir_all(folder.join(part))?;
    }
    let mut export = WarcExport::default();
    let mut index: Vec<String> = Vec::new();
    // The first record of each body: its address and date.
    let mut written: HashMap<String, (String, String)> = HashMap::new();
    let mut pages = BufWriter::new(File::create(folder.join("pages/pages.jsonl"))?);
    writeln!(pages, "{}", json!({ "format": "json-pages-1.0", "id": "pages", "title": about }))?;
    let mut open: Option<Open> = None;
    for capture in captures(reader, days) {
        let capture = capture?;
        seen();
        let (Some(date), Ok(url)) = (capture.captured_at.clone(), Url::parse(&capture.url)) else {
            export.undated += 1;
            continue;
        };
        let file = match open.take() {
            Some(file) if file.writer.offset() < FILE_BYTES => file,
            full => {
                if let Some(full) = full {
                    close(full)?;
                }
                export.files += 1;
                begin(folder, stamp, export.files, about)?
            }
        };
        let file = open.insert(file);
        let body = reader.body(capture.body)?;
        let earlier = written.get(&capture.sha256);
        let record = CaptureRecord {
            url: url.as_str(),
            date: &date,
            status: capture.status.unwrap_or(200),
            headers: headers(&capture),
            protocol: capture.heads.as_ref().map(|it| it.protocol.as_str()),
            request: capture.heads.as_ref().and_then(|it| it.request.as_deref()).map(parsed),
            body: &body,
            earlier: earlier.map(|it| EarlierRecord { url: &it.0, date: &it.1 }),
        };
        let place = file.writer.capture(&record)?;
        let id = place.id.clone();
        export.captures += 1;
        export.revisits += u64::from(place.is_revisit);
        index.push(warc::cdxj_line(&url, &digits(&date), &place, &format!("{}.warc.gz", file.name)));
        if !place.is_revisit {
            written.insert(capture.sha256.clone(), (url.to_string(), date.clone()));
        }
        if let Some(article) = capture.article {
            let article = reader.article_of(article)?;
            let circumstances: Circumstances = reader.circumstances(article.id)?;
            let title = article.draft.headline.clone();
            let row =
                serde_json::to_string(&Row::of_article(article, circumstances)).expect("a row is JSON");
            file.writer.metadata(&id, url.as_str(), &date, &row)?;
            let page = json!({ "id": id.trim_matches(['<', '>']), "url": url.as_str(), "ts": date, "title": title });
            writeln!(pages, "{page}")?;
        }
    }
    if let Some(file) = open {
        close(file)?;
    }
    pages.flush()?;
    index.sort_unstable();
    let mut lines = BufWriter::new(File::create(folder.join("indexes/index.cdxj"))?);
    for line in index {
        writeln!(lines, "{line}")?;
    }
    lines.flush()?;
    Ok(export)
}

fn begin(folder: &Path, stamp: &str, number: u64, about: &str) -> Result<Open, ExportError> {
    let name = format!("tearsheet-{stamp}-{number:05}");
    let file = File::create(folder.join(format!("archive/{name}.warc.gz")))?;
    let date = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &stamp[..4],
        &stamp[4..6],
        &stamp[6..8],
        &stamp[8..10],
        &stamp[10..12],
        &stamp[12..14]
    );
    let fields = [
        ("software", SOFTWARE),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
        ("description", about),
    ];
    let writer = WarcWriter::new(BufWriter::new(file), &format!("{name}.warc.gz"), &date, &fields)?;
    Ok(Open { name, writer })
}

fn close(file: Open) -> io::Result<()> {
    let file = file.writer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()
}

fn parsed(lines: &str) -> Vec<Header> {
    Heads::parse(lines).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What the archive kept of an answer's headers.
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

/// `20210308062000`; of a bare day, its first second.
fn digits(date: &str) -> String {
    let digits: String = date.chars().filter(char::is_ascii_digit).take(14).collect();
    format!("{digits:0<14}")
}

/// Pack a folder that was written as one file, with the hash of each part.
fn pack_wacz(
    folder: &Path,
    to: impl Write + Seek,
    title: &str,
    created: &str,
) -> Result<(), ExportError> {
    let mut parts: Vec<String> = Vec::new();
    for part in ["archive", "indexes", "pages"] {
        for entry in fs::read_dir(folder.join(part))? {
            parts.push(format!("{part}/{}", entry?.file_name().to_string_lossy()));
        }
    }
    parts.sort();
    let mut zip = zip::ZipWriter::new(BufWriter::new(to));
    let stored = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .large_file(true);
    let mut resources = Vec::new();
    for part in &parts {
        zip.start_file(part, stored).map_err(io::Error::from)?;
        let (hash, bytes) = copy(&folder.join(part), &mut zip)?;
        resources.push(json!({
            "name": part.rsplit('/').next(), "path": part, "hash": format!("sha256:{hash}"), "bytes": bytes,
        }));
    }
    let package = json!({
        "profile": "data-package", "wacz_version": "1.1.1", "title": title, "created": created, "software": SOFTWARE,
        "resources": resources,
    });
    let package = serde_json::to_string_pretty(&package).expect("values are JSON");
    let digest = json!({
        "path": "datapackage.json",
        "hash": format!("sha256:{}", data_encoding::HEXLOWER.encode(&Sha256::digest(&package))),
    });
    for (name, text) in [("datapackage.json", package), ("datapackage-digest.json", digest.to_string())]
    {
        zip.start_file(name, stored).map_err(io::Error::from)?;
        zip.write_all(text.as_bytes())?;
    }
    zip.finish().map_err(io::Error::from)?.flush()?;
    Ok(())
}

/// Copy a file, and say what it was.
fn copy(from: &Path, to: &mut impl Write) -> io::Result<(String, u64)> {
    let (mut file, mut hash, mut bytes) = (File::open(from)?, Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok((data_encoding::HEXLOWER.encode(&hash.finalize()), bytes));
        }
        hash.update(&buffer[..count]);
        to.write_all(&buffer[..count])?;
        bytes += count as u64;
    }
}
