//! `dev`: the whole campaign on this machine: site, petition service and a mailbox.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::args::DevArgs;
use super::serve::{self, Server};
use super::{Site, Stop, build, listen, report};
use crate::dev::{self, Companions};
use crate::engine::{BuildReport, Engine};
use crate::serve::{Live, router};
use crate::settings::{Mode, Overrides};

/// Quiet after a change before the site is built again.
const DEBOUNCE: Duration = Duration::from_millis(120);

/// Runs `dev` until it is interrupted.
pub(super) fn run(site: &Site, args: &DevArgs) -> Result<(), Stop> {
    let settings = serve::first_settings(site)?;
    let listener = listen::open(args.interface, args.port)?;
    let base_url = listen::trial_url(listener.local_addr()?, args.base_url.as_deref())?;
    let plan = dev::plan(settings.root(), &base_url, args.service_config.as_deref())?;
    let campaign_file = plan.campaign_file.clone();
    let engine = Engine::new(
        &site.root,
        site.config.as_deref(),
        Overrides {
            base_url: Some(base_url.clone()),
            mode: Some(Mode::Serve),
            include_drafts: !args.no_drafts,
            stand_ins: BTreeMap::from([(dev::COUNTS.to_owned(), plan.counts_file.clone())]),
            ..Overrides::default()
        },
    );
    let server = Server {
        engine: Arc::new(engine),
        // The site lives in memory; the service reads the campaign from its file.
        after: Arc::new(move |built: &BuildReport| {
            if let Some((_, json)) = &built.campaign
                && let Err(error) = build::write_campaign(&campaign_file, json)
            {
                report::fail(&format!("{error:#}"));
            }
        }),
        extra: Vec::new(),
        debounce: DEBOUNCE,
    };
    let live = Live::default();
    server.first_build(&live)?;
    serve::runtime()?.block_on(async {
        let companions = Companions::start(plan).await?;
        let router = companions.beside(router(live.clone(), "/"));
        welcome(&base_url);
        if args.open {
            serve::open_browser(&base_url);
        }
        server.run(live, router, listener, companions.stop()).await
    })?;
    Ok(())
}

fn welcome(base_url: &str) {
    report::say("");
    report::say(&format!("  Site     {base_url}/"));
    report::say(&format!("  Mailbox  {base_url}{}", dev::MAILBOX_PATH));
    report::say(&format!("  Service  {base_url}{}", dev::SERVICE_PATH));
    report::say("");
    report::say("Change a file and the open page follows. Press Ctrl+C to stop.");
}
