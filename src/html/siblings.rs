//! The elements before and after one in the same element, which selectors ask for. Each is found in as many steps as the page is
//! deep there, however many there are.

use super::Element;

impl Element<'_> {
    /// The element before it in the same one.
    pub(super) fn element_before(self) -> Option<Self> {
        let around = self.parent()?.at;
        let mut at = self.at;
        loop {
            // The node before it in the document is the last one inside its neighbour, or what holds both.
            at -= 1;
            while at != around && self.document.nodes[at as usize].parent != around {
                at = self.document.nodes[at as usize].parent;
            }
            match Self::of(self.document, at) {
                _ if at == around => return None,
                Some(element) => return Some(element),
                None => {}
            }
        }
    }

    /// The element behind it in the same one.
    pub(super) fn element_after(self) -> Option<Self> {
        let around = self.parent()?;
        let mut at = self.node().end;
        while at < around.node().end {
            if let Some(element) = Self::of(self.document, at) {
                return Some(element);
            }
            at = self.document.nodes[at as usize].end;
        }
        None
    }
}
