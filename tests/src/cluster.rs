//! Three instances on one PostgreSQL behind haproxy, under load: each is killed and started again, the
//! server is restarted and held up, then each instance is exchanged for another. What was acknowledged
//! is there once, and the exchange loses no request.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};
use test_postgres::Postgres;

use crate::kill::{
    KEY, MAILS, check_acknowledged, check_count, configure, free_port, start, use_server,
    wait_for_mails, wait_until_it_listens,
};
use crate::support::database::Database;
use crate::support::haproxy::Haproxy;
use crate::support::http::get;
use crate::support::load::{Load, clients};
use crate::support::programs::{groundswell, said, site};
use crate::support::sink::Sink;

const INSTANCES: usize = 3;
const SIGNERS: usize = 6;

/// Forms between two faults.
const FORMS: usize = 40;

/// Forms while no mail can be confirmed: their senders wait for it after a few.
const KEPT: usize = 5;

#[test]
fn three_instances_behind_a_balancer_lose_nothing() {
    survives(1);
}

/// `cargo test -p acceptance cluster -- --ignored`: some minutes.
#[test]
#[ignore = "takes minutes"]
fn three_instances_behind_a_balancer_lose_nothing_for_long() {
    survives(20);
}

fn survives(rounds: usize) {
    let site = site();
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let (sink, smtp) = Sink::start();
    let mut server = Postgres::start().expect("PostgreSQL");
    let public = free_port();
    let mut instances: Vec<Instance> = (0..INSTANCES)
        .map(|number| Instance::start(site.path(), number, server.url(), smtp))
        .collect();
    let addresses: Vec<_> = instances.iter().map(|one| one.address).collect();
    let balancer = Haproxy::start(site.path(), public, &addresses);
    wait_until_it_listens(public);

    let load = Arc::new(Load::default());
    let clients = clients(SIGNERS, &load, public, &sink);
    for _ in 0..rounds {
        faults(&load, &mut instances, &mut server);
    }
    // Whatever was on its way then has been answered, or is lost.
    more(&load, FORMS);
    let lost = load.lost.load(Ordering::Relaxed);
    for _ in 0..rounds {
        exchange(&load, &mut instances, &balancer);
    }
    more(&load, FORMS);
    let lost_then = load.lost.load(Ordering::Relaxed) - lost;
    assert_eq!(lost_then, 0, "an exchange loses no request");
    load.over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("a client");
    }
    check(&load, &instances, &server, &sink);
}

/// Every fault once, each under load.
fn faults(load: &Load, instances: &mut [Instance], server: &mut Postgres) {
    for instance in instances.iter_mut() {
        instance.kill();
        more(load, FORMS);
        instance.start_again();
        more(load, FORMS);
    }
    server.restart().expect("restarted");
    more(load, FORMS);
    // It takes connections and answers nothing: forms are kept, and said to be.
    let kept = || load.kept.lock().expect("unbroken").len();
    let before = kept();
    server.hold().expect("held");
    until("forms are kept", || kept() >= before + KEPT);
    for instance in instances.iter() {
        let health = get(instance.address, "/healthz").expect("an answer");
        assert_eq!(health.status, 200);
    }
    server.release().expect("released");
    more(load, FORMS);
    until("all is well again", || {
        let ready = |one: &Instance| get(one.address, "/readyz").is_ok_and(|it| it.status == 200);
        instances.iter().all(ready) && instances.iter().all(Instance::has_replayed)
    });
}

/// Each instance is told to end, and another takes its place.
fn exchange(load: &Load, instances: &mut [Instance], balancer: &Haproxy) {
    for (number, instance) in instances.iter_mut().enumerate() {
        balancer.give(number, false);
        more(load, FORMS);
        instance.stop();
        more(load, FORMS);
        instance.start_again();
        wait_until_it_listens(instance.address);
        balancer.give(number, true);
        more(load, FORMS);
    }
}

fn check(load: &Load, instances: &[Instance], server: &Postgres, sink: &Sink) {
    let taken = load.taken.lock().expect("unbroken").clone();
    let confirmed = load.confirmed.lock().expect("unbroken").clone();
    let kept = load.kept.lock().expect("unbroken").len();
    println!(
        "{} forms taken, {kept} of them kept in the journal, {} confirmed, {} requests lost with what was \
         killed",
        taken.len(),
        confirmed.len(),
        load.lost.load(Ordering::Relaxed)
    );
    assert!(kept > 0 && confirmed.len() > FORMS, "no load");
    wait_for_mails(instances[0].metrics, &taken, sink);
    until("the journals are empty", || {
        instances.iter().all(Instance::has_replayed)
    });
    let mut database = Database::connect(server.url());
    check_acknowledged(&mut database, &taken, &confirmed);
    // Each mailbox once, however many instances took a form of it.
    let all = database.list(
        "select s.form_id, a.id, a.sealed from subjects s join attempts a on a.subject_id = s.id
         where a.sealed is not null",
        &KEY,
    );
    let mut times: BTreeMap<&String, usize> = BTreeMap::new();
    for address in &all {
        *times.entry(address).or_default() += 1;
    }
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "stored more than once: {twice:?}");
    for signer in sink.recipients() {
        let mails = sink.to(&signer).len();
        assert!(mails <= MAILS, "{signer} got {mails} mails");
    }
    let to_count = "select count(*) from to_count";
    until("all is added up", || database.number(to_count) == 0);
    check_count(&mut database);
}

/// Waits until so many more forms were taken.
fn more(load: &Load, forms: usize) {
    let taken = || load.taken.lock().expect("unbroken").len();
    let wanted = taken() + forms;
    until("more forms are taken", || taken() >= wanted);
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not in time");
        thread::sleep(Duration::from_millis(20));
    }
}

/// One of the services.
struct Instance {
    folder: PathBuf,
    address: SocketAddr,
    metrics: SocketAddr,
    process: Child,
}

impl Instance {
    fn start(site: &Path, number: usize, database: &str, smtp: SocketAddr) -> Self {
        let folder = site.join(format!("instance{number}"));
        fs::create_dir(&folder).expect("made");
        let (address, metrics) = (free_port(), free_port());
        configure(&folder, address, metrics, smtp);
        use_server(&folder, database);
        fs::copy(site.join("campaign.json"), folder.join("campaign.json")).expect("copied");
        let process = start(&folder);
        wait_until_it_listens(address);
        Self {
            folder,
            address,
            metrics,
            process,
        }
    }

    fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("ended");
    }

    fn start_again(&mut self) {
        self.process = start(&self.folder);
    }

    /// Asks for an end, and waits for it.
    fn stop(&mut self) {
        let told = Command::new("kill")
            .arg(self.process.id().to_string())
            .status()
            .expect("kill runs");
        assert!(told.success());
        let ended = self.process.wait().expect("ended");
        assert!(ended.success(), "{ended}");
    }

    fn has_replayed(&self) -> bool {
        let left = fs::read_dir(self.folder.join("journal")).expect("a journal");
        left.count() == 0
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}
