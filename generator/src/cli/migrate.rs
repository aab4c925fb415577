//! `migrate`: rewrites the sources of an older site, once the author has seen the difference.

use std::fs;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use similar::TextDiff;

use super::args::MigrateArgs;
use super::{Site, Stop, report};
use crate::diagnostic::Diagnostic;
use crate::migrate::{self, Rewritten};
use crate::settings;
use crate::source::{self, Layout};

/// A file to rewrite.
struct Change {
    path: PathBuf,
    label: String,
    before: String,
    after: String,
}

/// What a whole site's migration consists of.
#[derive(Default)]
struct Plan {
    changes: Vec<Change>,
    /// Each with the file that it is about.
    notes: Vec<(String, String)>,
    faults: Vec<Diagnostic>,
}

/// Runs `migrate` with these doors for the differences, the question and its answer.
pub(super) fn run(
    site: &Site,
    args: &MigrateArgs,
    answers: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<(), Stop> {
    let found = settings::find(&site.root, site.config.as_deref());
    let (root, config) = match found {
        Ok(found) => found,
        Err(fault) => return stop(&[fault]),
    };
    let plan = plan(&root, &config);
    if !plan.faults.is_empty() {
        return stop(&plan.faults);
    }
    for change in &plan.changes {
        let diff = TextDiff::from_lines(&change.before, &change.after);
        let (old, new) = (format!("a/{}", change.label), format!("b/{}", change.label));
        write!(out, "{}", diff.unified_diff().header(&old, &new))?;
    }
    for (file, note) in &plan.notes {
        writeln!(out, "note: {file}: {note}")?;
    }
    if plan.changes.is_empty() {
        writeln!(out, "Nothing to rewrite.")?;
        return Ok(());
    }
    if args.dry_run {
        return Ok(());
    }
    if !args.yes {
        write!(out, "Rewrite {} file(s)? [y/N] ", plan.changes.len())?;
        out.flush()?;
        let mut answer = String::new();
        answers.read_line(&mut answer)?;
        if !matches!(answer.trim(), "y" | "Y" | "yes" | "YES") {
            writeln!(out, "Nothing was changed.")?;
            return Ok(());
        }
    }
    for change in &plan.changes {
        write_whole(&change.path, &change.after)
            .with_context(|| format!("cannot write {}", change.label))?;
    }
    writeln!(out, "Rewrote {} file(s).", plan.changes.len())?;
    Ok(())
}

fn stop(faults: &[Diagnostic]) -> Result<(), Stop> {
    report::faults(faults, "Nothing was changed.");
    Err(Stop::Shown)
}

fn plan(root: &Path, config: &Path) -> Plan {
    let mut plan = Plan::default();
    let layout = Layout {
        root: root.to_owned(),
        ..Layout::default()
    };
    let label = layout.label(config);
    match source::read_text(config, &label) {
        Ok(text) => {
            let new = migrate::config(&text, &label);
            plan.add(config.to_owned(), label, text, new);
        }
        Err(fault) => plan.faults.push(fault),
    }
    let scanned = source::scan(&layout);
    plan.faults.extend(scanned.diagnostics);
    for file in scanned.value.content.values() {
        let name = file.disk_path.file_name().unwrap_or_default();
        let Some(text) = &file.text else { continue };
        if name.to_string_lossy().starts_with("_index.") {
            let new = migrate::front_matter(text, &file.path.0);
            let path = file.disk_path.clone();
            plan.add(path, file.path.0.clone(), text.to_string(), new);
        }
    }
    plan
}

impl Plan {
    fn add(
        &mut self,
        path: PathBuf,
        label: String,
        before: String,
        new: Result<Rewritten, Diagnostic>,
    ) {
        match new {
            Ok(new) => {
                let notes = new.notes.into_iter().map(|note| (label.clone(), note));
                self.notes.extend(notes);
                if new.text != before {
                    self.changes.push(Change {
                        path,
                        label,
                        before,
                        after: new.text,
                    });
                }
            }
            Err(fault) => self.faults.push(fault),
        }
    }
}

/// Writes beside the file and puts that in its place: a full disk loses nothing.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".migrating");
    let beside = PathBuf::from(beside);
    fs::write(&beside, text)?;
    fs::set_permissions(&beside, fs::metadata(path)?.permissions())?;
    fs::rename(&beside, path)
}
