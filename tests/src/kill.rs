//! The service is killed at 50 random moments of a load of sign-ups and confirmations: what it
//! acknowledged is there afterwards, every mail was sent at least once, the count equals the log,
//! and what it said on the way names nobody.

use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::http::{get, post};
use crate::support::programs::{groundswell, program, said, site};
use crate::support::sink::Sink;

const KILLS: usize = 50;
const SIGNERS: usize = 6;

/// What all the services of a run said.
const LOG: &str = "service.log";

#[test]
fn nothing_acknowledged_is_lost_when_the_service_is_killed() {
    let site = site();
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let (sink, smtp) = Sink::start();
    let address = free_port();
    let metrics = free_port();
    configure(site.path(), address, metrics, smtp);
    let load = Arc::new(Load::default());
    let clients: Vec<_> = (0..SIGNERS)
        .map(|_| {
            let (load, sink) = (Arc::clone(&load), sink.clone());
            thread::spawn(move || load.sign(address, &sink))
        })
        .collect();
    for kill in 0..KILLS {
        let mut service = start(site.path());
        // From before it listens until well into the load; no two moments are alike.
        let moment = 40 + (kill * 137) % 400;
        thread::sleep(Duration::from_millis(moment as u64));
        service.kill().expect("killed");
        service.wait().expect("ended");
    }
    load.over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("a client");
    }

    let mut service = start(site.path());
    let taken = load.taken.lock().expect("unbroken").clone();
    assert!(
        taken.len() > KILLS,
        "only {} were taken: no load",
        taken.len()
    );
    wait_for_mails(metrics, &taken, &sink);

    // Everybody who got a mail confirms now, whoever did already too.
    let signers = sink.recipients();
    for signer in &signers {
        let mail = sink.to(signer).pop().expect("a mail");
        assert!(mail.source.contains("Message-ID: <"), "{}", mail.source);
        let done = post(address, &confirm_path(&mail.text), &[]).expect("an answer");
        assert_eq!(done.status, 303, "{signer}");
    }
    let acknowledged = load.confirmed.lock().expect("unbroken").clone();
    assert!(acknowledged.iter().all(|signer| signers.contains(signer)));
    let wanted = format!("\"count\":{},", signers.len());
    let counted = || {
        get(address, "/petitions/safe-online/count")
            .expect("an answer")
            .body
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    while !counted().contains(&wanted) {
        assert!(
            Instant::now() < deadline,
            "{wanted} expected, not {}",
            counted()
        );
        thread::sleep(Duration::from_millis(100));
    }
    service.kill().expect("killed");
    service.wait().expect("ended");

    let log = fs::read_to_string(site.path().join(LOG)).expect("readable");
    assert!(log.contains("answered"), "nothing was logged");
    for personal in ["@example.org", "Signer", "signer1"] {
        assert!(!log.contains(personal), "the log holds {personal}");
    }
}

/// Waits until everybody has a mail. However many were taken, and however slow the machine is: only
/// when no mail at all comes for a minute are those that lack called lost.
fn wait_for_mails(metrics: SocketAddr, taken: &BTreeSet<String>, sink: &Sink) {
    let mut missing: Vec<&String> = taken.iter().collect();
    let mut last_came = Instant::now();
    loop {
        let before = missing.len();
        missing.retain(|signer| sink.to(signer).is_empty());
        if missing.is_empty() {
            return;
        }
        if missing.len() < before {
            last_came = Instant::now();
        }
        assert!(
            last_came.elapsed() < Duration::from_secs(60),
            "{} of {} mails never came, {:?} among them; the service says:\n{}",
            missing.len(),
            taken.len(),
            missing.first(),
            get(metrics, "/metrics").map_or_else(|e| e.to_string(), |answer| answer.body),
        );
        thread::sleep(Duration::from_millis(100));
    }
}

#[derive(Default)]
struct Load {
    next: AtomicUsize,
    over: AtomicBool,
    /// Addresses whose form was acknowledged.
    taken: Mutex<BTreeSet<String>>,
    /// Addresses whose confirmation was acknowledged.
    confirmed: Mutex<BTreeSet<String>>,
}

impl Load {
    /// Signs, and confirms what came by mail, until it is over.
    fn sign(&self, service: SocketAddr, sink: &Sink) {
        while !self.over.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let signer = format!("signer{number}@example.org");
            let fields = [
                ("first_name", "Sam"),
                ("last_name", "Signer"),
                ("email", signer.as_str()),
                ("consent", "yes"),
                ("lang", "en"),
            ];
            match post(service, "/petitions/safe-online/sign", &fields) {
                Ok(answer) if answer.status == 303 => {
                    self.taken.lock().expect("unbroken").insert(signer);
                }
                Ok(answer) => panic!("{}: {}", answer.status, answer.body),
                Err(_) => thread::sleep(Duration::from_millis(5)),
            }
            let earlier = format!("signer{}@example.org", number.saturating_sub(40));
            if let Some(mail) = sink.to(&earlier).pop()
                && let Ok(answer) = post(service, &confirm_path(&mail.text), &[])
            {
                assert_eq!(answer.status, 303);
                self.confirmed.lock().expect("unbroken").insert(earlier);
            }
        }
    }
}

fn confirm_path(mail: &str) -> String {
    let (_, rest) = mail.split_once("/confirm/").expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    format!("/confirm/{token}")
}

fn free_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

fn configure(folder: &Path, listen: SocketAddr, metrics: SocketAddr, smtp: SocketAddr) {
    let text = format!(
        r#"
public_url = "http://{listen}"
listen = "{listen}"
metrics_listen = "{metrics}"
campaign_file = "campaign.json"
[database]
path = "petition.sqlite"
[secrets]
key = "0123456789abcdef0123456789abcdef"
[mail]
host = "127.0.0.1"
port = {}
security = "none"
sender = "petitions@kinderbaken.example"
[captcha]
provider = "none"
[limits]
per_network_per_hour = 4000000
"#,
        smtp.port()
    );
    fs::write(folder.join("service.toml"), text).expect("written");
}

fn start(folder: &Path) -> Child {
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join(LOG))
        .expect("a log");
    Command::new(program("petition-service"))
        .args(["serve", "--config"])
        .arg(folder.join("service.toml"))
        .env("RUST_LOG", "debug")
        .stderr(Stdio::from(log))
        .spawn()
        .expect("the service starts")
}
