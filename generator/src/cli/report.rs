//! What the author reads in the terminal.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::engine::{BuildReport, Counts};
use crate::template::Cost;

/// Says a line. A terminal that is gone must not end the work.
pub(super) fn say(line: &str) {
    let _gone = writeln!(stderr(), "{line}");
}

/// Says an error of the program's own, outside the site's sources.
pub(super) fn fail(message: &str) {
    say(&format!("{} {message}", label("ERROR", "31")));
}

/// Shows every fault with its place and how to mend it; the last line counts the errors and ends
/// with what became of the site.
pub(super) fn faults(faults: &[Diagnostic], outcome: &str) {
    for fault in faults {
        let word = if fault.is_error() {
            label("ERROR", "31")
        } else {
            label("WARN ", "33")
        };
        let mut bare = fault.clone();
        let hint = bare.hint.take();
        say(&format!("{word} {bare}"));
        if let Some(hint) = hint {
            say(&format!("      {} {hint}", label("fix:", "32")));
        }
    }
    match faults.iter().filter(|fault| fault.is_error()).count() {
        0 => {}
        1 => say(format!("1 error. {outcome}").trim_end()),
        many => say(format!("{many} errors. {outcome}").trim_end()),
    }
}

/// What the site consists of, if it was read that far.
pub(super) fn counts(built: &BuildReport) {
    if built.settings.is_some() {
        tally(built.counts);
    }
}

/// How much there is, in Zola's words.
pub(super) fn tally(counts: Counts) {
    say(&format!(
        "-> Creating {} pages ({} orphan) and {} sections",
        counts.pages, counts.orphans, counts.sections
    ));
}

/// The most templates that are told of.
const SLOWEST: usize = 20;

/// What each stage and the slowest templates cost.
pub(super) fn timings(built: &BuildReport) {
    let ms = |time: Duration| format!("{:>9.1} ms", time.as_secs_f64() * 1000.0);
    for (name, time) in &built.timings {
        say(&format!("{}  {name}", ms(*time)));
    }
    let mut costs: Vec<(&String, &Cost)> = built.costs.iter().collect();
    costs.sort_by(|a, b| b.1.spent.cmp(&a.1.spent).then_with(|| a.0.cmp(b.0)));
    if !costs.is_empty() {
        say("Templates, with what they include and call, added up over all threads:");
    }
    for (file, cost) in costs.into_iter().take(SLOWEST) {
        say(&format!("{}  {file} ({} ×)", ms(cost.spent), cost.times));
    }
}

/// `Done in 206ms.`, `Done in 1.2s.`
pub(super) fn done(elapsed: Duration) {
    let milliseconds = elapsed.as_millis();
    if milliseconds < 1000 {
        say(&format!("Done in {milliseconds}ms."));
    } else {
        say(&format!("Done in {:.1}s.", elapsed.as_secs_f64()));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "NO_COLOR is about the terminal, which only this file knows"
)]
fn label(word: &str, colour: &str) -> String {
    if stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\u{1b}[1;{colour}m{word}\u{1b}[0m")
    } else {
        word.to_owned()
    }
}
