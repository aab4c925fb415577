//! What was found, and how it is told.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Ok,
    Warning,
    Error,
}

/// One line of the report. Holds no secret and nobody's data.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// What it is about: `database`, `mail` …
    pub(super) about: &'static str,
    pub(super) says: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fix: Option<String>,
}

/// The lines of one subject.
pub(super) struct Findings<'a> {
    about: &'static str,
    all: &'a mut Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(about: &'static str, all: &'a mut Vec<Finding>) -> Self {
        Self { about, all }
    }

    pub(super) fn ok(&mut self, says: impl Into<String>) {
        self.add(Level::Ok, says.into(), None);
    }

    pub(super) fn warning(&mut self, says: impl Into<String>, fix: impl Into<String>) {
        self.add(Level::Warning, says.into(), Some(fix.into()));
    }

    pub(super) fn error(&mut self, says: impl Into<String>, fix: impl Into<String>) {
        self.add(Level::Error, says.into(), Some(fix.into()));
    }

    fn add(&mut self, level: Level, says: String, fix: Option<String>) {
        self.all.push(Finding {
            level,
            about: self.about,
            says,
            fix,
        });
    }
}

/// For a person to read.
pub(super) fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let level = match finding.level {
            Level::Ok => "ok     ",
            Level::Warning => "WARNING",
            Level::Error => "ERROR  ",
        };
        text.push_str(&format!("{level} {:<9} {}\n", finding.about, finding.says));
        if let Some(fix) = &finding.fix {
            text.push_str(&format!("                  → {fix}\n"));
        }
    }
    let count = |level| findings.iter().filter(|one| one.level == level).count();
    text.push_str(&format!(
        "{} errors, {} warnings",
        count(Level::Error),
        count(Level::Warning)
    ));
    text
}
