//! Start tags in the body (HTML, section 13.2.6.4.7).

use super::parser::{Doubt, Mode, Next, Parser, Quirks, Start, Sure};
use crate::html::{names::Kind, tree::Span};

impl Parser<'_> {
    pub(super) fn start_in_body(&mut self, tag: &Start<'_>) -> Sure {
        match tag.kind {
            Kind::Other | Kind::Ruby => {
                self.reconstruct()?;
                self.insert(tag)?;
            }
            Kind::Block | Kind::List | Kind::Through | Kind::P | Kind::Plain => {
                self.end_paragraph();
                self.insert(tag)?;
            }
            Kind::A => {
                self.end_link();
                self.reconstruct()?;
                self.insert_formatting(tag)?;
            }
            Kind::Formatting => {
                self.reconstruct()?;
                self.insert_formatting(tag)?;
            }
            Kind::Void => {
                self.reconstruct()?;
                self.insert_void(tag);
            }
            Kind::Li | Kind::Term => {
                self.end_item(tag.kind);
                self.end_paragraph();
                self.insert(tag)?;
            }
            Kind::Heading => {
                self.end_paragraph();
                if self.top() == Kind::Heading {
                    self.pop();
                }
                self.insert(tag)?;
            }
            Kind::Pre => {
                self.end_paragraph();
                self.insert(tag)?;
                self.drops_line = true;
            }
            _ => self.start_other_in_body(tag)?,
        }
        Ok(())
    }

    /// Begins an element in the body that pages have seldom.
    fn start_other_in_body(&mut self, tag: &Start<'_>) -> Sure {
        match tag.kind {
            Kind::Meta | Kind::Title | Kind::Script | Kind::Style | Kind::Noframes | Kind::Template => {
                self.start_in_head(tag)?;
            }
            Kind::Textarea | Kind::Frame | Kind::Noscript => self.raw(tag)?,
            Kind::Xmp => {
                self.end_paragraph();
                self.reconstruct()?;
                self.raw(tag)?;
            }
            Kind::Param => {
                self.insert_void(tag);
            }
            Kind::Image => {
                self.reconstruct()?;
                let attrs = self.attrs(tag.kind);
                let name = self.tree.keep("img");
                self.place_void(Kind::Void, name, attrs);
            }
            Kind::Svg | Kind::Math => {
                self.reconstruct()?;
                let kind = if tag.kind == Kind::Svg { Kind::Drawn } else { Kind::Formula };
                self.insert_foreign(&Start { kind, ..*tag })?;
            }
            Kind::Table => self.start_table(tag)?,
            Kind::Html | Kind::Body => self.add_to(tag.kind)?,
            Kind::Form
            | Kind::Button
            | Kind::Input
            | Kind::Select
            | Kind::Choice
            | Kind::ChoiceGroup
            | Kind::Hr => self.start_control(tag)?,
            Kind::Nobr | Kind::Object | Kind::RubyBase | Kind::RubyGroup | Kind::RubyText => {
                self.start_rare(tag)?;
            }
            Kind::Caption
            | Kind::Col
            | Kind::ColGroup
            | Kind::Ignored
            | Kind::Head
            | Kind::TableSection
            | Kind::Cell
            | Kind::Row => {}
            _ => return Err(Doubt::Element),
        }
        Ok(())
    }

    fn start_table(&mut self, tag: &Start<'_>) -> Sure {
        match self.quirks {
            Quirks::No => self.end_paragraph(),
            Quirks::Unknown if self.has_paragraph_in_scope() => {
                return Err(Doubt::Quirks);
            }
            Quirks::Yes | Quirks::Unknown => {}
        }
        self.insert(tag)?;
        self.mode = Mode::InTable;
        Ok(())
    }

    /// Forms, and what is in them.
    fn start_control(&mut self, tag: &Start<'_>) -> Sure {
        match tag.kind {
            Kind::Form => {
                let is_in_template = self.counts.templates != 0;
                if self.form.is_none() || is_in_template {
                    self.end_paragraph();
                    let form = self.insert(tag)?;
                    if !is_in_template {
                        self.form = Some(form);
                    }
                }
                return Ok(());
            }
            Kind::Button => {
                if self.counts.buttons != 0
                    && let Some(depth) = self.in_scope(Kind::Button, Kind::bounds_scope)
                {
                    self.pop_to(depth);
                }
            }
            Kind::Input => self.end_select(),
            Kind::Select => {
                if self.select_in_scope().is_some() {
                    self.end_select();
                    return Ok(());
                }
            }
            Kind::Choice if self.select_in_scope().is_some() => {
                self.pop_implied_but(|it| it == Kind::ChoiceGroup);
            }
            Kind::ChoiceGroup if self.select_in_scope().is_some() => self.pop_implied(),
            Kind::Choice | Kind::ChoiceGroup => {
                if self.top() == Kind::Choice {
                    self.pop();
                }
            }
            _ => {
                // A line across.
                self.end_paragraph();
                if self.select_in_scope().is_some() {
                    self.pop_implied();
                }
                return {
                    self.insert_void(tag);
                    Ok(())
                };
            }
        }
        self.reconstruct()?;
        if tag.kind == Kind::Input {
            self.insert_void(tag)
        } else {
            self.insert(tag)?
        };
        Ok(())
    }

    fn start_rare(&mut self, tag: &Start<'_>) -> Sure {
        match tag.kind {
            Kind::Nobr => {
                self.reconstruct()?;
                if self.in_scope(Kind::Nobr, Kind::bounds_scope).is_some() {
                    self.adopt(Kind::Nobr, "nobr");
                    self.reconstruct()?;
                }
                return self.insert_formatting(tag);
            }
            Kind::Object => {
                self.reconstruct()?;
                self.insert(tag)?;
                self.mark();
                return Ok(());
            }
            _ if self.counts.rubies == 0 || self.in_scope(Kind::Ruby, Kind::bounds_scope).is_none() => {}
            Kind::RubyText => self.pop_implied_but(|it| it == Kind::RubyGroup),
            _ => self.pop_implied(),
        }
        self.insert(tag).map(|_| ())
    }

    fn select_in_scope(&self) -> Option<usize> {
        match self.counts.selects {
            0 => None,
            _ => self.in_scope(Kind::Select, Kind::bounds_scope),
        }
    }

    fn end_select(&mut self) {
        if let Some(depth) = self.select_in_scope() {
            self.pop_to(depth);
        }
    }

    /// Do something by the rules for bodies where only parts of tables should be.
    pub(super) fn start_fostered(&mut self, tag: &Start<'_>) -> Sure<Next> {
        self.fosters = true;
        self.start_in_body(tag)?;
        self.fosters = false;
        Ok(Next::Done)
    }

    /// A line break that was written as an end tag.
    pub(super) fn line_break(&mut self) -> Sure {
        self.reconstruct()?;
        let name: Span = self.tree.keep("br");
        let attrs = self.no_attrs();
        self.place_void(Kind::Void, name, attrs);
        Ok(())
    }
}
