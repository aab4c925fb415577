//! What lies on the disk opens only for whoever holds the private key.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Row};
use uuid::Uuid;

use super::{SIGN, TestService, link, signer};
use crate::campaign::sample;
use crate::domain::seal::{Content, Place, PrivateKey};
use crate::store::testing::On;

const PERSONAL: [&str; 6] = [
    "Verborgen Bron",
    "zoe.secret@example.org",
    "zoe.secret",
    "Zoë-Marguerite",
    "Geheimhouder",
    "please keep this",
];

/// Where a word is found in the files of a folder, in whatever case.
fn found(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("readable").flatten() {
        if entry.path().is_dir() {
            found.extend(self::found(&entry.path()));
            continue;
        }
        let bytes = std::fs::read(entry.path()).expect("readable");
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for word in PERSONAL {
            if text.contains(&word.to_lowercase()) {
                found.push(format!("{word} in {}", entry.file_name().to_string_lossy()));
            }
        }
    }
    found
}

/// The forms that were confirmed, the newsletter's before the petition's.
async fn confirmed(database: &mut SqliteConnection, key: &PrivateKey) -> Vec<Content> {
    let rows = sqlx::query(
        "select a.id, a.sealed, s.form_id from attempts a join subjects s on s.id = a.subject_id
         where s.state = 'confirmed' order by s.form_id",
    )
    .fetch_all(database)
    .await
    .expect("rows");
    rows.iter()
        .map(|row| {
            let id: Vec<u8> = row.get("id");
            let place = Place {
                form_id: row.get("form_id"),
                attempt_id: Uuid::from_slice(&id).expect("an id"),
            };
            let sealed: Vec<u8> = row.get("sealed");
            let bytes = key.open(place, &sealed).expect("it opens");
            Content::from_bytes(&bytes).expect("a form")
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_lies_on_the_disk_at_any_moment() {
    let pair = PrivateKey::generate();
    let settings = format!("sealing.public_key = \"{}\"", pair.public());
    let service =
        TestService::start_with(On::Sqlite, &settings, &sample::with_custom_fields()).await;
    let mut fields = signer("zoe.secret@example.org", "en");
    fields.retain(|(name, _)| !["first_name", "last_name"].contains(name));
    fields.extend([
        ("first_name", "Zoë-Marguerite"),
        ("last_name", "Geheimhouder"),
        ("comment", "please keep this"),
        ("newsletter", "yes"),
        ("level", "primary"),
        ("teacher", "yes"),
        ("school", "De Verborgen Bron"),
        ("show_name", "yes"),
    ]);
    let answer = service.post(SIGN, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let folder = service.folder.path();
    assert_eq!(
        found(folder),
        [""; 0],
        "while the mail waits or has just left"
    );
    let mail = service.mail("zoe.secret@example.org", "/confirm/").await;
    assert_eq!(found(folder), [""; 0], "after the mail");
    service.post(&link(&mail, "confirm"), &[]).await;
    // The newsletter's welcome needs the address, which the link brought.
    let welcome = service
        .mail("zoe.secret@example.org", "/unsubscribe/")
        .await;
    // The first name is what its owner asked to be shown; it is public from here on.
    let mut after = found(folder);
    after.retain(|found| !found.starts_with("Zoë-Marguerite in"));
    assert_eq!(after, [""; 0], "after the confirmation");
    service.count_becomes(1).await;

    let folder = service.end().await;
    let mut database = SqliteConnectOptions::new()
        .filename(folder.path().join("data.sqlite"))
        .connect()
        .await
        .expect("open");
    let opened = confirmed(&mut database, &pair).await;
    let emails: Vec<&str> = opened
        .iter()
        .map(|one| one.email.expose().as_str())
        .collect();
    assert_eq!(emails, ["zoe.secret@example.org"; 2]);
    let signature = opened.last().expect("the petition's");
    let name = signature.fields.get("last_name").expect("a name");
    assert_eq!(name.expose(), "Geheimhouder");
    let own = signature
        .fields
        .get("school")
        .expect("the petition's own field");
    assert_eq!(own.expose(), "De Verborgen Bron");
    let named: i64 = sqlx::query_scalar("select count(*) from attempts where shows_name")
        .fetch_one(&mut database)
        .await
        .expect("a number");
    assert_eq!(named, 1);

    // Nor did a copy stay for the service itself.
    let left: i64 = sqlx::query_scalar("select count(*) from outbox where recipient is not null")
        .fetch_one(&mut database)
        .await
        .expect("a number");
    assert_eq!(left, 0);
    assert!(welcome.text.contains("/unsubscribe/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_secret_than_the_databases_is_refused_at_the_start() {
    let service = TestService::start(On::Sqlite, "").await;
    service.post(SIGN, &signer("anna@example.org", "en")).await;
    service.mail("anna@example.org", "/confirm/").await;
    let folder = service.end().await;
    let settings = "secrets.key = \"another-secret-0123456789abcdef0123456789\"";
    let error = TestService::try_open((folder, None), settings)
        .await
        .err()
        .expect("refused");
    assert!(error.contains("put the old one back"), "{error}");
}
