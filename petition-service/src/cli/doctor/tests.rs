//! Installations with something wrong, and what is said about them.

use std::path::Path;
use std::sync::{Arc, Mutex};

use mailin_embedded::{Handler, Response, Server, response};

use super::finding::{Finding, Level, text};
use super::{examine, examine_all};
use crate::campaign::sample;
use crate::config;
use crate::store::testing::On;
use crate::store::{Address, Lock};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn settings(extra: &str, port: u16) -> toml::Table {
    let text = format!(
        r#"
        public_url = "https://127.0.0.1:9/service"
        campaign_file = "campaign.json"
        listen = "127.0.0.1:9"
        sealing.public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
        mail = {{ host = "localhost", port = {port}, security = "none", sender = "p@site.example" }}
        {extra}
        "#
    );
    text.parse().expect("TOML")
}

/// A folder with a site's campaign file and a key.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let json = sample::file().to_json().expect("JSON");
    std::fs::write(folder.path().join("campaign.json"), json).expect("written");
    write(folder.path(), "key", SECRET, 0o600);
    folder
}

fn write(folder: &Path, name: &str, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set");
}

fn says(findings: &[Finding], level: Level, about: &str, words: &str) {
    let found = findings
        .iter()
        .any(|one| one.level == level && one.about == about && one.says.contains(words));
    assert!(found, "{about}: {words}\n{}", text(findings));
    for one in findings {
        let fix = one.fix.as_deref().unwrap_or_default();
        assert_eq!(fix.is_empty(), one.level == Level::Ok, "{}", one.says);
        assert!(!one.says.contains(SECRET) && !fix.contains(SECRET));
    }
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<String>>>);

impl Handler for Sink {
    fn rcpt(&mut self, to: &str) -> Response {
        self.0.lock().expect("whole").push(to.to_owned());
        response::OK
    }
}

fn sink() -> (Sink, u16) {
    let sink = Sink::default();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let mut server = Server::new(sink.clone());
    server.with_name("sink").with_tcp_listener(listener);
    std::thread::spawn(move || {
        let _ended = server.serve();
    });
    (sink, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_installation_has_no_error_and_a_mail_leaves_only_if_it_is_wished() {
    for on in [On::Sqlite, On::Postgres] {
        let folder = folder();
        let (_store, home) = on.store().await;
        let (sink, port) = sink();
        let settings = settings("secrets.key_file = \"key\"", port);
        let mut config = config::read(&settings, folder.path()).expect("sound");
        config.database = home.address();
        let at = (None, folder.path());
        let mut found = Vec::new();
        examine_all(&config, &settings, at, None, &mut found).await;
        says(&found, Level::Ok, "database", "a commit takes");
        says(&found, Level::Ok, "mail", "localhost answers");
        says(&found, Level::Ok, "secrets", "closed to other users");
        says(&found, Level::Ok, "seals", "forms are sealed to the key");
        says(&found, Level::Ok, "campaign", "forms in");
        says(&found, Level::Warning, "service", "nothing answers");
        assert!(
            found.iter().all(|one| one.level < Level::Error),
            "{}",
            text(&found)
        );
        assert!(sink.0.lock().expect("whole").is_empty());
        let mut found = Vec::new();
        examine_all(&config, &settings, at, Some("web@site.example"), &mut found).await;
        says(&found, Level::Ok, "mail", "a mail was handed over");
        assert_eq!(*sink.0.lock().expect("whole"), ["web@site.example"]);
        assert!(!text(&found).contains("web@site.example"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_with_what_to_do() {
    let folder = folder();
    write(folder.path(), "key", SECRET, 0o644);
    write(folder.path(), "private.key", "# key\ngwsk1abc\n", 0o600);
    std::fs::remove_file(folder.path().join("campaign.json")).expect("gone");
    let extra = "secrets.key_file = \"key\"\ntrusted_proxies = [\"0.0.0.0/0\"]\n\
        database.url = \"postgres://nobody:hidden@127.0.0.1:9/x\"\ncaptcha.provider = \"none\"\n\
        limits.mails_per_mailbox_per_day = 1000";
    let found = examine(&settings(extra, 9), (None, folder.path()), None).await;
    says(&found, Level::Error, "secrets", "every user");
    says(&found, Level::Warning, "secrets", "private key");
    says(&found, Level::Error, "campaign", "campaign.json");
    says(&found, Level::Error, "addresses", "every address");
    says(&found, Level::Error, "database", "127.0.0.1:9");
    says(&found, Level::Error, "mail", "localhost");
    says(&found, Level::Warning, "addresses", "no captcha");
    says(&found, Level::Warning, "addresses", "1000 mails a day");
    assert!(!text(&found).contains("hidden"), "{}", text(&found));

    let found = examine(&settings("", 9), (None, folder.path()), None).await;
    says(&found, Level::Error, "config", "secrets.key");
    assert_eq!(found.len(), 1, "{}", text(&found));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_yet_or_was_moved_is_told_apart() {
    let folder = folder();
    let extra = "secrets.key_file = \"key\"\ndatabase.path = \"data.sqlite\"";
    let found = examine(&settings(extra, 9), (None, folder.path()), None).await;
    says(&found, Level::Ok, "database", "will be made");
    let file = folder.path().join("data.sqlite");
    assert!(!file.exists(), "looking makes nothing");
    let lock = Lock::take(&file).expect("free");
    let to = Address::parse("postgres://db.example/p", folder.path()).expect("an address");
    lock.moved(&to).expect("noted");
    let found = examine(&settings(extra, 9), (None, folder.path()), None).await;
    says(
        &found,
        Level::Error,
        "database",
        "was moved to postgres://db.example",
    );
}
