//! The service is told to stop while a visitor has sent half a request.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::http::get;
use crate::support::programs::program;

/// Shorter than the time that the service gives a visitor for the headers.
const SOON: Duration = Duration::from_secs(7);

fn start(folder: &Path) -> (Child, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = listener.local_addr().expect("an address");
    drop(listener);
    let text = format!(
        r#"
public_url = "http://{listen}"
listen = "{listen}"
campaign_file = "campaign.json"
database.path = "petition.sqlite"
sealing.public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
secrets.key = "0123456789abcdef0123456789abcdef"
mail = {{ host = "127.0.0.1", port = 1, security = "none", sender = "p@site.example" }}
"#
    );
    let file = folder.join("service.toml");
    fs::write(&file, text).expect("written");
    let service = Command::new(program("petition-service"))
        .args(["serve", "--config"])
        .arg(&file)
        .stderr(Stdio::null())
        .spawn()
        .expect("the service starts");
    let begin = Instant::now();
    while get(listen, "/healthz").is_err() {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "it never listens"
        );
        thread::sleep(Duration::from_millis(50));
    }
    (service, listen)
}

fn tell_to_stop(service: &Child) {
    let told = Command::new("kill")
        .args(["-TERM", &service.id().to_string()])
        .status();
    assert!(told.expect("kill runs").success());
}

/// The exit code, if it ends soon.
fn ends_soon(service: &mut Child) -> Option<i32> {
    let begin = Instant::now();
    while begin.elapsed() < SOON {
        if let Some(status) = service.try_wait().expect("asked") {
            return status.code();
        }
        thread::sleep(Duration::from_millis(50));
    }
    None
}

#[test]
fn a_second_signal_ends_the_service_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut service, _) = start(folder.path());
    tell_to_stop(&service);
    assert_eq!(ends_soon(&mut service), Some(0), "nothing was under way");

    let (mut service, address) = start(folder.path());
    let mut slow = TcpStream::connect(address).expect("connected");
    slow.write_all(b"GET / HTTP/1.1\r\nhost:").expect("sent");
    thread::sleep(Duration::from_millis(500));
    tell_to_stop(&service);
    thread::sleep(Duration::from_millis(500));
    let waits = service.try_wait().expect("asked");
    assert!(waits.is_none(), "it gives the visitor time: {waits:?}");
    tell_to_stop(&service);
    assert_eq!(ends_soon(&mut service), Some(1));
}
