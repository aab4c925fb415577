//! `petition-service restore`: a backup brought back.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::progress::progress;
use super::{block_on, list};
use crate::cli::{load, say};
use crate::store::{self, Address, Copied, Lock};

/// Bring a backup back into the configured database, which must be empty; the service is stopped
///
/// Checks the backup, writes everything in one transaction, reads it again, and adds up the log. Either
/// all of it is there afterwards or nothing. A backup comes back on either engine.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
    #[arg(short, long)]
    config: Option<PathBuf>,
    /// The file that `backup` made
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

pub(in crate::cli) fn run(args: &Args) -> anyhow::Result<()> {
    let config = load(args.config.as_deref())?;
    let copied = block_on(restore(&args.from, &config.database))?;
    let (list, database) = (list(&copied), &config.database);
    say(
        io::stdout(),
        &format!(
            "{list}\nRestored into {database}. Start the service with the same `secrets.key` as before: with \
             another one nobody would be known again. Mails that had waited when the backup was made will \
             be sent (again)."
        ),
    );
    Ok(())
}

pub(super) async fn restore(file: &Path, database: &Address) -> anyhow::Result<Copied> {
    let _lock = database.file().map(Lock::take).transpose()?;
    store::restore(file, database, &mut progress())
        .await
        .context("nothing was restored")
}
