//! How far long work is, for whoever sits before a terminal.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use crate::cli::say;

/// Time between two lines.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells on the standard error, once a second and only if it is a terminal.
pub(super) fn progress() -> impl FnMut(&'static str, u64) + Send {
    let seen = io::stderr().is_terminal();
    let mut last = Instant::now();
    move |table, rows| {
        if seen && last.elapsed() >= PAUSE {
            last = Instant::now();
            say(io::stderr(), &format!("{table}: {rows} rows so far …"));
        }
    }
}
