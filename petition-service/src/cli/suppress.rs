//! `petition-service suppress` and `unsuppress`: for someone who asks the webmaster by letter or telephone.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use campaign_file::CampaignFile;
use secrecy::ExposeSecret;

use super::{load, say};
use crate::campaign::Campaign;
use crate::config::Config;
use crate::domain::{Clock, Keys, email};
use crate::store::{NoKeys, Store, StoreOptions, SuppressionReason};

/// The longest line that can be an address.
const LONGEST: u64 = 1024;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
    #[arg(short, long)]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &Args, suppress: bool) -> anyhow::Result<()> {
    let config = load(args.config.as_deref())?;
    say(io::stderr(), "The address, from the standard input:");
    let mut typed = String::new();
    io::stdin()
        .lock()
        .take(LONGEST)
        .read_to_string(&mut typed)
        .context("the standard input is no text")?;
    let told = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(change(&config, &typed, suppress))?;
    say(io::stdout(), told.as_str());
    Ok(())
}

/// Works beside a running service. What was done, without the address.
pub(super) async fn change(config: &Config, typed: &str, suppress: bool) -> anyhow::Result<String> {
    let Ok(address) = email::parse(typed.trim()) else {
        bail!("this is no e-mail address; give one, on the standard input");
    };
    let database = &config.database;
    if database.file().is_some_and(|file| !file.exists()) {
        bail!("there is no database {database}");
    }
    let keys = Keys::new(config.secret.expose_secret().as_bytes());
    let canonical = address.canonical.expose();
    let key = keys.suppression_key(canonical);
    let letters = letters(config)?;
    let store = Store::open(database, StoreOptions::new(Arc::new(NoKeys))).await?;
    if !suppress {
        return Ok(if store.unsuppress(key).await? {
            "The address may get mail again. Subscriptions that had ended stay ended.".to_owned()
        } else {
            "Nothing to do: the address could get mail.".to_owned()
        });
    }
    let letters = letters.iter().map(|id| keys.dedupe_key(id, canonical));
    let reason = SuppressionReason::Webmaster;
    let ended = store
        .suppress(key, letters.collect(), reason, Clock::system().now())
        .await?;
    let ended = match ended {
        0 => "it had no subscription".to_owned(),
        1 => "its subscription ended".to_owned(),
        ended => format!("its {ended} subscriptions ended"),
    };
    Ok(format!(
        "The address gets no more mail from here, whatever is filled in for it; {ended}. Its signatures \
         stay."
    ))
}

/// The newsletters' ids.
fn letters(config: &Config) -> anyhow::Result<Vec<String>> {
    let path = &config.campaign_file;
    let json = std::fs::read_to_string(path)
        .with_context(|| format!("the campaign file {} cannot be read", path.display()))?;
    let file = CampaignFile::from_json(&json)?;
    let campaign = Campaign::new(file).context("the campaign file has no default language")?;
    Ok(campaign.newsletters().map(str::to_owned).collect())
}
