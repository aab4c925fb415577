//! What the development server shows now: the last good site and the faults of the last build.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;
use tokio::sync::watch;

use crate::diagnostic::Diagnostic;
use crate::emit::MemorySite;

/// What is shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// The last good site.
    pub(super) site: MemorySite,
    /// What the open pages are told.
    pub(super) state: State,
}

/// What an open page must know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct State {
    /// Changes whenever the site's files do: a page that knows another version reloads. Unique
    /// beyond this run, so that a page left open over a restart reloads too.
    pub(super) version: String,
    /// Errors of the last build as lines; empty if it went well.
    pub(super) faults: Vec<String>,
}

/// A handle on what is shown; clones share it.
#[derive(Clone, Debug)]
pub struct Live {
    shown: watch::Sender<Shown>,
    run: u32,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            shown: watch::Sender::new(Shown::default()),
            run: std::process::id(),
        }
    }
}

impl Live {
    /// Shows the result of a build: the new site if there is no error, else the errors over the
    /// last good one. `touched` are the source files that changed since, on disk.
    pub fn show(
        &self,
        site: Option<MemorySite>,
        faults: &[Diagnostic],
        touched: &BTreeSet<PathBuf>,
    ) {
        let errors = faults
            .iter()
            .filter(|fault| fault.is_error())
            .map(ToString::to_string)
            .collect();
        self.shown.send_modify(|shown| {
            shown.state.faults = errors;
            let Some(site) = site else { return };
            let changed = shown.site.changed_paths(&site, touched);
            if shown.state.version.is_empty() || !changed.is_empty() {
                shown.state.version = next_version(&shown.state.version, self.run);
            }
            shown.site = site;
        });
    }

    /// The last good site.
    pub(super) fn site(&self) -> MemorySite {
        self.shown.borrow().site.clone()
    }

    /// The errors of the last build.
    pub(super) fn faults(&self) -> Vec<String> {
        self.shown.borrow().state.faults.clone()
    }

    /// Tells of every change.
    pub(super) fn subscribe(&self) -> watch::Receiver<Shown> {
        self.shown.subscribe()
    }
}

fn next_version(version: &str, run: u32) -> String {
    let number: u64 = version
        .rsplit_once('-')
        .and_then(|(_, number)| number.parse().ok())
        .unwrap_or(0);
    format!("{run}-{}", number + 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::outputs::{Artifact, OutputPath};

    fn site(text: &str) -> MemorySite {
        MemorySite::new(Arc::new(BTreeMap::from([(
            OutputPath::new("index.html").unwrap(),
            Artifact::Page(Arc::from(text.as_bytes())),
        )])))
    }

    #[test]
    fn an_error_keeps_the_last_good_site_and_an_equal_site_keeps_the_version() {
        let live = Live::default();
        let none = BTreeSet::new();
        live.show(Some(site("one")), &[], &none);
        let first = live.shown.borrow().state.version.clone();
        live.show(None, &[Diagnostic::error("bad").in_file("a.md")], &none);
        assert_eq!(live.faults(), ["a.md: bad"]);
        assert_eq!(live.site().len(), 1);
        live.show(Some(site("one")), &[], &none);
        assert!(live.faults().is_empty());
        assert_eq!(live.shown.borrow().state.version, first);
        live.show(Some(site("two")), &[], &none);
        assert_ne!(live.shown.borrow().state.version, first);
    }
}
