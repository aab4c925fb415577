//! The service is exchanged for another five times under a load of sign-ups, as systemd does it: it is
//! told to stop, ends what is under way, and the next one is started on the same socket, which stays
//! open all the while. Every form is answered.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt, FdMapping};

use crate::kill::{configure, free_port};
use crate::support::http::{get, post};
use crate::support::programs::{groundswell, program, said, site};
use crate::support::sink::Sink;

const UPGRADES: usize = 5;
const SIGNERS: usize = 4;

/// Forms between two upgrades.
const FORMS: usize = 25;

/// The first file number of what is handed over (`sd_listen_fds(3)`).
const HANDED: i32 = 3;

#[test]
fn no_form_is_lost_while_the_service_is_exchanged() {
    let site = site();
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let (_sink, smtp) = Sink::start();
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("an address");
    // The addresses of the configuration are not asked: the socket is there already.
    configure(site.path(), free_port(), free_port(), smtp);

    let answered = Arc::new(AtomicUsize::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..SIGNERS)
        .map(|client| {
            let (answered, over) = (Arc::clone(&answered), Arc::clone(&over));
            thread::spawn(move || {
                let mut number = 0;
                while !over.load(Ordering::Relaxed) {
                    number += 1;
                    sign(address, &format!("c{client}n{number}@example.org"));
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let mut service = start(site.path(), &socket);
    for upgrade in 1..=UPGRADES {
        wait_for(&answered, upgrade * FORMS);
        service.stop();
        service = start(site.path(), &socket);
    }
    wait_for(&answered, (UPGRADES + 1) * FORMS);
    over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("every form of a client was answered");
    }
    assert_eq!(get(address, "/readyz").expect("an answer").status, 200);
    service.stop();
}

fn sign(service: SocketAddr, signer: &str) {
    let fields = [
        ("first_name", "Sam"),
        ("last_name", "Signer"),
        ("email", signer),
        ("consent", "yes"),
        ("lang", "en"),
    ];
    let answer = post(service, "/petitions/safe-online/sign", &fields);
    let answer = answer.unwrap_or_else(|error| panic!("a form was lost: {error}"));
    assert_eq!(answer.status, 303, "{}", answer.body);
}

fn wait_for(answered: &AtomicUsize, forms: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while answered.load(Ordering::Relaxed) < forms {
        assert!(Instant::now() < deadline, "the forms are not answered");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A service on the socket. A shell names its own number, as systemd would, and becomes the service.
fn start(folder: &Path, socket: &TcpListener) -> Service {
    let socket: OwnedFd = socket.try_clone().expect("a copy").into();
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" serve --config service.toml",
        ])
        .arg(program("petition-service"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
        .fd_mappings(vec![FdMapping {
            parent_fd: socket,
            child_fd: HANDED,
        }])
        .expect("one number once");
    Service(command.spawn().expect("the service starts"))
}

/// A running service, which ends with the test whatever becomes of it.
struct Service(Child);

impl Service {
    /// Asks for an end, and waits for it.
    fn stop(mut self) {
        let told = Command::new("kill")
            .arg(self.0.id().to_string())
            .status()
            .expect("kill runs");
        assert!(told.success());
        let ended = self.0.wait().expect("ended");
        assert!(ended.success(), "{ended}");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}
