//! `petition-service outbox`: for a webmaster who has mended what kept mails from leaving.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;

use super::{load, say};
use crate::domain::Clock;
use crate::store::{Address, NoKeys, Store, StoreOptions};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Send the mails that were given up after all; the service may be running
    RetryDead {
        /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
        #[arg(short, long)]
        config: Option<PathBuf>,
    },
}

pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    let Command::RetryDead { config } = command;
    let config = load(config.as_deref())?;
    let told = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(retry_dead(&config.database))?;
    say(io::stdout(), &told);
    Ok(())
}

/// Works beside a running service: it changes rows that nobody holds, and the service looks at the
/// outbox every second.
pub(super) async fn retry_dead(database: &Address) -> anyhow::Result<String> {
    if database.file().is_some_and(|file| !file.exists()) {
        anyhow::bail!("there is no database {database}");
    }
    let store = Store::open(database, StoreOptions::new(Arc::new(NoKeys))).await?;
    let now = Clock::system().now();
    let retried = store.outbox_retry_dead(now).await?;
    let left = store.stats(now).await?.given_up;
    let mut told = format!("{} that were given up wait again.", mails(retried));
    if left > 0 {
        told.push_str(&format!(
            " {} cannot be sent: their recipients have been erased since then.",
            mails(left)
        ));
    }
    Ok(told)
}

fn mails(count: u64) -> String {
    match count {
        1 => "1 mail".to_owned(),
        count => format!("{count} mails"),
    }
}
