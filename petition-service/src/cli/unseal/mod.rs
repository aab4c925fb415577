//! `petition-service unseal`: reads what was sealed, on the machine that has the private key. It needs
//! neither the configuration nor the database.

mod csv;
mod input;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde_json::{Map, Value};

use super::{keygen, say};
use crate::domain::seal::{Content, KeyId, PrivateKey, SealedRow};
use csv::Columns;
use input::Input;

/// After so many rows a line says how far the work is.
const TOLD_EVERY: u64 = 100_000;

/// Rows that are opened together.
const BATCH: usize = 4096;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// File with the private key; say it again for each further key
    #[arg(long, required = true, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Sealed rows as JSON lines; `-` reads them from the standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    input: PathBuf,
    /// Only the rows of this petition or newsletter
    #[arg(long, value_name = "ID")]
    form: Option<String>,
    /// How to write them. In CSV a quote stands before what a spreadsheet would take for a formula;
    /// JSON lines hold everything as it was typed
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// Where to write them, to a new file that only you can read; else to the standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Begin the CSV with the mark by which Excel knows UTF-8
    #[arg(long)]
    bom: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Jsonl,
}

/// A row and what was in it.
struct Opened {
    row: SealedRow,
    content: Content,
}

/// How it went.
#[derive(Default)]
struct Tally {
    opened: u64,
    shut: u64,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let keys = Keyring::read(&args.key)?;
    let input = Input::open(&args.input)?;
    let mut out = output(args.out.as_deref())?;
    let tally = unseal(args, &keys, &input, &mut out)?;
    out.flush().context("the rows cannot be written")?;
    say(io::stderr(), &format!("{} opened.", rows(tally.opened)));
    if tally.shut > 0 {
        bail!("{} did not open", rows(tally.shut));
    }
    Ok(())
}

fn unseal(
    args: &Args,
    keys: &Keyring,
    input: &Input,
    out: &mut impl Write,
) -> anyhow::Result<Tally> {
    let form = args.form.as_deref();
    let written = "the rows cannot be written";
    if args.format == Format::Jsonl {
        return each(keys, input, form, true, |opened| {
            writeln!(out, "{}", json_line(opened)).context(written)
        });
    }
    // The first line names every column, so everything is read once before: nothing that was opened
    // is kept meanwhile.
    let mut columns = Columns::default();
    each(keys, input, form, false, |opened| {
        columns.see(opened);
        Ok(())
    })?;
    if args.bom {
        write!(out, "\u{feff}").context(written)?;
    }
    write!(out, "{}", columns.head()).context(written)?;
    each(keys, input, form, true, |opened| {
        write!(out, "{}", columns.line(opened)).context(written)
    })
}

/// Opens the rows in their order; `aloud`: names those that do not open.
fn each(
    keys: &Keyring,
    input: &Input,
    form: Option<&str>,
    aloud: bool,
    mut take: impl FnMut(&Opened) -> anyhow::Result<()>,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let mut rows_read = input.rows()?.filter(|found| match found {
        Ok(Ok(row)) => form.is_none_or(|form| form == row.form_id),
        _ => true,
    });
    loop {
        let batch = rows_read.by_ref().take(BATCH);
        let batch = batch.collect::<anyhow::Result<Vec<_>>>()?;
        if batch.is_empty() {
            return Ok(tally);
        }
        for opened in keys.open_all(batch) {
            match opened {
                Ok(opened) => {
                    take(&opened)?;
                    tally.opened += 1;
                }
                Err(fault) => {
                    tally.shut += 1;
                    if aloud {
                        say(io::stderr(), &fault);
                    }
                }
            }
            let done = tally.opened + tally.shut;
            if aloud && done.is_multiple_of(TOLD_EVERY) {
                say(io::stderr(), &format!("{} so far …", rows(done)));
            }
        }
    }
}

/// The private keys by their ids.
struct Keyring(BTreeMap<KeyId, PrivateKey>);

impl Keyring {
    fn read(files: &[PathBuf]) -> anyhow::Result<Self> {
        let mut keys = BTreeMap::new();
        for file in files {
            let key = keygen::read(file)?;
            keys.insert(key.public().id(), key);
        }
        Ok(Self(keys))
    }

    /// Opens a batch in its order, on all cores: a seal costs more than all else about its row.
    fn open_all(&self, batch: Vec<Result<SealedRow, String>>) -> Vec<Result<Opened, String>> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = batch.len().div_ceil(threads);
        let mut rest = batch.into_iter();
        let shares: Vec<Vec<_>> = (0..threads)
            .map(|_| rest.by_ref().take(share).collect())
            .collect();
        let open = |share: Vec<Result<SealedRow, String>>| -> Vec<_> {
            let opened = share
                .into_iter()
                .map(|row| row.and_then(|row| self.open(row)));
            opened.collect()
        };
        thread::scope(|scope| {
            let work: Vec<_> = shares
                .into_iter()
                .map(|share| scope.spawn(|| open(share)))
                .collect();
            work.into_iter()
                .flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        })
    }

    /// Opens a row, or says which one does not open and why.
    fn open(&self, row: SealedRow) -> Result<Opened, String> {
        let Some(key) = self.0.get(&row.key_id) else {
            return Err(format!(
                "{}: sealed to another key ({})",
                row.attempt_id, row.key_id
            ));
        };
        let content = key
            .open(row.place(), &row.sealed)
            .and_then(|bytes| Content::from_bytes(&bytes))
            .map_err(|fault| format!("{}: {fault}", row.attempt_id))?;
        Ok(Opened { row, content })
    }
}

/// A new file is for its owner's eyes alone, and never takes the place of another.
fn output(file: Option<&Path>) -> anyhow::Result<BufWriter<Box<dyn Write>>> {
    let out: Box<dyn Write> = match file {
        None => Box::new(io::stdout()),
        Some(file) => {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt;
                options.mode(0o600);
            }
            let opened = options.open(file);
            Box::new(opened.with_context(|| format!("cannot write to {}", file.display()))?)
        }
    };
    Ok(BufWriter::new(out))
}

fn json_line(opened: &Opened) -> Value {
    let Opened { row, content } = opened;
    let mut map = Map::new();
    map.insert("form_id".to_owned(), row.form_id.clone().into());
    map.insert("attempt_id".to_owned(), row.attempt_id.to_string().into());
    map.extend(row.evidence.clone());
    map.insert("email".to_owned(), content.email.expose().as_str().into());
    let fields: Map<String, Value> = content
        .fields
        .iter()
        .map(|(name, value)| (name.clone(), value.expose().as_str().into()))
        .collect();
    map.insert("fields".to_owned(), fields.into());
    Value::Object(map)
}

fn rows(count: u64) -> String {
    match count {
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    }
}
