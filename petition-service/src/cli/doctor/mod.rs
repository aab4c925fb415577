//! `petition-service doctor`: what is wrong, and what to do about it.

mod campaign;
mod database;
mod finding;
mod machine;
mod mail;
mod secrets;
mod settings;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use anyhow::bail;
use serde_json::json;
use toml::Table;

use self::finding::{Finding, Findings, Level, text};
use super::say;
use crate::config::{self, Config};
use crate::domain::Clock;

/// Say what is wrong with configuration, database, mail server, secrets, clock and disk, and how to mend it
///
/// Each line is `ok`, `WARNING` or `ERROR`, with what to do. The exit code is 0 if there is no error (there
/// may be warnings), else 1. Run it as the service's user, so that it sees what the service sees. No mail
/// is sent unless `--mail-to` names an address. Nothing secret and nobody's data are printed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
    #[arg(short, long)]
    config: Option<PathBuf>,
    /// Send one mail to this address
    #[arg(long, value_name = "ADDRESS")]
    mail_to: Option<String>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let file = args.config.as_deref();
    let findings = match super::settings(file) {
        Ok((settings, folder)) => {
            let work = examine(&settings, (file, &folder), args.mail_to.as_deref());
            tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()?
                .block_on(work)
        }
        Err(error) => {
            let mut findings = Vec::new();
            let fix = "name it with `--config`";
            Findings::new("config", &mut findings).error(format!("{error:#}"), fix);
            findings
        }
    };
    let worst = findings.iter().map(|one| one.level).max();
    let told = if args.json {
        serde_json::to_string_pretty(&json!({"worst": worst, "findings": findings}))?
    } else {
        text(&findings)
    };
    say(io::stdout(), &told);
    if worst == Some(Level::Error) {
        bail!("something must be mended");
    }
    Ok(())
}

/// Everything that can be found. `file`: the configuration's own, and its folder.
async fn examine(
    settings: &Table,
    file: (Option<&Path>, &Path),
    mail_to: Option<&str>,
) -> Vec<Finding> {
    let mut all = Vec::new();
    let config = match config::read(settings, file.1) {
        Ok(config) => config,
        Err(problems) => {
            let mut found = Findings::new("config", &mut all);
            for problem in problems {
                found.error(
                    problem,
                    "mend it; the rest is looked at when the configuration is sound",
                );
            }
            return all;
        }
    };
    examine_all(&config, settings, file, mail_to, &mut all).await;
    all
}

async fn examine_all(
    config: &Config,
    settings: &Table,
    file: (Option<&Path>, &Path),
    mail_to: Option<&str>,
    all: &mut Vec<Finding>,
) {
    let now = Clock::system().now();
    Findings::new("config", all).ok("the configuration is sound");
    settings::look(config, &mut Findings::new("addresses", all));
    secrets::look(config, settings, file, &mut Findings::new("secrets", all));
    settings::seals(config, &mut Findings::new("seals", all));
    campaign::look(config, now, &mut Findings::new("campaign", all));
    machine::clock(now, &mut Findings::new("clock", all));
    machine::disk(config, &mut Findings::new("disk", all));
    journal(config, &mut Findings::new("journal", all));
    database::look(config, &mut Findings::new("database", all)).await;
    mail::look(config, mail_to, &mut Findings::new("mail", all)).await;
    settings::answers(config, &mut Findings::new("service", all)).await;
}

fn journal(config: &Config, found: &mut Findings<'_>) {
    let journal = &config.journal.options;
    if let Err(error) = journal.prepare() {
        found.warning(
            format!("{error}: while the database is down, forms are refused"),
            "name a folder that the service may write in `journal.folder`",
        );
    } else if journal.holds_forms() {
        found.warning(
            "forms wait in it for the database",
            "the service stores them by itself once it runs and the database is back",
        );
    } else {
        found.ok("no form waits in it");
    }
}
