//! The clock of this machine: the only place where it is asked for the date. How long something takes is told by instants, which nobody
//! sets.

use std::time::SystemTime;

use chrono::{DateTime, Datelike, Utc};

/// The year in which the web began: no page is older.
const FIRST_YEAR: i32 = 1991;

/// Returns what the clock says, whatever that is: before 1970, too.
pub fn now() -> DateTime<Utc> {
    // `Utc::now` ends the program where the clock was not set.
    SystemTime::now().into()
}

/// Whether the clock can be right. A machine that has not heard the time since it was switched on often begins in 1970.
pub fn is_set() -> bool {
    FIRST_YEAR <= now().year()
}
