//! What the service says at its most talkative, while all goes wrong that can, names nobody: a mail
//! server that repeats addresses in its refusals, a database that breaks, links that are mangled.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mailin_embedded::{Handler, Response, Server};
use sqlx::{ConnectOptions, Executor};

use crate::kill::{configure, free_port};
use crate::support::http::{get, post};
use crate::support::programs::{groundswell, program, said, site};

/// What must not be found: parts of all that is typed and of all links.
const SECRETS: [&str; 7] = [
    "wilhelmina",
    "zonderland",
    "kwakkelstein",
    "geheimadres",
    "bestaatniet",
    "mangledtoken",
    "0123456789abcdef",
];

/// A mail server that repeats whatever it hears, and takes nothing.
#[derive(Clone)]
struct Parrot;

impl Handler for Parrot {
    fn rcpt(&mut self, to: &str) -> Response {
        let (code, enhanced) = if to.starts_with("bestaatniet") {
            (550, "5.1.1")
        } else {
            (450, "4.2.0")
        };
        Response::custom(code, format!("{enhanced} <{to}> will not have it, {to}"))
    }

    fn helo(&mut self, _ip: IpAddr, _domain: &str) -> Response {
        mailin_embedded::response::OK
    }

    fn data_end(&mut self) -> Response {
        Response::custom(554, "5.6.0 wilhelmina".to_owned())
    }

    fn data(&mut self, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

fn parrot() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut server = Server::new(Parrot);
    server.with_name("parrot.test").with_tcp_listener(listener);
    thread::spawn(move || server.serve().expect("it serves"));
    address
}

fn start(folder: &Path) -> Child {
    let log = fs::File::create(folder.join("quiet.log")).expect("a log");
    Command::new(program("petition-service"))
        .args(["serve", "--config"])
        .arg(folder.join("service.toml"))
        .env("RUST_LOG", "trace")
        .stderr(Stdio::from(log))
        .spawn()
        .expect("the service starts")
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn break_database(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut database = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.join("petition.sqlite"))
            .connect()
            .await
            .expect("open");
        let broken = "alter table tokens rename to gone; alter table attempts rename to gone2";
        database.execute(broken).await.expect("renamed");
    });
}

#[test]
fn the_log_names_nobody_whatever_goes_wrong() {
    let site = site();
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let address = free_port();
    configure(site.path(), address, free_port(), parrot());
    let mut service = start(site.path());
    until("it never listens", || get(address, "/healthz").is_ok());
    let log = || fs::read_to_string(site.path().join("quiet.log")).expect("the log");
    let sign = |email: &str| {
        let fields = [
            ("lang", "nl"),
            ("first_name", "Wilhelmina"),
            ("last_name", "Kwakkelstein"),
            ("email", email),
            ("country", "NL"),
            ("consent", "yes"),
        ];
        post(address, "/petitions/safe-online/sign", &fields).expect("an answer")
    };
    for email in [
        "geheimadres@zonderland.example",
        "bestaatniet@zonderland.example",
    ] {
        assert_eq!(sign(email).status, 303);
    }
    until("no mail was given up", || log().contains("mail given up"));
    until("no mail was put off", || log().contains("mail not sent"));
    for path in [
        "/confirm/mangledtoken",
        "/withdraw/mangledtoken%ff",
        "/mangledtoken?a=wilhelmina",
    ] {
        assert!(get(address, path).expect("an answer").status >= 400);
    }
    break_database(site.path());
    let token = format!("/confirm/mangledtoken{}", "A".repeat(31));
    assert!(get(address, &token).expect("an answer").status >= 500);
    sign("geheimadres2@zonderland.example");
    until("no fault was told", || log().contains("ERROR"));
    service.kill().expect("killed");
    service.wait().expect("ended");
    let log = log().to_lowercase();
    assert!(log.contains("trace"), "it is talkative");
    for secret in SECRETS {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
