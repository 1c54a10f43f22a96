//! A codec: web archives (ISO 28500, WARC 1.0 and 1.1) and saved web pages (MHTML), in and out. It knows nothing of the site, of
//! the user's archive or of the clock. HTTP on the wire is another matter (`fetch`): here it is bytes in a file.

mod block;
mod compressed;
mod fields;
mod http;
mod index;
mod input;
mod mhtml;
mod mime;
mod read;
mod write;

pub use compressed::{Packing, first_bytes};
pub use fields::{Header, digest_form, digest_key, header, stamp, stamp14};
pub use http::{HttpAnswer, parse_http};
pub use index::{cdxj_line, surt};
pub use mhtml::{Mhtml, MhtmlImage, is_mail, mhtml_images, parse_mhtml};
pub use read::{Damage, WarcReader, WarcRecord};
pub use write::{CaptureRecord, EarlierRecord, WarcWriter, Written};
