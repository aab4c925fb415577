//! `petition-service move`: from an SQLite file to a PostgreSQL server.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::progress::progress;
use super::{block_on, list};
use crate::cli::{load, say};
use crate::config::Config;
use crate::store::{self, Address, Copied, Lock};

/// Move the SQLite database to a PostgreSQL server; the service is stopped meanwhile
///
/// Copies every table in one transaction into an empty database, reads everything again on the other
/// side, compares numbers of rows and hashes table by table, and adds up the log. If anything fails,
/// nothing is left in PostgreSQL but empty tables, the file is as it was, and the same command begins
/// anew. In the end a note beside the file (`….moved`) keeps a service with the old configuration from
/// taking forms into it. With the systemd socket visitors wait meanwhile and none is turned away.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("target").required(true).args(["to", "to_file"])))]
pub(in crate::cli) struct Args {
    /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
    #[arg(short, long)]
    config: Option<PathBuf>,
    /// Address of an empty PostgreSQL database. Others on this machine can read a password in it:
    /// better use `--to-file`
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// A file that holds the address, as in `database.url_file`
    #[arg(long, value_name = "FILE")]
    to_file: Option<PathBuf>,
}

pub(in crate::cli) fn run(args: &Args) -> anyhow::Result<()> {
    let config = load(args.config.as_deref())?;
    let text = match (&args.to, &args.to_file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => std::fs::read_to_string(file)
            .with_context(|| format!("{} cannot be read", file.display()))?,
        (None, None) => String::new(),
    };
    let to = Address::parse(text.trim(), Path::new(""))
        .map_err(|fault| anyhow::anyhow!("the new address is none: {fault}"))?;
    let copied = block_on(move_to(&config, &to))?;
    say(io::stdout(), &told(&copied, &config, &to, args));
    Ok(())
}

fn told(copied: &Copied, config: &Config, to: &Address, args: &Args) -> String {
    let list = list(copied);
    let setting = match &args.to_file {
        Some(file) => format!("url_file = \"{}\"", whole(file).display()),
        None => "url = \"postgres://…\"   # the address you gave".to_owned(),
    };
    let old = &config.database;
    let journal = whole(&config.journal.options.folder);
    let journal = journal.display();
    format!(
        "{list}\nMoved from {old} to {to}. Now write this into the configuration and start the service:\n\n\
         [database]\n{setting}\n[journal]\nfolder = \"{journal}\"\n\n\
         The service does not start any more with the old file. Keep it until you have a backup of the \
         new database, then delete it with {old}-wal, {old}-shm and {old}.moved."
    )
}

/// In the configuration, paths are relative to its own folder.
fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

pub(super) async fn move_to(config: &Config, to: &Address) -> anyhow::Result<Copied> {
    let Some(file) = config.database.file() else {
        bail!("the service is on PostgreSQL already: {}", config.database);
    };
    if to.file().is_some() {
        bail!("the new address is a file: name a server, as in \"postgres://user@host/database\"");
    }
    if !file.exists() {
        bail!("there is no database {}", config.database);
    }
    let lock = Lock::take(file).context(
        "nothing was moved; if the service runs, stop it first (`systemctl stop petition-service`; its \
         socket stays open, so that visitors wait), then say this again",
    )?;
    if config.journal.options.holds_forms() {
        bail!(
            "forms wait in the journal {}: start the service until it has stored them, stop it again, \
             then say this again",
            config.journal.options.folder.display()
        );
    }
    let copied = store::copy(&config.database, to, &mut progress())
        .await
        .with_context(|| {
            format!(
                "nothing was moved, and {} is as it was: mend this, then say it again, or start the \
                 service as before",
                config.database
            )
        })?;
    lock.moved(to)?;
    Ok(copied)
}
