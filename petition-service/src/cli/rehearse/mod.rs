//! `petition-service rehearse`: what this server holds, shown by a load against a throw-away instance of the
//! service on loopback, before the broadcast does.

mod client;
mod instance;
mod load;
mod parts;
mod report;
mod signer;
mod sink;

use std::io;
use std::path::PathBuf;

use anyhow::Context;
use campaign_file::CampaignFile;

use super::{load as read_config, say, settings};
use crate::config::Config;
use instance::Instance;
use load::quantile;
use parts::Parts;
use report::Report;
use signer::Signer;
use sink::Sink;

/// The share of the top rate at which times are measured: a server at its limit only shows its queue.
const STEADY: f64 = 0.7;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
    #[arg(short, long)]
    config: Option<PathBuf>,
    /// The petition to sign; the site's first one if none is named
    #[arg(long, value_name = "ID")]
    form: Option<String>,
    /// Seconds of each part
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=600))]
    seconds: u16,
    /// Visitors at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=400))]
    visitors: u32,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let config = read_config(args.config.as_deref())?;
    let (settings, _) = settings(args.config.as_deref())?;
    let text = std::fs::read_to_string(&config.campaign_file).with_context(|| {
        format!(
            "the campaign file {} cannot be read: build the site first",
            config.campaign_file.display()
        )
    })?;
    let mut file = CampaignFile::from_json(&text).context("the campaign file")?;
    let signer = Signer::of(&mut file, args.form.as_deref())?;
    let report = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let sink = Sink::start().await?;
            let instance = Instance::start(&config, &settings, &file, sink.address).await?;
            let rehearsed = rehearsal(args, &config, &instance, &signer, &sink).await;
            instance.end().await?;
            rehearsed
        })?;
    let told = if args.json {
        report.to_json()
    } else {
        report.to_string()
    };
    say(io::stdout(), &told);
    Ok(())
}

/// The parts, one after the other.
async fn rehearsal(
    args: &Args,
    config: &Config,
    instance: &Instance,
    signer: &Signer,
    sink: &Sink,
) -> anyhow::Result<Report> {
    let tell = |what: &str| say(io::stderr(), what);
    tell(&format!(
        "Rehearsing `{}` on a throw-away instance beside {}: four parts of {} s, and their mails.",
        signer.form_id, config.database, args.seconds
    ));
    let parts = Parts::new(instance.address, args, signer, sink);
    tell("1. As many sign as can …");
    let signs = parts.sign().await?;
    tell("   … and their mails leave …");
    let mails = parts.drain().await?;
    tell("2. As many as can sign while ten times as many look at the count …");
    let mixed = parts.sign_and_look().await?;
    tell("3. Seven tenths of that, evenly …");
    let steady = mixed * STEADY;
    let times = parts.evenly(steady).await?;
    tell("4. As many confirm as can …");
    let confirms = parts.confirm().await?;
    let lags = parts.lags();
    Ok(Report {
        database: config.database.to_string(),
        visitors: args.visitors,
        signs,
        mixed,
        steady,
        sign_median: quantile(&times.signing, 0.5),
        sign_p99: quantile(&times.signing, 0.99),
        count_median: quantile(&times.looking, 0.5),
        count_p99: quantile(&times.looking, 0.99),
        confirms,
        mails,
        lag_median: quantile(&lags, 0.5),
        lag_longest: quantile(&lags, 1.0),
        memory: instance.peak_memory(),
    })
}
