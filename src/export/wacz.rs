//! WACZ 1.1.1: a folder of web archives packed as one ZIP file, with the hash of each part, as replay tools open it
//! (<https://specs.webrecorder.net/wacz/1.1.1/>). What is in the folder is decided in `warc`; where the file goes, in `file`.

use std::{
    fs,
    io::{self, BufWriter, Seek, Write},
    path::Path,
};

use serde_json::json;

use super::{
    hashed::{Hashed, copy_hashed, sha256},
    table::ExportError,
};

/// What wrote a web archive, as the archive itself says it.
pub(super) const SOFTWARE: &str = concat!("tearsheet/", env!("CARGO_PKG_VERSION"));
/// The folders that are packed.
pub(super) const PARTS: [&str; 3] = ["archive", "indexes", "pages"];

/// Packs a folder into one file. `created` is the time of the export.
pub(super) fn pack(
    folder: &Path,
    to: impl Write + Seek,
    title: &str,
    created: &str,
) -> Result<(), ExportError> {
    let mut parts: Vec<String> = Vec::new();
    for part in PARTS {
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
        let Hashed { sha256, bytes } = copy_hashed(&folder.join(part), &mut zip)?;
        resources.push(json!({
            "name": part.rsplit('/').next(), "path": part, "hash": format!("sha256:{sha256}"), "bytes": bytes,
        }));
    }
    let package = json!({
        "profile": "data-package", "wacz_version": "1.1.1", "title": title, "created": created, "software": SOFTWARE,
        "resources": resources,
    });
    let package = serde_json::to_string_pretty(&package).expect("values are JSON");
    let digest = json!({
        "path": "datapackage.json",
        "hash": format!("sha256:{}", sha256(package.as_bytes())),
    });
    for (name, text) in [("datapackage.json", package), ("datapackage-digest.json", digest.to_string())]
    {
        zip.start_file(name, stored).map_err(io::Error::from)?;
        zip.write_all(text.as_bytes())?;
    }
    zip.finish().map_err(io::Error::from)?.flush()?;
    Ok(())
}
