//! A set of elements of one page: a bit for each node, so that asking costs nothing however many there are.

use super::Element;

/// Elements of one page. Those of another page must not be asked for.
#[derive(Debug, Clone, Default)]
pub struct ElementSet {
    words: Vec<u64>,
}

impl ElementSet {
    /// Adds an element.
    pub fn insert(&mut self, element: Element<'_>) {
        let (word, bit) = place(element);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    /// Whether an element is in the set.
    pub fn contains(&self, element: Element<'_>) -> bool {
        let (word, bit) = place(element);
        self.words.get(word).is_some_and(|it| it & bit != 0)
    }

    /// Adds everything in another set of the same page.
    pub fn union(&mut self, other: &Self) {
        self.words.resize(self.words.len().max(other.words.len()), 0);
        for (ours, theirs) in self.words.iter_mut().zip(&other.words) {
            *ours |= theirs;
        }
    }

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

impl<'d> Extend<Element<'d>> for ElementSet {
    fn extend<T: IntoIterator<Item = Element<'d>>>(&mut self, elements: T) {
        elements.into_iter().for_each(|it| self.insert(it));
    }
}

impl<'d> FromIterator<Element<'d>> for ElementSet {
    fn from_iter<T: IntoIterator<Item = Element<'d>>>(elements: T) -> Self {
        let mut set = Self::default();
        set.extend(elements);
        set
    }
}

fn place(element: Element<'_>) -> (usize, u64) {
    let at = element.node_number();
    (at / 64, 1 << (at % 64))
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let text = format!("<div id=a><p id=b>{}<p id=c></div>", "<b>x</b>".repeat(200));
        let page = Document::parse(&text);
        let of =
            |id: &str| page.root().descendants().find(|it| it.attr("id") == Some(id)).expect("there");
        let set: ElementSet = [of("b"), of("c")].into_iter().collect();
        let held: Vec<_> = ["a", "b", "c"].into_iter().filter(|id| set.contains(of(id))).collect();
        assert_eq!(held, ["b", "c"]);
        let mut both: ElementSet = [of("a")].into_iter().collect();
        both.union(&set);
        assert!(["a", "b", "c"].into_iter().all(|id| both.contains(of(id))));
        assert!(ElementSet::default().is_empty() && !ElementSet::default().contains(of("a")));
    }
}
