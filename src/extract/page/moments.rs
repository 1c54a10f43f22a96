//! What a moment on a page is of, where no rule says it: publication or change. Which moment counts is decided by `head.rs`.

use crate::{
    extract::{date, lines::folded_text, stamp},
    html::Element,
};

use super::sheet::Sheet;

/// The most bytes around a moment whose words say what it is of.
const AROUND_BYTES_MAX: usize = 120;

/// Whether an element shows the moment of a change: it is called so, or the words around it say so.
pub(super) fn is_of_change(sheet: &Sheet<'_, '_>, element: Element<'_>) -> bool {
    is_called_change(element) || is_said_change(sheet, element)
}

/// Whether a moment's element is called that of a change.
fn is_called_change(element: Element<'_>) -> bool {
    let name = |attr| element.attr(attr).unwrap_or_default().to_ascii_lowercase();
    let names = [name("class"), name("itemprop")].join(" ");
    ["updated", "modified"].iter().any(|it| names.contains(it)) && !names.contains("published")
}

/// Whether the words around a moment's element say that it is of a change: `<p>Updated <time>…`.
fn is_said_change(sheet: &Sheet<'_, '_>, time: Element<'_>) -> bool {
    let profile = &sheet.rules.profile;
    let around = time.ancestors().next().filter(|it| it.has_less_text_than(AROUND_BYTES_MAX));
    let stamp = around.and_then(|it| stamp::read(&folded_text(it), &profile.text, profile.time_zone));
    let own = date::parse(&folded_text(time), profile.time_zone);
    stamp.is_some_and(|it| it.updated.is_some() && it.updated == own && it.published != own)
}
