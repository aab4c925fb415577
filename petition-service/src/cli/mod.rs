//! The command line.

mod database;
mod doctor;
mod export;
mod keygen;
mod listen;
mod manual;
mod outbox;
mod partners;
mod rehearse;
mod suppress;
#[cfg(test)]
mod tests;
mod unseal;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::{self, Config};

/// Petition and newsletter sign-ups with captcha, double opt-in and proof of consent.
#[derive(Debug, Parser)]
#[command(name = "petition-service", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service
    Serve {
        /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
        #[arg(short, long)]
        config: Option<PathBuf>,
    },
    /// Look for mistakes in the configuration
    CheckConfig {
        /// Configuration file
        #[arg(short, long)]
        config: Option<PathBuf>,
    },
    Doctor(doctor::Args),
    Backup(database::BackupArgs),
    Restore(database::RestoreArgs),
    Move(database::MoveArgs),
    /// Write the confirmed forms to a file, sealed as they are, for the machine with the private key
    ExportSealed(export::Args),
    /// Look after the mails that wait
    Outbox {
        #[command(subcommand)]
        command: outbox::Command,
    },
    /// Make the pair of keys to which forms are sealed
    Keygen(keygen::Args),
    /// Show how many signatures came from which partner's site
    Partners(partners::Args),
    /// Show what this server holds: a load against a throw-away instance on loopback
    Rehearse(rehearse::Args),
    /// Open sealed rows with the private key, on a machine that is not the server
    Unseal(unseal::Args),
    /// See to it that an address, read from the standard input, gets no mail any more
    Suppress(suppress::Args),
    /// Let an address, read from the standard input, get mail again
    Unsuppress(suppress::Args),
    /// Print the JSON Schema of the campaign file
    Schema,
    /// Print the completions of a shell
    Completion(manual::CompletionArgs),
    /// Write the man pages; for whoever makes a package
    #[command(hide = true)]
    Man(manual::ManArgs),
}

/// Does what the command line asks; the exit code is 0, 1 if it could not be done, 2 if the
/// command line is wrong.
#[must_use]
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve { config } => serve(config.as_deref()),
        Command::CheckConfig { config } => {
            load(config.as_deref()).map(|config| say(io::stdout(), &sound(&config)))
        }
        Command::Doctor(args) => doctor::run(&args),
        Command::Backup(args) => database::back_up(&args),
        Command::Restore(args) => database::restore(&args),
        Command::Move(args) => database::move_to(&args),
        Command::ExportSealed(args) => export::run(&args),
        Command::Outbox { command } => outbox::run(&command),
        Command::Keygen(args) => keygen::run(&args),
        Command::Partners(args) => partners::run(&args),
        Command::Rehearse(args) => rehearse::run(&args),
        Command::Unseal(args) => unseal::run(&args),
        Command::Suppress(args) => suppress::run(&args, true),
        Command::Unsuppress(args) => suppress::run(&args, false),
        Command::Schema => schema(),
        Command::Completion(args) => manual::completion(&args),
        Command::Man(args) => manual::man(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(io::stderr(), &format!("ERROR {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Names the keys too: whoever holds the private ones can tell whether they are the right ones.
fn sound(config: &Config) -> String {
    let mut text = "The configuration is sound.\nForms are sealed to the key ".to_owned();
    text.push_str(&config.sealing.all().id().to_string());
    for form in config.sealing.forms() {
        text.push_str(&format!("; {form} to {}", config.sealing.of(form).id()));
    }
    text + "."
}

/// A terminal that is gone must not end the work.
fn say(mut to: impl Write, line: &str) {
    let _gone = writeln!(to, "{line}");
}

fn schema() -> anyhow::Result<()> {
    let schema = serde_json::to_string_pretty(&campaign_file::json_schema())?;
    say(io::stdout(), &schema);
    Ok(())
}

fn load(file: Option<&Path>) -> anyhow::Result<Config> {
    let (table, folder) = settings(file)?;
    config::read(&table, &folder).map_err(|problems| {
        anyhow!(
            "the configuration has {} mistakes:\n  - {}",
            problems.len(),
            problems.join("\n  - ")
        )
    })
}

/// The settings of the file with the environment's over them, not looked at yet, and the folder to which
/// paths in them are relative.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment's settings"
)]
fn settings(file: Option<&Path>) -> anyhow::Result<(toml::Table, PathBuf)> {
    let (table, folder) = match file {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("the configuration {} cannot be read", file.display()))?;
            let table = config::parse(&text).map_err(|fault| {
                anyhow!("the configuration {} is not TOML: {fault}", file.display())
            })?;
            (table, file.parent().unwrap_or(Path::new("")).to_owned())
        }
        None => (toml::Table::new(), PathBuf::new()),
    };
    let environment = config::environment(std::env::vars_os()).map_err(|fault| anyhow!(fault))?;
    Ok((config::layered(table, environment), folder))
}

fn serve(file: Option<&Path>) -> anyhow::Result<()> {
    let config = load(file)?;
    start_log();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve_until_told(config))
}

fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // Another log in this process is as good.
    let _already = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .try_init();
}

async fn serve_until_told(config: Config) -> anyhow::Result<()> {
    let listeners = listen::listeners(&config).await?;
    let public_url = config.public_url.clone();
    let app = App::open(config).await?;
    if let Some(problem) = app.campaign_problem() {
        tracing::warn!(
            problem,
            "no form can be taken until there is a campaign file"
        );
    }
    let address = listeners.public.local_addr()?;
    say(
        io::stderr(),
        &format!("Listening on {address} for {public_url}"),
    );
    app.serve(listeners, told_to_stop()).await
}

/// Waits for the first signal. The second one ends the process at once.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever asks twice wants an end that waits for nothing"
)]
async fn told_to_stop() {
    signal().await;
    tokio::spawn(async {
        signal().await;
        say(io::stderr(), "ERROR told to stop twice: ended at once");
        std::process::exit(1);
    });
}

async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a way to be told of an interrupt the process ends by it all the same.
    let _told = tokio::signal::ctrl_c().await;
}
