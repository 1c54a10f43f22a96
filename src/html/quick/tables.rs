//! Tables (HTML, sections 13.2.6.4.9 to 13.2.6.4.15).

use super::parser::{EndTag, Mode, Next, Open, Parser, Start, Sure};
use crate::html::names::Kind;

/// What the rows and sections of a table are directly in.
fn is_section(kind: Kind) -> bool {
    matches!(kind, Kind::TableSection | Kind::Template | Kind::Html)
}

fn is_row(kind: Kind) -> bool {
    matches!(kind, Kind::Row | Kind::Template | Kind::Html)
}

impl Parser<'_> {
    pub(super) fn start_in_table(&mut self, tag: &Start<'_>) -> Sure<Next> {
        let (kind, name, mode) = match tag.kind {
            Kind::Caption | Kind::ColGroup | Kind::TableSection => {
                self.pop_until_in(Kind::bounds_tables);
                self.mode = match tag.kind {
                    Kind::Caption => {
                        self.mark();
                        Mode::InCaption
                    }
                    Kind::ColGroup => Mode::InColumnGroup,
                    _ => Mode::InTableBody,
                };
                self.insert(tag)?;
                return Ok(Next::Done);
            }
            Kind::Col => (Kind::ColGroup, "colgroup", Mode::InColumnGroup),
            Kind::Row | Kind::Cell => (Kind::TableSection, "tbody", Mode::InTableBody),
            Kind::Table => return Ok(if self.end_table() { Next::Again } else { Next::Done }),
            Kind::Script | Kind::Style | Kind::Template => {
                self.start_in_head(tag)?;
                return Ok(Next::Done);
            }
            Kind::Input if self.is_hidden() => {
                self.insert_void(tag);
                return Ok(Next::Done);
            }
            Kind::Form => {
                if self.counts.templates == 0 && self.form.is_none() {
                    self.form = Some(self.insert_void(tag));
                }
                return Ok(Next::Done);
            }
            _ => return self.start_fostered(tag),
        };
        self.pop_until_in(Kind::bounds_tables);
        self.imply_around(kind, name)?;
        self.mode = mode;
        Ok(Next::Again)
    }

    /// Begin an element that nobody wrote around that of the last tag, whose attributes are kept.
    fn imply_around(&mut self, kind: Kind, name: &str) -> Sure {
        self.imply(kind, name).map(|_| ())
    }

    /// Whether the last tag is of an input that is not seen.
    fn is_hidden(&self) -> bool {
        let named = |it: &&super::RawAttr| self.page[it.name.clone()].eq_ignore_ascii_case("type");
        self.tokens.attrs.iter().find(named).is_some_and(|it| {
            htmlize::unescape_attribute(&self.page[it.value.clone()]).eq_ignore_ascii_case("hidden")
        })
    }

    /// End the innermost table. Returns whether there is one.
    fn end_table(&mut self) -> bool {
        let Some(depth) = self.in_scope(Kind::Table, Kind::bounds_tables) else { return false };
        self.pop_to(depth);
        self.mode = self.mode_of_stack();
        true
    }

    pub(super) fn end_in_table(&mut self, tag: EndTag<'_>) -> Sure<Next> {
        match tag.kind {
            Kind::Table => {
                self.end_table();
            }
            Kind::Template => self.end_template(),
            Kind::Body
            | Kind::Html
            | Kind::Caption
            | Kind::Col
            | Kind::ColGroup
            | Kind::TableSection
            | Kind::Row
            | Kind::Cell => {}
            _ => return self.end_fostered(tag),
        }
        Ok(Next::Done)
    }

    // Captions and columns.

    pub(super) fn start_in_caption(&mut self, tag: &Start<'_>) -> Sure<Next> {
        if !is_part(tag.kind) {
            self.start_in_body(tag)?;
            return Ok(Next::Done);
        }
        Ok(if self.end_caption() { Next::Again } else { Next::Done })
    }

    pub(super) fn end_in_caption(&mut self, tag: EndTag<'_>) -> Sure<Next> {
        match tag.kind {
            Kind::Caption => {
                self.end_caption();
            }
            Kind::Table => return Ok(if self.end_caption() { Next::Again } else { Next::Done }),
            Kind::Body
            | Kind::Html
            | Kind::Col
            | Kind::ColGroup
            | Kind::TableSection
            | Kind::Row
            | Kind::Cell => {}
            _ => self.end_in_body(tag)?,
        }
        Ok(Next::Done)
    }

    fn end_caption(&mut self) -> bool {
        let Some(depth) = self.in_scope(Kind::Caption, Kind::bounds_tables) else { return false };
        self.pop_to(depth);
        self.clear_to_mark();
        self.mode = Mode::InTable;
        true
    }

    pub(super) fn start_in_column_group(&mut self, tag: &Start<'_>) -> Sure<Next> {
        match tag.kind {
            Kind::Html => self.start_in_body(tag)?,
            Kind::Col => {
                self.insert_void(tag);
            }
            Kind::Template => self.start_in_head(tag)?,
            _ => return Ok(self.end_column_group()),
        }
        Ok(Next::Done)
    }

    pub(super) fn end_in_column_group(&mut self, tag: EndTag<'_>) -> Next {
        match tag.kind {
            Kind::ColGroup => {
                self.end_column_group();
            }
            Kind::Col => {}
            Kind::Template => self.end_template(),
            _ => return self.end_column_group(),
        }
        Next::Done
    }

    fn end_column_group(&mut self) -> Next {
        if self.top() != Kind::ColGroup {
            return Next::Done;
        }
        self.pop();
        self.mode = Mode::InTable;
        Next::Again
    }

    // Sections and rows.

    pub(super) fn start_in_table_body(&mut self, tag: &Start<'_>) -> Sure<Next> {
        match tag.kind {
            Kind::Row => {
                self.pop_until_in(is_section);
                self.insert(tag)?;
                self.mode = Mode::InRow;
                Ok(Next::Done)
            }
            Kind::Cell => {
                self.pop_until_in(is_section);
                self.imply_around(Kind::Row, "tr")?;
                self.mode = Mode::InRow;
                Ok(Next::Again)
            }
            Kind::Caption | Kind::Col | Kind::ColGroup | Kind::TableSection => Ok(self.end_section()),
            _ => self.start_in_table(tag),
        }
    }

    pub(super) fn end_in_table_body(&mut self, tag: EndTag<'_>) -> Sure<Next> {
        match tag.kind {
            Kind::TableSection => {
                if self.named_in_scope(tag.kind, tag.name, Kind::bounds_tables).is_some() {
                    self.pop_until_in(is_section);
                    self.pop();
                    self.mode = Mode::InTable;
                }
                Ok(Next::Done)
            }
            Kind::Table => Ok(self.end_section()),
            Kind::Body
            | Kind::Html
            | Kind::Caption
            | Kind::Col
            | Kind::ColGroup
            | Kind::Row
            | Kind::Cell => Ok(Next::Done),
            _ => self.end_in_table(tag),
        }
    }

    /// End the section that the next one follows.
    fn end_section(&mut self) -> Next {
        // Within a template there may be none, and a `thead` does not count there, as `html5ever` has it.
        let is_it = |it: &Open| match it.kind {
            Kind::Table => true,
            Kind::TableSection => self.tree.str(it.name) != "thead",
            _ => false,
        };
        if self.find_open(is_it, Kind::bounds_tables).is_none() {
            return Next::Done;
        }
        self.pop_until_in(is_section);
        self.pop();
        self.mode = Mode::InTable;
        Next::Again
    }

    pub(super) fn start_in_row(&mut self, tag: &Start<'_>) -> Sure<Next> {
        match tag.kind {
            Kind::Cell => {
                self.pop_until_in(is_row);
                self.insert(tag)?;
                self.mode = Mode::InCell;
                self.mark();
                Ok(Next::Done)
            }
            Kind::Caption | Kind::Col | Kind::ColGroup | Kind::TableSection | Kind::Row => {
                Ok(self.end_row())
            }
            _ => self.start_in_table(tag),
        }
    }

    pub(super) fn end_in_row(&mut self, tag: EndTag<'_>) -> Sure<Next> {
        match tag.kind {
            Kind::Row => {
                self.end_row();
                Ok(Next::Done)
            }
            Kind::Table => Ok(self.end_row()),
            Kind::TableSection => match self.named_in_scope(tag.kind, tag.name, Kind::bounds_tables) {
                Some(_) => Ok(self.end_row()),
                None => Ok(Next::Done),
            },
            Kind::Body | Kind::Html | Kind::Caption | Kind::Col | Kind::ColGroup | Kind::Cell => {
                Ok(Next::Done)
            }
            _ => self.end_in_table(tag),
        }
    }

    fn end_row(&mut self) -> Next {
        if self.in_scope(Kind::Row, Kind::bounds_tables).is_none() {
            return Next::Done;
        }
        self.pop_until_in(is_row);
        self.pop();
        self.mode = Mode::InTableBody;
        Next::Again
    }

    // Cells.

    pub(super) fn start_in_cell(&mut self, tag: &Start<'_>) -> Sure<Next> {
        if !is_part(tag.kind) {
            self.start_in_body(tag)?;
            return Ok(Next::Done);
        }
        Ok(if self.end_cell() { Next::Again } else { Next::Done })
    }

    pub(super) fn end_in_cell(&mut self, tag: EndTag<'_>) -> Sure<Next> {
        match tag.kind {
            Kind::Cell => {
                if let Some(depth) = self.named_in_scope(tag.kind, tag.name, Kind::bounds_tables) {
                    self.pop_to(depth);
                    self.clear_to_mark();
                    self.mode = Mode::InRow;
                }
            }
            Kind::Body | Kind::Html | Kind::Caption | Kind::Col | Kind::ColGroup => {}
            Kind::Table | Kind::TableSection | Kind::Row => {
                if self.named_in_scope(tag.kind, tag.name, Kind::bounds_tables).is_some() {
                    self.end_cell();
                    return Ok(Next::Again);
                }
            }
            _ => self.end_in_body(tag)?,
        }
        Ok(Next::Done)
    }

    /// End the cell that the next part of the table follows. Returns whether there is one.
    fn end_cell(&mut self) -> bool {
        let Some(depth) = self.in_scope(Kind::Cell, Kind::bounds_tables) else { return false };
        self.pop_to(depth);
        self.clear_to_mark();
        self.mode = Mode::InRow;
        true
    }
}

/// Whether an element's start tag ends a cell or a caption.
fn is_part(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Caption | Kind::Col | Kind::ColGroup | Kind::TableSection | Kind::Row | Kind::Cell
    )
}
