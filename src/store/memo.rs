//! Answers that take a look at every story, kept for as long as nobody writes: pages of `serve` ask for them again and again. What the
//! answers are is not known here.

use std::{any::Any, collections::HashMap};

use rusqlite::Connection;

use super::error::Result;

/// What a reader was asked before.
#[derive(Default)]
pub(super) struct Memo {
    /// SQLite's number of what the connection sees: it is another after anybody's commit.
    data_version: Option<i64>,
    answers: HashMap<&'static str, Box<dyn Any + Send>>,
}

impl Memo {
    /// Returns the answer to a question that has this name: the one that was given before, where it still holds.
    pub(super) fn answer<T: Clone + Send + 'static>(
        &mut self,
        conn: &Connection,
        name: &'static str,
        ask: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        let now = Some(conn.query_row("PRAGMA data_version", [], |row| row.get(0))?);
        if self.data_version != now {
            *self = Self { data_version: now, answers: HashMap::new() };
        }
        if let Some(answer) = self.answers.get(name).and_then(|it| it.downcast_ref::<T>()) {
            return Ok(answer.clone());
        }
        let answer = ask(conn)?;
        self.answers.insert(name, Box::new(answer.clone()));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::{Opened, open_current};

    #[test]
    fn an_answer_is_kept_until_somebody_writes() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.db");
        let Opened { conn, lock: _lock, .. } = open_current(&path, || false).expect("an archive");
        let reader = Connection::open(&path).expect("a reader");
        let mut memo = Memo::default();
        let mut asked = 0;
        let mut ask = |expect: u32| {
            let answer = memo.answer(&reader, "a number", |_| {
                asked += 1;
                Ok(asked)
            });
            assert_eq!(answer.expect("an answer"), expect);
        };
        ask(1);
        ask(1);
        conn.execute_batch("INSERT INTO symbols VALUES ('ABC', 'stock')").expect("a row");
        ask(2);
        ask(2);
    }
}
