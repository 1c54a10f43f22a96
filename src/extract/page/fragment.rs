//! A story that is HTML of its own, without the page around it: a feed's item, a value in a script.

use crate::{
    config::RuleField,
    html::{Document, ElementSet},
};

use super::{
    body::{self, Known, Story},
    scene::Scene,
};

/// Reads a story. `headline` is the essence of its headline, which it may begin with.
pub(super) fn read(html: &str, scene: &Scene<'_>, era: usize, headline: &str) -> Story {
    let document = Document::parse(html);
    let index = scene.rules.index(document.root(), era);
    let of = |field| scene.rules.find_all(&index, era, field).into_iter().collect::<ElementSet>();
    let known = Known {
        elements: &[document.root()],
        drop: &of(RuleField::Drop),
        named: &ElementSet::default(),
        embeds: &of(RuleField::Embed),
        subheadings: &of(RuleField::Subheadings),
        title: None,
        headline,
        is_guessed: false,
        may_hold_stamp: false,
    };
    body::read(scene, &known)
}
