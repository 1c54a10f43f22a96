//! From the bytes of a source to its text: gzip taken off where the bytes are gzip, whatever the headers say, and the charset that
//! the XML declaration names. What the text says is the business of the formats.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::{html, model::RawPage};

/// The limit of the sitemap protocol for one file, unpacked; feeds are far smaller.
const BYTES_MAX: u64 = 50 << 20;
/// An XML declaration is this long at most.
const DECLARATION_BYTES: usize = 256;

/// The text of a source.
pub(super) struct SourceText {
    pub(super) text: String,
    /// What of it could not be read, in words.
    pub(super) lost: Option<String>,
}

/// Returns the text of a source. What comes before the damage of a torn file is read.
pub(super) fn unpack(page: &RawPage) -> SourceText {
    let mut lost = None;
    let mut unpacked = Vec::new();
    let bytes: &[u8] = if page.body.starts_with(&[0x1F, 0x8B]) {
        let mut decoder = MultiGzDecoder::new(&page.body[..]).take(BYTES_MAX);
        match decoder.read_to_end(&mut unpacked) {
            // Some servers pad the file, or write something after it.
            Err(error) if !is_whole(&unpacked) => lost = Some(format!("broken gzip: {error}")),
            Ok(_) if 0 == decoder.limit() => {
                lost = Some(format!("what comes after {} MiB", BYTES_MAX >> 20));
            }
            Ok(_) | Err(_) => {}
        }
        &unpacked
    } else {
        &page.body
    };
    let declared = declared_charset(bytes);
    let header = page.content_type.as_deref();
    let says_charset = |it: &&str| it.to_ascii_lowercase().contains("charset");
    let content_type = match (header.filter(says_charset), declared) {
        (Some(header), _) => Some(header.to_owned()),
        (None, Some(charset)) => Some(format!("text/xml; charset={charset}")),
        (None, None) => header.map(str::to_owned),
    };
    let text = html::decode(bytes, content_type.as_deref()).text;
    SourceText { text: text.trim_start_matches('\u{FEFF}').trim_start().to_owned(), lost }
}

/// Whether a file that ends with damage has its last tag.
fn is_whole(bytes: &[u8]) -> bool {
    let end =
        String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(DECLARATION_BYTES)..]).to_lowercase();
    let end = end.trim_end();
    ["</rss>", "</feed>", "rdf>", "urlset>", "sitemapindex>"].iter().any(|it| end.ends_with(it))
}

/// Returns the charset of `<?xml version="1.0" encoding="windows-1252"?>`; `None` where there is none, and where the bytes that
/// say so are of another: UTF-16 is known by its mark.
fn declared_charset(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(DECLARATION_BYTES)];
    let head = String::from_utf8_lossy(head);
    let at = head.find("<?xml")?;
    let declaration = head[at..].split("?>").next()?;
    let rest = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let charset = rest[1..].split(quote).next()?.trim().to_owned();
    let is_label = |it: u8| it.is_ascii_alphanumeric() || b"-_:.".contains(&it);
    (!charset.is_empty() && charset.bytes().all(is_label)).then_some(charset)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(body: Vec<u8>, content_type: Option<&str>) -> SourceText {
        unpack(&RawPage { content_type: content_type.map(str::to_owned), ..RawPage::live(body) })
    }

    #[test]
    fn the_charset_is_that_of_the_header_else_of_the_declaration() {
        let text = b"<?xml version='1.0' encoding='windows-1252'?><a>caf\xE9</a>".to_vec();
        assert!(read(text.clone(), None).text.ends_with("<a>caf\u{e9}</a>"));
        assert!(read(text, Some("text/xml; charset=windows-1251")).text.ends_with("<a>caf\u{439}</a>"));
        let lies = "<?xml version='1.0' encoding='iso-8859-5'?><a>caf\u{e9}</a>".as_bytes().to_vec();
        assert!(!read(lies, None).text.is_empty());
    }

    #[test]
    fn what_is_packed_is_unpacked_and_what_is_lost_is_said() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&b"<rss>".repeat(2000)).expect("write");
        packed.write_all(b"</rss>").expect("write");
        let packed = packed.finish().expect("finish");
        let whole = read(packed.clone(), None);
        assert_eq!((whole.text.len(), whole.lost), (10_006, None));
        let padded = read([packed.as_slice(), b"\0\0junk"].concat(), None);
        assert_eq!((padded.text.len(), padded.lost), (10_006, None));
        let torn = read(packed[..packed.len() / 2].to_vec(), None);
        assert!(torn.lost.expect("words").contains("broken gzip"));
    }
}
