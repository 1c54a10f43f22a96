//! Which captures of a page are worth fetching where not every one is wanted. Pure.

use chrono::{DateTime, Utc};

use crate::discover::ArchivedCapture;

/// Returns the capture nearest after publication, or the first where that is not known; and the latest.
pub(super) fn first_and_last(
    captures: &[ArchivedCapture],
    published_at: Option<DateTime<Utc>>,
) -> Vec<ArchivedCapture> {
    let after = captures.iter().find(|it| published_at.is_none_or(|published| published <= it.at));
    let first = after.or(captures.first());
    let last = captures.last().filter(|last| first.is_some_and(|it| it.digest != last.digest));
    first.into_iter().chain(last).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PageKey;

    #[test]
    fn the_first_after_publication_and_the_latest_are_chosen() {
        let capture = |day: u32, digest: &str| ArchivedCapture {
            key: PageKey { host: "x".to_owned(), id: "1".to_owned() },
            at: format!("2021-03-{day:02}T06:00:00Z").parse().expect("a time"),
            timestamp: day.to_string(),
            url: String::new(),
            digest: digest.to_owned(),
            record: None,
        };
        let all = [capture(1, "a"), capture(5, "b"), capture(9, "b"), capture(12, "c")];
        let check = |captures: &[ArchivedCapture], published: Option<&str>, expect: &[&str]| {
            let chosen = first_and_last(captures, published.map(|it| it.parse().expect("a time")));
            assert_eq!(chosen.iter().map(|it| it.timestamp.as_str()).collect::<Vec<_>>(), expect);
        };
        check(&all, None, &["1", "12"]);
        check(&all, Some("2021-03-04T00:00:00Z"), &["5", "12"]);
        check(&all[1..3], Some("2021-03-04T00:00:00Z"), &["5"]);
        check(&all[..1], Some("2021-03-04T00:00:00Z"), &["1"]);
        check(&[], None, &[]);
    }
}
