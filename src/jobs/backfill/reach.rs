//! How far a day reaches among the ids, told from what is next to its beginning and to its end. Pure.

use std::ops::RangeInclusive;

use crate::discover::{DISORDER, EdgeKind, Edges};

/// Beside an article at the edge of a hole, this many ids are asked for without a gap.
const HALO: u64 = 4 * DISORDER;
/// How far a day reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// It reaches over these ids.
    Ids(RangeInclusive<u64>),
    /// It reaches over no id.
    Nothing,
    /// It is over before the first id of the series: ids say nothing of it.
    Before,
}

/// Returns how far a day reaches that begins between two ids and ends between two others.
pub(super) fn reach(begins: Edges, ends: Edges) -> Reach {
    let has_article = begins.above.id <= ends.below.id;
    let width = begins.above.id.saturating_sub(begins.below.id);
    if !has_article && begins.below.kind == EdgeKind::End {
        return Reach::Before;
    }
    if !has_article && 2 * DISORDER < width {
        return Reach::Nothing;
    }
    // A hole was searched in steps; what is next to an article may be between them.
    let first = (begins.below.id + 1).max(begins.above.id.saturating_sub(HALO));
    let last = ends.above.id.saturating_sub(1).min(ends.below.id + HALO);
    // A day without ids has neighbours all the same.
    Reach::Ids(first.min(begins.above.id)..=last.max(ends.below.id))
}

/// Returns the first and the last id to ask for where a day reaches so far: neighbours may have changed places.
pub(super) fn widened(reach: &RangeInclusive<u64>, from: u64) -> (u64, u64) {
    (reach.start().saturating_sub(DISORDER).max(from), reach.end() + DISORDER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::Edge;

    fn edge(id: u64, kind: EdgeKind) -> Edge {
        Edge { id, day: None, kind }
    }

    #[test]
    fn a_day_reaches_from_its_first_id_to_its_last_and_no_further_than_a_step_into_a_hole() {
        use EdgeKind::{Article, End};
        let check = |begins: (u64, u64), ends: (u64, u64), below, above, expect: Reach| {
            let begins = Edges { below: edge(begins.0, below), above: edge(begins.1, Article) };
            let ends_at = Edges { below: edge(ends.0, Article), above: edge(ends.1, above) };
            let found = reach(begins, ends_at);
            assert_eq!(found, expect, "{begins:?} {ends:?}");
        };
        check((100, 103), (260, 264), Article, Article, Reach::Ids(101..=263));
        check((100, 9_000), (9_160, 9_163), Article, Article, Reach::Ids(8_980..=9_162));
        check((100, 103), (260, 20_000), Article, End, Reach::Ids(101..=280));
        check((0, 9_000), (9_160, 9_163), End, Article, Reach::Ids(8_980..=9_162));
    }

    #[test]
    fn a_day_without_an_article_is_nothing_unless_disorder_may_hide_it() {
        use EdgeKind::{Article, End};
        let between = |below, above, kinds: (EdgeKind, EdgeKind)| {
            let edges = Edges { below: edge(below, kinds.0), above: edge(above, kinds.1) };
            reach(edges, edges)
        };
        assert_eq!(between(100, 9_000, (Article, Article)), Reach::Nothing);
        assert_eq!(between(100, 9_000, (Article, End)), Reach::Nothing);
        assert_eq!(between(100, 9_000, (End, Article)), Reach::Before);
        assert_eq!(between(100, 104, (Article, Article)), Reach::Ids(101..=103));
        let none = RangeInclusive::new(101, 100);
        assert_eq!(between(100, 101, (Article, Article)), Reach::Ids(none.clone()));
        assert_eq!(widened(&none, 98), (98, 105), "its neighbours are asked for all the same");
    }
}
