//! Where sealed rows come from.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::domain::seal::SealedRow;

/// A source that can be read twice: CSV names its columns first.
pub(super) enum Input {
    File(PathBuf),
    /// The lines of the standard input, still sealed.
    Lines(Vec<String>),
}

/// A row, or the fault of its line; or reading itself failed.
type Found = anyhow::Result<Result<SealedRow, String>>;

impl Input {
    pub(super) fn open(file: &Path) -> anyhow::Result<Self> {
        if file != Path::new("-") {
            return Ok(Self::File(file.to_owned()));
        }
        let lines = io::stdin().lock().lines().collect::<io::Result<_>>();
        Ok(Self::Lines(
            lines.context("the standard input cannot be read")?,
        ))
    }

    pub(super) fn rows(&self) -> anyhow::Result<Box<dyn Iterator<Item = Found> + '_>> {
        Ok(match self {
            Self::File(file) => {
                let failed = || format!("{} cannot be read", file.display());
                let lines = BufReader::new(File::open(file).with_context(failed)?).lines();
                let lines = lines.map(move |line| line.with_context(failed));
                Box::new(numbered(lines))
            }
            Self::Lines(lines) => Box::new(numbered(lines.iter().map(|line| Ok(line.clone())))),
        })
    }
}

fn numbered(lines: impl Iterator<Item = anyhow::Result<String>>) -> impl Iterator<Item = Found> {
    lines.enumerate().filter_map(|(index, line)| match line {
        Ok(line) if line.trim().is_empty() => None,
        Ok(line) => {
            let row = SealedRow::parse(&line);
            Some(Ok(
                row.map_err(|fault| format!("line {}: {fault}", index + 1))
            ))
        }
        Err(error) => Some(Err(error)),
    })
}
