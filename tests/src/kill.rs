//! The service is killed at 50 random moments of a load of sign-ups and confirmations: what it
//! acknowledged is in the database afterwards, every mail was sent at least once, the count equals
//! the log, and what it said on the way names nobody.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use petition_service::domain::seal::PrivateKey;

use crate::support::database::Database;
use crate::support::http::{get, post};
use crate::support::programs::{groundswell, program, said, site};
use crate::support::sink::Sink;

/// The variable with which a run's moments are had again: a failed run prints its seed.
const SEED: &str = "GROUNDSWELL_SEED";

const KILLS: usize = 50;
const SIGNERS: usize = 6;

/// How many unconfirmed forms each of them leaves behind.
const BACKLOG: usize = 20;

/// Opens what the services of this process sealed.
static KEY: LazyLock<PrivateKey> = LazyLock::new(PrivateKey::generate);

/// The service's database, beside its configuration.
const DATABASE: &str = "petition.sqlite";

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
    let mut moments = Moments::new();
    let load = Arc::new(Load::default());
    let clients: Vec<_> = (0..SIGNERS)
        .map(|_| {
            let (load, sink) = (Arc::clone(&load), sink.clone());
            thread::spawn(move || load.run(address, &sink))
        })
        .collect();
    // A slow machine needs more kills before as much was acknowledged.
    for kill in 0..4 * KILLS {
        if kill >= KILLS && load.is_enough() {
            break;
        }
        let mut service = start(site.path());
        if moments.after_start() {
            wait_until_it_listens(address);
        }
        thread::sleep(moments.next());
        service.kill().expect("killed");
        service.wait().expect("ended");
    }
    load.over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("a client");
    }

    let taken = load.taken.lock().expect("unbroken").clone();
    let acknowledged = load.confirmed.lock().expect("unbroken").clone();
    assert!(
        taken.len() > KILLS,
        "only {} were taken: no load",
        taken.len()
    );
    assert!(
        acknowledged.len() > KILLS,
        "only {} were confirmed: no load",
        acknowledged.len()
    );
    // Before anybody tries again: what was lost now would be made good then.
    check_acknowledged(site.path(), &taken, &acknowledged);

    let mut service = start(site.path());
    wait_for_mails(metrics, &taken, &sink);

    // Everybody who got a mail confirms now, whoever did already too.
    let signers = sink.recipients();
    for signer in &signers {
        let mail = sink.to(signer).pop().expect("a mail");
        assert!(mail.source.contains("Message-ID: <"), "{}", mail.source);
        let done = post(address, &confirm_path(&mail.text), &[]).expect("an answer");
        assert_eq!(done.status, 303, "{signer}");
    }
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
    check_count(site.path());
    check_export(site.path(), &signers.iter().cloned().collect());

    let log = fs::read_to_string(site.path().join(LOG)).expect("readable");
    assert!(log.contains("answered"), "nothing was logged");
    for personal in ["@example.org", "Signer", "signer1"] {
        assert!(!log.contains(personal), "the log holds {personal}");
    }
}

/// However slow the machine is, the load meets a service that answers.
fn wait_until_it_listens(service: SocketAddr) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while get(service, "/healthz").is_err() {
        assert!(Instant::now() < deadline, "the service does not start");
        thread::sleep(Duration::from_millis(10));
    }
}

/// What was acknowledged before the last kill is on the disk.
fn check_acknowledged(site: &Path, taken: &BTreeSet<String>, confirmed: &BTreeSet<String>) {
    let mut database = Database::open(&site.join(DATABASE));
    let stored = database.addresses(
        "select s.form_id, a.id, a.sealed from attempts a join subjects s on s.id = a.subject_id
         where a.sealed is not null",
        &KEY,
    );
    let lost: Vec<_> = taken.difference(&stored).collect();
    assert!(lost.is_empty(), "acknowledged and not stored: {lost:?}");
    let stored = database.addresses(
        "select s.form_id, a.id, a.sealed from subjects s
         join attempts a on a.id = s.attempt_id and a.confirmed_at is not null
         join confirmations c on c.subject_id = s.id and c.delta = 1
         where s.state = 'confirmed'",
        &KEY,
    );
    let lost: Vec<_> = confirmed.difference(&stored).collect();
    assert!(lost.is_empty(), "acknowledged and not confirmed: {lost:?}");
}

/// The count is the sum of the log, and each signature stands in it once.
fn check_count(site: &Path) {
    let mut database = Database::open(&site.join(DATABASE));
    let total = database.number("select total from counts where form_id = 'safe-online'");
    let logged = "select sum(delta) from confirmations where form_id = 'safe-online'";
    assert_eq!(total, database.number(logged));
    let confirmed = "select count(*) from subjects where state = 'confirmed'";
    assert_eq!(total, database.number(confirmed));
}

/// What is taken to the machine with the private key opens there, and tells who signed.
fn check_export(site: &Path, signers: &BTreeSet<String>) {
    let (sealed, key, opened) = (
        site.join("sealed.jsonl"),
        site.join("private.key"),
        site.join("opened.jsonl"),
    );
    fs::write(&key, KEY.to_file().as_bytes()).expect("written");
    let config = site.join("service.toml");
    run(
        &["export-sealed", "--config"],
        &[&config, Path::new("--out"), &sealed],
    );
    let text = fs::read_to_string(&sealed).expect("readable");
    assert!(!text.contains("@example.org"), "exported in the open");
    let arguments = [
        &*key,
        Path::new("--input"),
        &sealed,
        Path::new("--out"),
        &opened,
    ];
    run(&["unseal", "--format", "jsonl", "--key"], &arguments);
    let text = fs::read_to_string(&opened).expect("readable");
    let names: BTreeSet<String> = text
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
            row["email"].as_str().expect("an address").to_owned()
        })
        .collect();
    assert_eq!(&names, signers);
}

fn run(words: &[&str], paths: &[&Path]) {
    let done = Command::new(program("petition-service"))
        .args(words)
        .args(paths)
        .output()
        .expect("the service runs");
    assert!(done.status.success(), "{}", said(&done));
}

/// Moments to kill at: from before the service listens until well into the load.
struct Moments(u64);

impl Moments {
    #[expect(
        clippy::disallowed_methods,
        reason = "a run is repeated by the seed that it printed"
    )]
    fn new() -> Self {
        let chance = || RandomState::new().build_hasher().finish();
        let seed = match std::env::var(SEED) {
            Ok(seed) => seed.parse().expect("a number"),
            Err(_) => chance(),
        };
        // Shown when the test fails.
        println!("the moments of this run: {SEED}={seed}");
        Self(seed)
    }

    /// Whether the next moment is counted from when the service listens, not from its start.
    fn after_start(&mut self) -> bool {
        !self.next().subsec_micros().is_multiple_of(4)
    }

    fn next(&mut self) -> Duration {
        // SplitMix64: small, and good from any seed.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        Duration::from_micros(bits % 600_000)
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
    /// Whether enough was acknowledged to say something about it.
    fn is_enough(&self) -> bool {
        let taken = self.taken.lock().expect("unbroken").len();
        let confirmed = self.confirmed.lock().expect("unbroken").len();
        taken > KILLS && confirmed > KILLS
    }

    /// Signs, and confirms what came by mail, until it is over.
    fn run(&self, service: SocketAddr, sink: &Sink) {
        let mut unconfirmed = Vec::new();
        while !self.over.load(Ordering::Relaxed) {
            // Mails are slower than forms: without an end to it, all would wait for mails.
            let signed = if unconfirmed.len() < BACKLOG {
                self.sign(service)
            } else {
                None
            };
            if signed.is_none() {
                thread::sleep(Duration::from_millis(5));
            }
            unconfirmed.extend(signed);
            unconfirmed.retain(|signer| !self.confirm(service, sink, signer));
        }
    }

    /// Somebody new signs; who, if it was acknowledged.
    fn sign(&self, service: SocketAddr) -> Option<String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let signer = format!("signer{number}@example.org");
        let fields = [
            ("first_name", "Sam"),
            ("last_name", "Signer"),
            ("email", signer.as_str()),
            ("consent", "yes"),
            ("lang", "en"),
        ];
        let answer = post(service, "/petitions/safe-online/sign", &fields).ok()?;
        assert_eq!(answer.status, 303, "{}", answer.body);
        self.taken.lock().expect("unbroken").insert(signer.clone());
        Some(signer)
    }

    /// Confirms, if the mail came; whether it was acknowledged.
    fn confirm(&self, service: SocketAddr, sink: &Sink, signer: &str) -> bool {
        let Some(mail) = sink.to(signer).pop() else {
            return false;
        };
        let Ok(answer) = post(service, &confirm_path(&mail.text), &[]) else {
            return false;
        };
        assert_eq!(answer.status, 303, "{}", answer.body);
        let mut confirmed = self.confirmed.lock().expect("unbroken");
        confirmed.insert(signer.to_owned())
    }
}

fn confirm_path(mail: &str) -> String {
    let (_, rest) = mail.split_once("/confirm/").expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    format!("/confirm/{token}")
}

pub(crate) fn free_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

pub(crate) fn configure(folder: &Path, listen: SocketAddr, metrics: SocketAddr, smtp: SocketAddr) {
    let text = format!(
        r#"
public_url = "http://{listen}"
listen = "{listen}"
metrics_listen = "{metrics}"
campaign_file = "campaign.json"
[database]
path = "{DATABASE}"
[sealing]
public_key = "{}"
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
        KEY.public(),
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
