//! The service, and PostgreSQL too, is killed at random moments of a load of sign-ups and confirmations: what it
//! acknowledged is in the database afterwards, every mail was sent at least once, the count equals
//! the log, and what it said on the way names nobody.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use petition_service::domain::seal::PrivateKey;
use test_postgres::Postgres;

use crate::support::database::Database;
use crate::support::http::{get, post};
use crate::support::load::{Load, clients, confirm_path};
use crate::support::programs::{groundswell, program, said, site};
use crate::support::sink::Sink;

/// The variable with which a run's moments are had again: a failed run prints its seed.
const SEED: &str = "GROUNDSWELL_SEED";

/// The variable that asks for more kills than are usual: `docs/faults.md` tells of 200.
const COUNT: &str = "GROUNDSWELL_KILLS";

const SIGNERS: usize = 6;

/// The most mails that a mailbox gets (`limits.mails_per_address`).
pub(crate) const MAILS: usize = 5;

/// Opens what the services of this process sealed.
pub(crate) static KEY: LazyLock<PrivateKey> = LazyLock::new(PrivateKey::generate);

/// The service's database, beside its configuration.
const DATABASE: &str = "petition.sqlite";

/// What all the services of a run said.
const LOG: &str = "service.log";

#[test]
fn nothing_acknowledged_is_lost_when_the_service_is_killed() {
    killed(kills(50), None);
}

#[test]
fn nothing_acknowledged_is_lost_when_service_and_postgresql_are_killed() {
    killed(kills(15), Some(Postgres::start().expect("PostgreSQL")));
}

/// How often to kill.
#[expect(clippy::disallowed_methods, reason = "a long run is asked for by hand")]
fn kills(usual: usize) -> usize {
    std::env::var(COUNT).map_or(usual, |count| count.parse().expect("a number"))
}

/// Kills the service, and the server if there is one, so many times each.
fn killed(kills: usize, mut server: Option<Postgres>) {
    let site = site();
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let (sink, smtp) = Sink::start();
    let address = free_port();
    let metrics = free_port();
    configure(site.path(), address, metrics, smtp);
    if let Some(server) = &server {
        use_server(site.path(), server.url());
    }
    let mut moments = Moments::new();
    let load = Arc::new(Load::default());
    let clients = clients(SIGNERS, &load, address, &sink);
    // A slow machine needs more kills before as much was acknowledged.
    for kill in 0..4 * kills {
        if kill >= kills && load.is_enough(kills) {
            break;
        }
        let mut service = start(site.path());
        if moments.after_start() {
            wait_until_it_listens(address);
        }
        thread::sleep(moments.next());
        if let Some(server) = &mut server {
            server.kill().expect("killed");
            thread::sleep(moments.next());
        }
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
        taken.len() > kills,
        "only {} were taken: no load",
        taken.len()
    );
    assert!(
        acknowledged.len() > kills,
        "only {} were confirmed: no load",
        acknowledged.len()
    );
    // Before anybody tries again: what was lost now would be made good then. Forms that were said to be
    // kept lie in the journal, and their mails come later.
    let kept = load.kept.lock().expect("unbroken").clone();
    let stored = taken.difference(&kept).cloned().collect();
    let mut database = open(site.path(), server.as_ref());
    check_acknowledged(&mut database, &stored, &acknowledged);
    println!(
        "{kills} kills: {} forms taken, {} of them kept in the journal, {} confirmed, {} requests lost",
        taken.len(),
        kept.len(),
        acknowledged.len(),
        load.lost.load(Ordering::Relaxed),
    );

    let mut service = start(site.path());
    wait_for_mails(metrics, &taken, &sink);

    let signers = all_confirm(address, &sink);
    service.kill().expect("killed");
    service.wait().expect("ended");
    check_count(&mut database);
    check_export(site.path(), &signers.iter().cloned().collect());

    let log = fs::read_to_string(site.path().join(LOG)).expect("readable");
    assert!(log.contains("answered"), "nothing was logged");
    for personal in ["@example.org", "Signer", "signer1"] {
        assert!(!log.contains(personal), "the log holds {personal}");
    }
}

/// Everybody confirms, and the count comes to be theirs; who they are.
pub(crate) fn all_confirm(address: SocketAddr, sink: &Sink) -> Vec<String> {
    // Everybody who got a mail confirms now, whoever did already too.
    let signers = sink.recipients();
    for signer in &signers {
        let mails = sink.to(signer);
        assert!(mails.len() <= MAILS, "{signer} got {} mails", mails.len());
        let mail = mails.last().expect("a mail");
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
    signers
}

/// However slow the machine is, the load meets a service that answers.
pub(crate) fn wait_until_it_listens(service: SocketAddr) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while get(service, "/healthz").is_err() {
        assert!(Instant::now() < deadline, "the service does not start");
        thread::sleep(Duration::from_millis(10));
    }
}

/// What was acknowledged before the last kill is on the disk.
pub(crate) fn check_acknowledged(
    database: &mut Database,
    taken: &BTreeSet<String>,
    confirmed: &BTreeSet<String>,
) {
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
pub(crate) fn check_count(database: &mut Database) {
    let total = database.number("select total from counts where form_id = 'safe-online'");
    let logged =
        "select cast(sum(delta) as bigint) from confirmations where form_id = 'safe-online'";
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
pub(crate) fn wait_for_mails(metrics: SocketAddr, taken: &BTreeSet<String>, sink: &Sink) {
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

/// The configuration's database is a server.
pub(crate) fn use_server(folder: &Path, url: &str) {
    let file = folder.join("service.toml");
    let text = fs::read_to_string(&file).expect("readable");
    let path = format!("path = \"{DATABASE}\"");
    assert!(text.contains(&path));
    fs::write(&file, text.replace(&path, &format!("url = \"{url}\""))).expect("written");
}

fn open(site: &Path, server: Option<&Postgres>) -> Database {
    match server {
        Some(server) => Database::connect(server.url()),
        None => Database::open(&site.join(DATABASE)),
    }
}

pub(crate) fn start(folder: &Path) -> Child {
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
