//! `petition-service partners`: signatures by the site on which the form stood.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;

use super::{load, say};
use crate::store::{Address, NoKeys, PartnerCount, Store, StoreOptions};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
    #[arg(short, long)]
    config: Option<PathBuf>,
    /// Only this petition
    #[arg(long, value_name = "ID")]
    form: Option<String>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let config = load(args.config.as_deref())?;
    let counts = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(read(&config.database, args.form.as_deref()))?;
    say(io::stdout(), &table(&counts));
    Ok(())
}

/// Works beside a running service.
pub(super) async fn read(
    database: &Address,
    form: Option<&str>,
) -> anyhow::Result<Vec<PartnerCount>> {
    if database.file().is_some_and(|file| !file.exists()) {
        bail!("there is no database {database}");
    }
    let store = Store::open(database, StoreOptions::new(Arc::new(NoKeys))).await?;
    Ok(store.partner_counts(form).await?)
}

/// A line each, its columns apart by tabs: petition, partner (`-`: the site itself), signatures.
pub(super) fn table(counts: &[PartnerCount]) -> String {
    let mut lines = vec!["petition\tpartner\tsignatures".to_owned()];
    lines.extend(counts.iter().map(|one| {
        let partner = one.partner.as_deref().unwrap_or("-");
        format!("{}\t{partner}\t{}", one.form_id, one.count)
    }));
    lines.join("\n")
}
