//! The answer of `verify`: what is damaged, and what can be done about each finding. The checks are made in `store` and `jobs`.
//! The sentences about remedies are here and not in `cli`, because they are part of the JSON.

use serde::Serialize;

use crate::{
    jobs::Verified,
    store::{Finding, Remedy},
};

/// What a look at a whole archive found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyAnswer {
    /// The path of the archive.
    pub archive: String,
    /// Whether nothing is damaged and everything was looked at.
    pub whole: bool,
    /// The number of raw pages that were read and compared with their hashes.
    pub bodies: u64,
    /// The number of pictures that were, too.
    pub images: u64,
    /// Whether nobody else wrote meanwhile, so that claims and the full-text index could be looked at.
    pub alone: bool,
    /// What was found.
    pub findings: Vec<FindingAnswer>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingAnswer {
    /// The stable word of the check.
    pub check: &'static str,
    /// The row: `articles 12`.
    pub row: String,
    /// What is wrong with it.
    pub detail: String,
    /// What can be done about it, as a sentence.
    pub remedy: &'static str,
}

/// Whether another process could write the archive during the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveAccess {
    /// This process held the lock: nobody else could write.
    Exclusive,
    /// Somebody else wrote, or the file could not be written.
    Shared,
}

impl VerifyAnswer {
    /// Returns the answer about the archive at a path.
    pub fn new(archive: String, verified: Verified, access: ArchiveAccess) -> Self {
        let whole = !verified.is_damaged() && verified.is_whole;
        let Verified { findings, bodies, images, is_whole: _ } = verified;
        let findings = findings.into_iter().map(Into::into).collect();
        Self { archive, whole, bodies, images, alone: access == ArchiveAccess::Exclusive, findings }
    }
}

impl From<Finding> for FindingAnswer {
    fn from(finding: Finding) -> Self {
        let Finding { check, row, detail, remedy } = finding;
        Self { check, row, detail, remedy: words(remedy) }
    }
}

fn words(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::NextRun => "no harm: the next run, or `tearsheet verify --repair`, puts it back",
        Remedy::Report => {
            "the archive is as it should be; the program is not: please report it, with the page"
        }
        Remedy::Repair => "`tearsheet verify --repair` makes it right",
        Remedy::Reread => "`tearsheet verify --repair` reads it again from its raw page",
        Remedy::Accept => {
            "look at it, a backup has what it was; `tearsheet verify --accept` keeps it as it is"
        }
        Remedy::Foreign => {
            "drop it with `sqlite3` if it is not yours; `tearsheet verify --accept` keeps it"
        }
        Remedy::Lost => "the bytes are lost: fetch or import the page again, or take them from a backup",
        Remedy::AskAgain => {
            "`tearsheet verify --repair` has the next run ask for it again; a backup has what it was"
        }
        Remedy::SetClock => "set the clock of this machine; nothing is changed for it",
        Remedy::Recover => "take a backup; without one, `sqlite3 FILE .recover` saves what can be read",
    }
}

#[cfg(test)]
mod tests {
    use super::{super::form::to_json, *};

    fn verified(remedies: &[Remedy]) -> Verified {
        let finding = |remedy: &Remedy| Finding {
            check: "body",
            row: "captures 12".into(),
            detail: "its hash is another".into(),
            remedy: *remedy,
        };
        Verified {
            findings: remedies.iter().map(finding).collect(),
            bodies: 3,
            images: 0,
            is_whole: true,
        }
    }

    #[test]
    fn a_finding_says_what_can_be_done() {
        let expect = r#"{
  "archive": "a.db",
  "whole": false,
  "bodies": 3,
  "images": 0,
  "alone": true,
  "findings": [
    {
      "check": "body",
      "row": "captures 12",
      "detail": "its hash is another",
      "remedy": "the bytes are lost: fetch or import the page again, or take them from a backup"
    }
  ]
}
"#;
        assert_eq!(
            to_json(&VerifyAnswer::new(
                "a.db".into(),
                verified(&[Remedy::Lost]),
                ArchiveAccess::Exclusive
            )),
            expect
        );
    }

    #[test]
    fn an_archive_is_whole_when_nothing_is_damaged_and_everything_was_looked_at() {
        let is_whole = |it: Verified| VerifyAnswer::new(String::new(), it, ArchiveAccess::Shared).whole;
        assert!(is_whole(verified(&[])));
        assert!(is_whole(verified(&[Remedy::NextRun])), "the next run puts it right");
        assert!(!is_whole(verified(&[Remedy::NextRun, Remedy::Reread])));
        assert!(!is_whole(Verified { is_whole: false, ..verified(&[]) }));
    }
}
