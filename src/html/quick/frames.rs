//! Elements that only some others may stand in: tables, lists of choices, drawings.

use super::{Doubt, Kind, Open, Parser, Span, Sure, Tag, Token, drawn};

impl Parser<'_> {
    pub(super) fn start_choice(&mut self, kind: Kind, span: Span) -> Sure {
        if !matches!(kind, Kind::Choice | Kind::ChoiceGroup) {
            return Err(Doubt);
        }
        if self.top() == Kind::Choice {
            self.pop();
        }
        if kind == Kind::ChoiceGroup && self.top() == Kind::ChoiceGroup {
            self.pop();
        }
        self.insert(kind, span, true)
    }

    pub(super) fn start_in_table(&mut self, kind: Kind, span: Span, name: &str) -> Sure {
        loop {
            match (self.top(), kind) {
                (Kind::Table | Kind::TableSection | Kind::Row, Kind::Raw)
                    if matches!(name, "script" | "style") =>
                {
                    return self.raw(kind, span, name);
                }
                (Kind::Table, Kind::ColGroup | Kind::TableSection)
                | (Kind::TableSection, Kind::Row)
                | (Kind::Row, Kind::Cell) => return self.insert(kind, span, true),
                (Kind::Table, Kind::Col) => self.imply(Kind::ColGroup, "colgroup")?,
                (Kind::Table, Kind::Row | Kind::Cell) => self.imply(Kind::TableSection, "tbody")?,
                (Kind::TableSection, Kind::Cell) => self.imply(Kind::Row, "tr")?,
                (Kind::ColGroup, Kind::Col) => {
                    self.insert(kind, span, true)?;
                    self.pop();
                    return Ok(());
                }
                (Kind::TableSection, Kind::TableSection)
                | (Kind::Row, Kind::Row | Kind::TableSection)
                | (Kind::ColGroup, Kind::TableSection | Kind::Row | Kind::Cell) => self.pop(),
                _ => return Err(Doubt),
            }
        }
    }

    /// End the cell we are in, and what is open in it: nothing of that is opened again.
    pub(super) fn end_cell(&mut self) -> Sure {
        let at = self.open.iter().rposition(|it| it.kind.bounds_scope()).ok_or(Doubt)?;
        let is_open = |it: &Open| matches!(it.kind, Kind::Form | Kind::Select | Kind::Button);
        if self.open[at].kind != Kind::Cell || self.open[at..].iter().any(is_open) {
            return Err(Doubt);
        }
        self.pop_to(at);
        Ok(())
    }

    pub(super) fn end_in_table(&mut self, kind: Kind, name: &str) -> Sure {
        loop {
            match (self.top(), kind) {
                (Kind::Table, Kind::Table)
                | (Kind::Row, Kind::Row)
                | (Kind::ColGroup, Kind::ColGroup) => {
                    self.pop();
                    return Ok(());
                }
                (Kind::TableSection, Kind::TableSection) if self.top_is(name) => {
                    self.pop();
                    return Ok(());
                }
                (Kind::Row, Kind::TableSection)
                | (Kind::Row | Kind::TableSection | Kind::ColGroup, Kind::Table) => self.pop(),
                _ => return Err(Doubt),
            }
        }
    }

    pub(super) fn end_choice(&mut self, kind: Kind) -> Sure {
        match (self.top(), kind) {
            (Kind::Choice, Kind::Choice) | (Kind::ChoiceGroup, Kind::ChoiceGroup) => self.pop(),
            (Kind::Choice, Kind::ChoiceGroup) => {
                self.pop();
                return self.end_choice(kind);
            }
            (Kind::Choice | Kind::ChoiceGroup | Kind::Select, Kind::Select) => {
                let at = self.open.iter().rposition(|it| it.kind == Kind::Select).ok_or(Doubt)?;
                self.pop_to(at);
            }
            _ => return Err(Doubt),
        }
        Ok(())
    }

    pub(super) fn drawing(&mut self, tag: &Tag, name: &str) -> Sure {
        if tag.is_end {
            if !self.open.last().is_some_and(|it| self.document.str(it.name).eq_ignore_ascii_case(name))
            {
                return Err(Doubt);
            }
            self.pop();
            return Ok(());
        }
        let is_label = matches!(name, "title" | "desc");
        let known = if is_label { Some(name) } else { drawn(name) };
        let kept = self.document.keep(known.ok_or(Doubt)?);
        self.insert(if is_label { Kind::Other } else { Kind::Drawn }, kept, false)?;
        if tag.is_self_closing {
            self.pop();
        } else if is_label {
            return self.label(name);
        }
        Ok(())
    }

    /// The text of a drawing's label. HTML may stand in it, but does not.
    pub(super) fn label(&mut self, name: &str) -> Sure {
        loop {
            match self.tokens.next() {
                Some(Token::Text(range)) => self.write_text(range),
                Some(Token::Tag(tag))
                    if tag.is_end && self.page[tag.name.clone()].eq_ignore_ascii_case(name) =>
                {
                    self.pop();
                    return Ok(());
                }
                _ => return Err(Doubt),
            }
        }
    }
}
