//! Why a page is not the story that its address names. The judgement is made in `extract`, from the page alone, so that it is the
//! same whichever way a page came; what follows from it for the archive is decided in `store`.

/// Why a page is no story. The stable words of `pages.reason`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum NotStory {
    /// Its bytes are no text, whatever type was sent with them: a picture, a PDF, something packed.
    NotText,
    /// There is not enough of a story on it.
    NoArticle,
    /// It says that there is no such page.
    SoftNotFound,
    /// It came with a status that says it is an error.
    ErrorPage,
    /// It is a notice of the server or of somebody before it: to sign in, to consent, to come back later.
    Notice,
    /// It says that it is another page: a list, the home page.
    AnotherPage,
}

impl NotStory {
    /// The word in `pages.reason`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Returns the same in words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotText => "its bytes are not text",
            Self::NoArticle => "there is not enough of a story on it",
            Self::SoftNotFound => "it says that there is no such page",
            Self::ErrorPage => "it is an error message",
            Self::Notice => "it is a notice of the server, not a story",
            Self::AnotherPage => "it is another page than its address names",
        }
    }
}
