//! `petition-service export-sealed`: what the machine with the private key opens.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use uuid::Uuid;

use super::{load, say};
use crate::store::{Address, NoKeys, Store, StoreOptions};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
    #[arg(short, long)]
    config: Option<PathBuf>,
    /// Only the forms of this petition or newsletter
    #[arg(long, value_name = "ID")]
    form: Option<String>,
    /// The file for the rows, a line of JSON each. It must not exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let config = load(args.config.as_deref())?;
    let rows = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(export(&config.database, args.form.as_deref(), &args.out))?;
    let told = match rows {
        1 => "1 confirmed form was written, sealed as it is.".to_owned(),
        rows => format!("{rows} confirmed forms were written, sealed as they are."),
    };
    say(io::stdout(), &told);
    Ok(())
}

/// Works beside a running service. How many rows were written.
pub(super) async fn export(
    database: &Address,
    form: Option<&str>,
    out: &Path,
) -> anyhow::Result<u64> {
    if database.file().is_some_and(|file| !file.exists()) {
        bail!("there is no database {database}");
    }
    let store = Store::open(database, StoreOptions::new(Arc::new(NoKeys))).await?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let failed = || format!("{} cannot be written", out.display());
    let file = options.open(out).with_context(failed)?;
    let mut file = BufWriter::new(file);
    let (mut after, mut rows) = (Uuid::nil(), 0);
    loop {
        let page = store.sealed_rows(after, form).await?;
        let Some(last) = page.last() else { break };
        after = last.attempt_id;
        for row in &page {
            writeln!(file, "{}", row.to_line()).with_context(failed)?;
            rows += 1;
        }
    }
    let file = file.into_inner().map_err(io::IntoInnerError::into_error);
    file.and_then(|file| file.sync_all()).with_context(failed)?;
    Ok(rows)
}
