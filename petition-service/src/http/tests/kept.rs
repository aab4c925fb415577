//! The database goes away while visitors sign.

use std::path::Path;

use axum::http::{StatusCode, header};
use sqlx::{Connection, SqliteConnection};

use super::{SIGN, TestService, link, request, signer};
use crate::store::testing::On;

/// Holds the database's file, so that nobody else writes.
async fn hold(service: &TestService) -> SqliteConnection {
    let url = format!(
        "sqlite://{}",
        service.folder.path().join("data.sqlite").display()
    );
    let mut held = SqliteConnection::connect(&url).await.expect("opened");
    let begin = sqlx::query("begin immediate");
    begin.execute(&mut held).await.expect("locked");
    held
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_kept_and_its_mail_comes_when_the_database_is_back() {
    let service = TestService::start(On::Sqlite, "").await;
    let held = hold(&service).await;
    for lang in ["nl", "en"] {
        let email = format!("anna-{lang}@example.org");
        let kept = service.post(SIGN, &signer(&email, lang)).await;
        assert_eq!(kept.status, StatusCode::ACCEPTED, "{}", kept.body);
        let said = format!("{lang} kept");
        assert!(kept.body.contains(&said), "{}", kept.body);
        assert!(kept.header("set-cookie").contains("nonce"), "known again");
    }
    let json = r#"{"first_name":"Bert","last_name":"Bos","email":"bert@example.org","consent":true,"lang":"nl"}"#;
    let program = request("POST", SIGN)
        .header(header::CONTENT_TYPE, "application/json")
        .body(json.into())
        .expect("a request");
    let kept = service.send(program).await;
    assert_eq!(kept.status, StatusCode::ACCEPTED, "{}", kept.body);
    assert_eq!(kept.json()["status"], "kept");
    // What needs no database goes on.
    assert_eq!(service.get("/healthz").await.status, StatusCode::OK);
    assert!(service.mailer.mails().is_empty());

    held.close().await.expect("closed");
    for to in [
        "anna-nl@example.org",
        "anna-en@example.org",
        "bert@example.org",
    ] {
        let mail = service.mail(to, "/confirm/").await;
        let done = service.post(&link(&mail, "confirm"), &[]).await;
        let to = done.header("location");
        assert!(to.contains("/signed/"), "{} {to}", done.status);
    }
    service.count_becomes(3).await;
    assert_eq!(service.mailer.mails().len(), 3, "one for each");
    let journal = service.folder.path().join("journal");
    let left = std::fs::read_dir(journal).expect("readable").count();
    assert_eq!(left, 0, "nothing stays behind");
}

/// The disk as it is at this moment: what a power cut leaves.
fn image(of: &Path) -> tempfile::TempDir {
    let image = tempfile::tempdir().expect("a folder");
    let folders = ["", "journal"].map(|name| (of.join(name), image.path().join(name)));
    for (from, to) in folders {
        std::fs::create_dir_all(&to).expect("made");
        for file in std::fs::read_dir(from).expect("readable") {
            let file = file.expect("a file").path();
            let name = file.file_name().expect("a name").to_owned();
            if file.is_file() {
                std::fs::copy(&file, to.join(name)).expect("copied");
            }
        }
    }
    image
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_when_the_power_went_is_replayed_after_the_next_start() {
    let service = TestService::start(On::Sqlite, "").await;
    let held = hold(&service).await;
    let kept = service.post(SIGN, &signer("anna@example.org", "nl")).await;
    assert_eq!(kept.status, StatusCode::ACCEPTED, "{}", kept.body);
    let image = image(service.folder.path());
    let next = TestService::open(image, "").await;
    next.mail("anna@example.org", "/confirm/").await;
    held.close().await.expect("closed");
}
