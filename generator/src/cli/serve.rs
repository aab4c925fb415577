//! `serve`: the site to its author, rebuilt at each change.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;

use super::args::ServeArgs;
use super::build::CampaignPlace;
use super::{Site, Stop, build, listen, report};
use crate::emit::MemorySite;
use crate::engine::{BuildReport, Engine};
use crate::serve::{self, Builder, Built, Live};
use crate::settings::{Mode, Overrides, Settings};

/// Runs `serve` until it is interrupted.
pub(super) fn run(site: &Site, args: &ServeArgs) -> Result<(), Stop> {
    if args.store_html {
        build::may_write(args.output_dir.as_deref(), args.force)?;
    }
    let settings = first_settings(site)?;
    let listener = listen::open(args.interface, args.port)?;
    let bound = listener.local_addr()?;
    let base_url = listen::base_url(
        bound,
        &settings.base_url,
        args.base_url.as_deref(),
        args.no_port_append,
    )?;
    let engine = Engine::new(
        &site.root,
        site.config.as_deref(),
        Overrides {
            base_url: Some(base_url.clone()),
            output_dir: args.output_dir.clone(),
            mode: Some(Mode::Serve),
            include_drafts: args.drafts,
            ..Overrides::default()
        },
    );
    let store = args.store_html;
    let place = CampaignPlace::of(args.campaign.as_deref(), &[("serve", true)]);
    let server = Server {
        engine: Arc::new(engine),
        after: Arc::new(move |built: &BuildReport| {
            if store && let Err(error) = build::write(built, &place) {
                report::fail(&format!("{error:#}"));
            }
        }),
        extra: args.extra_watch_path.clone(),
        debounce: Duration::from_millis(args.debounce),
    };
    let live = Live::default();
    server.first_build(&live)?;
    report::say(&format!(
        "Web server is available at {base_url} (bound to {bound})"
    ));
    report::say("Press Ctrl+C to stop");
    if args.open {
        open_browser(&base_url);
    }
    let router = serve::router(live.clone(), &listen::path_of(&base_url));
    runtime()?.block_on(server.run(live, router, listener, async {}))?;
    Ok(())
}

/// The settings before the first build; faults are shown.
pub(super) fn first_settings(site: &Site) -> Result<Settings, Stop> {
    crate::settings::load(&site.root, site.config.as_deref(), &Overrides::default()).map_err(
        |faults| {
            report::faults(&faults, "");
            Stop::Shown
        },
    )
}

pub(super) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the program's tasks cannot be started")
}

/// What is done with each build besides showing it.
pub(super) type After = Arc<dyn Fn(&BuildReport) + Send + Sync>;

/// A site that is built again and again.
pub(super) struct Server {
    pub(super) engine: Arc<Engine>,
    pub(super) after: After,
    /// Paths to watch besides the site's own, relative to the root.
    pub(super) extra: Vec<PathBuf>,
    pub(super) debounce: Duration,
}

impl Server {
    /// Builds and shows the site for the first time: without a first good site there is nothing to
    /// serve.
    pub(super) fn first_build(&self, live: &Live) -> Result<(), Stop> {
        let start = Instant::now();
        report::say("Building site...");
        let built = self.engine.build();
        report::counts(&built);
        report::faults(&built.diagnostics, "");
        if built.has_errors() {
            return Err(Stop::Shown);
        }
        (self.after)(&built);
        live.show(Some(memory(&built)), &built.diagnostics, &BTreeSet::new());
        report::done(start.elapsed());
        Ok(())
    }

    /// Watches, rebuilds and serves until `stop` or an interrupt.
    ///
    /// # Errors
    /// When a path cannot be watched or the server fails.
    pub(super) async fn run(
        self,
        live: Live,
        router: Router,
        listener: TcpListener,
        stopped: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let (root, config) = crate::settings::find(self.engine.root(), self.engine.config_file())
            .map_err(|fault| anyhow::anyhow!(fault.to_string()))?;
        let settings = settings_files(&root, config);
        let watch = serve::watch(&root, &settings, &self.extra, self.debounce)
            .context("the site's folders cannot be watched")?;
        let (engine, after) = (Arc::clone(&self.engine), Arc::clone(&self.after));
        let builder: Builder = Arc::new(move || {
            let built = engine.build();
            let good = !built.has_errors();
            if good {
                after(&built);
            }
            Built {
                site: good.then(|| memory(&built)),
                diagnostics: built.diagnostics,
            }
        });
        let rebuilding = tokio::spawn(serve::keep_building(watch, live, builder, told));
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
        // Open event streams would hold a graceful end up for ever: the end is abrupt on purpose.
        tokio::select! {
            served = axum::serve(listener, service).into_future() => served?,
            () = interrupted() => {}
        }
        rebuilding.abort();
        stopped.await;
        Ok(())
    }
}

fn memory(built: &BuildReport) -> MemorySite {
    MemorySite::new(Arc::clone(&built.artifacts))
}

/// The configuration in use, and those that would be in use if they were there.
fn settings_files(root: &std::path::Path, config: PathBuf) -> Vec<PathBuf> {
    ["config.toml", "zola.toml", "groundswell.toml"]
        .iter()
        .map(|name| root.join(name))
        .chain([config])
        .collect()
}

fn told(touched: &BTreeSet<PathBuf>, built: &Built) {
    for path in touched {
        report::say(&format!("-> Changed {}", path.display()));
    }
    report::faults(&built.diagnostics, "The last good site is still shown.");
    if built.site.is_some() {
        report::say("Site rebuilt.");
    }
}

async fn interrupted() {
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

/// Opens the site in the author's browser, if there is one.
pub(super) fn open_browser(address: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    if let Err(error) = std::process::Command::new(program).arg(address).spawn() {
        report::say(&format!(
            "The browser could not be opened ({error}): open {address}"
        ));
    }
}
