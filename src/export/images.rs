//! Pictures as files: those of an export in a folder, with a table of what is whose; those of one story under names that people can
//! read. What a picture is called is decided here; where a folder may be written, in `file`.

use std::{fs, path::Path};

use crate::{
    model::ImageKind,
    store::{ArticleImage, Reader, StoredImage},
};

use super::{
    file::{Destination, Existing},
    table::{ExportError, TableExport},
};

/// The folder of the files, beside the table.
const FILES: &str = "files";
/// Letters of a caption in the name of a file.
const NAME_CHARS_MAX: usize = 60;

/// What an export has written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// Rows of its table.
    pub rows: u64,
    /// Pictures beside the table.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Returns the name of the file of a picture in an export: what its bytes are known by.
pub fn file_name(image: &StoredImage) -> String {
    format!("{FILES}/{}.{}", image.sha256, ImageKind::extension(&image.media_type))
}

/// Writes the pictures of the articles of an export into a folder, and beside them the table of all that these articles name. Returns
/// the counts.
pub fn to_folder(table: &TableExport<'_>, destination: Destination) -> Result<Exported, ExportError> {
    let path = destination.path().to_owned();
    let folder = destination.folder()?;
    let written = write(table, folder.path()).map_err(|it| it.at(&path))?;
    folder.commit()?;
    Ok(written)
}

fn write(table: &TableExport<'_>, folder: &Path) -> Result<Exported, ExportError> {
    let TableExport { reader, filter, .. } = table;
    let mut written = Exported::default();
    fs::create_dir(folder.join(FILES))?;
    for image in reader.stored_images(filter.days)? {
        fs::write(folder.join(file_name(&image)), reader.image_bytes(image.id)?)?;
        written.files += 1;
        written.bytes += image.bytes;
    }
    let (name, ending) = table.name();
    let file = Destination::new(&folder.join(format!("{name}.{ending}")), Existing::Keep, Vec::new());
    written.rows = table.to_file(file)?;
    Ok(written)
}

/// Writes those pictures of a wording that are stored into a folder. Returns the names of the files.
pub fn of_story(
    images: &[ArticleImage],
    reader: &Reader,
    destination: Destination,
    slug: impl Fn(&str) -> String,
) -> Result<Vec<String>, ExportError> {
    let path = destination.path().to_owned();
    let folder = destination.folder()?;
    let mut names = Vec::new();
    for image in images {
        let Some(stored) = &image.stored else { continue };
        let words = slug(image.caption.as_deref().unwrap_or_default());
        let words: String = words.chars().take(NAME_CHARS_MAX).collect();
        let words = match words.trim_matches('-') {
            "" => "picture",
            words => words,
        };
        let extension = ImageKind::extension(&stored.media_type);
        let name = format!("{:02}-{words}.{extension}", image.position + 1);
        let bytes = reader.image_bytes(stored.id)?;
        fs::write(folder.path().join(&name), bytes).map_err(|it| ExportError::from(it).at(&path))?;
        names.push(name);
    }
    folder.commit()?;
    Ok(names)
}
