//! End tags: what they end, and what ends without one.

use super::{Doubt, Kind, Mode, Open, Parser, Sure};

impl Parser<'_> {
    pub(super) fn end(&mut self, kind: Kind, name: &str) -> Sure {
        if self.mode < Mode::InBody {
            return match (self.mode, kind) {
                (Mode::InHead, Kind::Head) => {
                    self.reach(Mode::AfterHead);
                    Ok(())
                }
                (_, Kind::Html | Kind::Head | Kind::Body) => Err(Doubt),
                _ if name == "br" => Err(Doubt),
                // Nothing that it could end.
                _ => Ok(()),
            };
        }
        if matches!(self.top(), Kind::Select | Kind::Choice | Kind::ChoiceGroup) {
            return self.end_choice(kind);
        }
        if self.top().is_table_frame() {
            return self.end_in_table(kind, name);
        }
        match kind {
            // What follows is of the body all the same.
            Kind::Body | Kind::Html => {
                let around = self.open.iter().rev().find(|it| it.kind.bounds_scope());
                self.is_behind_body = around.is_some_and(|it| it.kind == Kind::Html);
                Ok(())
            }
            Kind::Block | Kind::Through | Kind::Pre | Kind::Button | Kind::Li | Kind::Term => {
                self.end_block(name)
            }
            Kind::P | Kind::Form | Kind::Heading if self.top_is(name) => {
                self.pop();
                Ok(())
            }
            Kind::A | Kind::Formatting => {
                if self.top_is(name) {
                    self.pop();
                    return Ok(());
                }
                let is_open = self.open.iter().any(|it| self.document.str(it.name) == name);
                if is_open { Err(Doubt) } else { Ok(()) }
            }
            Kind::Table | Kind::TableSection | Kind::Row => {
                self.end_cell()?;
                self.end_in_table(kind, name)
            }
            Kind::Cell => {
                let cell = self.open.iter().rposition(|it| it.kind.bounds_scope()).ok_or(Doubt)?;
                let is_it = self.open[cell].kind == Kind::Cell
                    && self.document.str(self.open[cell].name) == name;
                if is_it { self.end_cell() } else { Err(Doubt) }
            }
            Kind::Other | Kind::Svg => self.end_other(name),
            // It is a line break all the same.
            Kind::Void if name == "br" => Err(Doubt),
            // Nothing of the kind is open.
            Kind::Meta
            | Kind::Title
            | Kind::Raw
            | Kind::Textarea
            | Kind::Hr
            | Kind::Col
            | Kind::Void => Ok(()),
            _ => Err(Doubt),
        }
    }

    pub(super) fn top_is(&self, name: &str) -> bool {
        self.open.last().is_some_and(|it| self.document.str(it.name) == name)
    }

    /// End the innermost element of this name, and what is open in it. One that is not in scope is no end.
    pub(super) fn end_block(&mut self, name: &str) -> Sure {
        for at in (0..self.open.len()).rev() {
            let open = &self.open[at];
            let its_name = self.document.str(open.name);
            if its_name == name {
                self.pop_to(at);
                return Ok(());
            }
            // An item ends within its list.
            let is_list = name == "li" && matches!(its_name, "ul" | "ol");
            if open.kind.is_reopened() || matches!(open.kind, Kind::Select | Kind::Form) {
                return Err(Doubt);
            }
            if open.kind.bounds_scope() || is_list {
                return Ok(());
            }
        }
        Err(Doubt)
    }

    /// End an element that means nothing to the parser, unless one that does stands between.
    pub(super) fn end_other(&mut self, name: &str) -> Sure {
        for at in (0..self.open.len()).rev() {
            let open = &self.open[at];
            if self.document.str(open.name) == name {
                self.pop_to(at);
                return Ok(());
            }
            if open.kind.is_special() {
                return Ok(());
            }
            if open.kind.is_reopened() {
                return Err(Doubt);
            }
        }
        Err(Doubt)
    }

    /// A block ends the paragraph it would stand in.
    pub(super) fn end_paragraph(&mut self) -> Sure {
        if self.paragraphs == 0 {
            return Ok(());
        }
        if self.top() == Kind::P {
            self.pop();
            return Ok(());
        }
        let bound = |it: &Open| it.kind.bounds_scope() || it.kind == Kind::Button;
        let innermost = self.open.iter().rev().find(|it| it.kind == Kind::P || bound(it));
        if innermost.is_some_and(|it| it.kind == Kind::P) { Err(Doubt) } else { Ok(()) }
    }

    /// An item ends the one before it.
    pub(super) fn end_item(&mut self, kind: Kind) -> Sure {
        let mut is_sure = true;
        for at in (0..self.open.len()).rev() {
            let it = self.open[at].kind;
            if it == kind {
                if is_sure {
                    self.pop_to(at);
                    return Ok(());
                }
                return Err(Doubt);
            }
            if it.is_special() && !matches!(it, Kind::Through | Kind::P) {
                return Ok(());
            }
            // Its end tag may be left out.
            is_sure &= it == Kind::P;
        }
        Ok(())
    }
}
