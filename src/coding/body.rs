//! What comes of taking codings off a body. How they are taken off is said beside it.

/// The beginning of what is packed with gzip.
pub(super) const GZIP: &[u8] = &[0x1F, 0x8B, 0x08];
/// A body without its codings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainBody {
    /// The bytes that came out.
    pub body: Vec<u8>,
    /// Why they are not all, in words; `None` where they are.
    pub lost: Option<String>,
    /// A coding that the header names and that the body was not in: tools take one off and leave its name, servers do not.
    pub unused: Option<&'static str>,
}

impl PlainBody {
    /// Returns a body that was in no coding, or is in none any more.
    pub fn whole(body: Vec<u8>) -> Self {
        Self { body, lost: None, unused: None }
    }
}

/// Why a body has no bytes to speak of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodingError {
    /// It is larger than allowed.
    #[error("the body is larger than {max} bytes")]
    TooLarge {
        /// The limit, in bytes.
        max: usize,
    },
    /// It is in another coding than the header names, and is no text.
    #[error("the body is not in the {coding} coding that it is said to be in")]
    Foreign {
        /// The coding, as the header names it.
        coding: String,
    },
    /// It is in a coding that is not known, and is no text.
    #[error("`{coding}` is no coding that is known")]
    Unknown {
        /// The coding, as the header names it.
        coding: String,
    },
}
