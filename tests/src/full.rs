//! PostgreSQL's disk runs full under load, to the last byte, and there is room again.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crate::kill::{
    all_confirm, check_acknowledged, check_count, configure, free_port, start, use_server,
    wait_for_mails, wait_until_it_listens,
};
use crate::support::database::Database;
use crate::support::http::get;
use crate::support::load::{Load, clients};
use crate::support::programs::{groundswell, said, site};
use crate::support::sink::Sink;
use test_postgres::Postgres;

/// A small file system of its own, gone with this value.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=160m,mode=1777", "tmpfs"]);
        let done = mount.arg(folder.path()).output().expect("mount");
        assert!(done.status.success(), "only root may: {}", said(&done));
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes until nothing fits any more; the file that is in the way.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("ballast");
        let mut file = File::create(&path).expect("made");
        for size in [1 << 16, 1] {
            let part = vec![0; size];
            loop {
                match file.write_all(&part) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("{error}"),
                }
            }
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not in time");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "mounts a file system: as root, cargo test -p acceptance full_disk -- --ignored"]
fn a_full_disk_under_postgresql_loses_nothing() {
    let disk = Disk::mount();
    let mut server = Postgres::start_in(disk.path()).expect("PostgreSQL");
    let site = site();
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let (sink, smtp) = Sink::start();
    let (address, metrics) = (free_port(), free_port());
    configure(site.path(), address, metrics, smtp);
    use_server(site.path(), server.url());
    let mut service = start(site.path());
    wait_until_it_listens(address);
    let load = Arc::new(Load::default());
    let clients = clients(6, &load, address, &sink);
    until("a load", || load.is_enough(100));

    let ballast = disk.fill();
    let kept = || load.kept.lock().expect("unbroken").len();
    let before = kept();
    until("forms that are kept", || kept() >= before + 60);
    assert_eq!(get(address, "/healthz").expect("an answer").status, 200);
    let count = get(address, "/petitions/safe-online/count").expect("an answer");
    assert_eq!(count.status, 200, "{}", count.body);

    fs::remove_file(ballast).expect("room");
    // It may have ended itself when its log had no room; a webmaster starts it again.
    server.restart().expect("started");
    let journal = site.path().join("journal");
    let is_empty = || fs::read_dir(&journal).map_or(0, Iterator::count) == 0;
    until("an empty journal", is_empty);
    load.over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("a client");
    }
    let taken = load.taken.lock().expect("unbroken").clone();
    let confirmed = load.confirmed.lock().expect("unbroken").clone();
    let mut database = Database::connect(server.url());
    check_acknowledged(&mut database, &taken, &confirmed);
    wait_for_mails(metrics, &taken, &sink);
    all_confirm(address, &sink);
    check_count(&mut database);
    println!(
        "{} forms taken, {} of them kept in the journal, {} confirmed while it went on, {} requests lost",
        taken.len(),
        kept(),
        confirmed.len(),
        load.lost.load(Ordering::Relaxed),
    );
    service.kill().expect("killed");
    service.wait().expect("ended");
}
