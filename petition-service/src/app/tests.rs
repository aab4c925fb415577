//! The whole service on real sockets: visitors who are slow, parts that break off, its end.

mod jumps;

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::server::{Listeners, ServerLimits};
use super::{App, Clock};
use crate::campaign::sample;
use crate::config::{self, Config};
use crate::mail::memory::MemoryMailer;
use crate::store::testing::{On, signature};
use crate::usecases::Left;

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(60);

const LIMITS: ServerLimits = ServerLimits {
    header_time: LONG,
    write_time: LONG,
    connections: 8,
    end_time: LONG,
};

struct Running {
    public: SocketAddr,
    metrics: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<anyhow::Result<()>>,
    folder: tempfile::TempDir,
}

async fn app(folder: &std::path::Path, clock: Clock) -> anyhow::Result<App> {
    App::open_with(config(folder), Arc::new(MemoryMailer::new()), None, clock).await
}

fn config(folder: &std::path::Path) -> Config {
    let json = sample::file().to_json().expect("JSON");
    std::fs::write(folder.join("campaign.json"), json).expect("written");
    let settings = r#"
        public_url = "https://site.example/service"
        campaign_file = "campaign.json"
        database.path = "data.sqlite"
        sealing.public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
        secrets.key = "0123456789abcdef0123456789abcdef"
        mail = { host = "localhost", security = "none", sender = "p@site.example" }
        captcha.provider = "none"
    "#;
    config::read(&settings.parse().expect("TOML"), folder).expect("sound")
}

async fn start(limits: ServerLimits, clock: Clock) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let app = app(folder.path(), clock).await.expect("open");
    let public = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let metrics = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (stop, told) = oneshot::channel();
    let address = |listener: &TcpListener| listener.local_addr().expect("an address");
    Running {
        public: address(&public),
        metrics: address(&metrics),
        stop,
        ended: tokio::spawn(async move {
            let listeners = Listeners {
                public,
                metrics: Some(metrics),
            };
            let told = async { told.await.unwrap_or(()) };
            app.serve_within(listeners, told, limits).await
        }),
        folder,
    }
}

async fn say(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(text.as_bytes()).await.expect("written");
    stream
}

/// What comes until the other side closes.
async fn heard(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is torn down ends too.
    let _ended = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn get(address: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let stream = say(address, &request).await;
    let answer = tokio::time::timeout(LONG / 2, heard(stream)).await;
    answer.expect("an answer in time")
}

const HALF: &str = "GET /healthz HTTP/1.1\r\nhost:";

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_never_ends_is_not_waited_for() {
    let limits = ServerLimits {
        header_time: SHORT,
        ..LIMITS
    };
    let running = start(limits, Clock::system()).await;
    for begun in [HALF, ""] {
        let slow = say(running.public, begun).await;
        let closed = tokio::time::timeout(LONG / 2, heard(slow)).await;
        assert!(closed.is_ok(), "still open after {begun:?}");
    }
    assert!(
        get(running.public, "/healthz")
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_and_never_reads_is_not_waited_for() {
    let limits = ServerLimits {
        write_time: SHORT,
        connections: 1,
        ..LIMITS
    };
    let running = start(limits, Clock::system()).await;
    // More answers than the system keeps for a visitor who reads none.
    let asked = "GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n".repeat(50_000);
    let _deaf = say(running.public, &asked).await;
    assert!(get(running.public, "/healthz").await.contains("ok"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_visitor_does_not_hold_up_the_end() {
    let limits = ServerLimits {
        end_time: SHORT,
        ..LIMITS
    };
    let running = start(limits, Clock::system()).await;
    let _slow = say(running.public, HALF).await;
    assert!(get(running.public, "/healthz").await.contains("ok"));
    running.stop.send(()).expect("still there");
    let ended = tokio::time::timeout(LONG / 2, running.ended).await;
    ended
        .expect("in time")
        .expect("no panic")
        .expect("no fault");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_only_so_many_connections() {
    let limits = ServerLimits {
        connections: 1,
        ..LIMITS
    };
    let running = start(limits, Clock::system()).await;
    let first = say(running.public, HALF).await;
    // Give the server time to take it.
    tokio::time::sleep(SHORT).await;
    let second = tokio::spawn(get(running.public, "/healthz"));
    tokio::time::sleep(SHORT).await;
    assert!(!second.is_finished(), "it waits");
    drop(first);
    assert!(second.await.expect("answered").contains("ok"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_breaks_off_ends_the_service_with_an_error() {
    let broken = Arc::new(AtomicBool::new(false));
    let breaks = Arc::clone(&broken);
    let system = Clock::system();
    let clock = Clock::new(move || {
        assert!(!breaks.load(Ordering::Relaxed), "a defect");
        system.now()
    });
    let running = start(LIMITS, clock).await;
    assert!(get(running.public, "/readyz").await.contains("ready"));
    broken.store(true, Ordering::Relaxed);
    let ended = tokio::time::timeout(LONG / 2, running.ended).await;
    let fault = ended
        .expect("in time")
        .expect("no panic")
        .expect_err("a fault");
    let fault = fault.to_string();
    // Whichever asks for the time first.
    let named = ["counts", "mails", "agreements", "networks"];
    assert!(named.iter().any(|part| fault.contains(part)), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readyz_names_what_broke_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = app(folder.path(), Clock::system()).await.expect("open");
    app.web.background().broke_off("counts");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let listeners = Listeners {
        public: listener,
        metrics: None,
    };
    tokio::spawn(app.serve(listeners, pending()));
    let answer = get(address, "/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("counts: "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_not_among_the_public_addresses() {
    let running = start(LIMITS, Clock::system()).await;
    let public = get(running.public, "/metrics").await;
    assert!(public.starts_with("HTTP/1.1 404"), "{public}");
    assert!(public.contains("error not found"), "{public}");
    let private = get(running.metrics, "/metrics").await;
    // This process has no figures; the address is there.
    assert!(!private.contains("error not found"), "{private}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_do_not_share_a_database() {
    let running = start(LIMITS, Clock::system()).await;
    let second = app(running.folder.path(), Clock::system()).await;
    let fault = second.err().expect("refused").to_string();
    assert!(fault.contains("another petition-service"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_services_share_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, home) = On::Postgres.store().await;
    let stop = CancellationToken::new();
    let mailer = Arc::new(MemoryMailer::new());
    let mut apps = Vec::new();
    let mut work = Vec::new();
    for _ in 0..3 {
        let mut config = config(folder.path());
        config.database = home.address();
        let app = App::open_with(config, mailer.clone(), None, Clock::system()).await;
        let app = app.expect("open");
        work.push(app.spawn_background(&stop));
        apps.push(app);
    }
    let now = Clock::system().now();
    for number in 0..30 {
        let mut form = signature(&format!("s{number}@example.org"));
        form.form_id = "safe-online".to_owned();
        let store = &apps[number % 3].service.store;
        store.sign_up(form, now).await.expect("stored");
    }
    until("the mails", async || mailer.mails().len() >= 30).await;
    for (number, mail) in mailer.mails().iter().enumerate() {
        let (_, after) = mail.text.split_once("/confirm/").expect("a link");
        let token = after.split_whitespace().next().expect("a token");
        let left = apps[(number + 1) % 3].service.confirm(token, None).await;
        assert!(matches!(left, Ok(Left::Done(_))), "{left:?}");
    }
    for app in &apps {
        let store = &app.service.store;
        until("the count", async || {
            store.counted("safe-online").await.expect("counted").total == 30
        })
        .await;
    }
    assert_eq!(mailer.mails().len(), 30, "nobody gets two mails");
    stop.cancel();
    for mut tasks in work {
        while tasks.join_next().await.is_some() {}
    }
    assert!(apps.iter().all(|app| app.broken().is_empty()));
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: not in time");
}
