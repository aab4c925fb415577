//! Moving, backup and restoring as a webmaster does it.

use std::path::Path;

use super::backup::{back_up, tidy};
use super::moving::move_to;
use super::restore::restore;
use crate::config::{self, Config};
use crate::domain::Purpose;
use crate::store::testing::{On, minute, on_both, options, signature, tokens};
use crate::store::{Lock, Store};

on_both![a_restore_drill];

const SIGNERS: i64 = 300;

fn config(folder: &Path) -> Config {
    let settings = r#"
        public_url = "https://site.example/service"
        campaign_file = "campaign.json"
        database.path = "data.sqlite"
        sealing.public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
        secrets.key = "0123456789abcdef0123456789abcdef"
        mail = { host = "localhost", security = "none", sender = "p@site.example" }
    "#;
    config::read(&settings.parse().expect("TOML"), folder).expect("sound")
}

/// Signatures that are confirmed and counted.
async fn sign(store: &Store, signers: i64) {
    for number in 0..signers {
        let form = signature(&format!("s{number}@example.org"));
        store.sign_up(form, minute(0)).await.expect("stored");
    }
    for token in tokens(store, Purpose::ConfirmSignature, 1).await {
        store.confirm(&token, minute(2)).await.expect("confirmed");
    }
    store.fold_counts(minute(3)).await.expect("added up");
}

async fn a_restore_drill(on: On) {
    let (store, home) = on.store().await;
    sign(&store, 5).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.backup");
    let made = back_up(&home.address(), &file).await.expect("a backup");
    assert!(
        back_up(&home.address(), &file).await.is_err(),
        "written over"
    );
    let (_empty, lost) = on.store().await;
    let restored = restore(&file, &lost.address()).await.expect("restored");
    assert_eq!(restored, made);
    let store = lost.open().await;
    assert_eq!(store.counted("p").await.expect("counted").total, 5);
    let again = restore(&file, &lost.address()).await.expect_err("full");
    assert!(format!("{again:#}").contains("is not empty"), "{again:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_restores_nothing() {
    let (store, home) = On::Sqlite.store().await;
    sign(&store, SIGNERS).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.backup");
    back_up(&home.address(), &file).await.expect("a backup");
    let mut bytes = std::fs::read(&file).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 9000].fill(0x5a);
    std::fs::write(&file, bytes).expect("written");
    let (empty, target) = On::Sqlite.store().await;
    let refused = restore(&file, &target.address()).await;
    assert!(refused.is_err());
    assert_eq!(empty.logged("p").await.expect("logged"), 0);
    std::fs::write(&file, "no database").expect("written");
    assert!(restore(&file, &target.address()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_moves_to_a_server_once_and_the_old_file_takes_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path());
    let store = Store::open(&config.database, options()).await;
    let store = store.expect("open");
    sign(&store, SIGNERS).await;
    let (server, home) = On::Postgres.store().await;
    let file = config.database.file().expect("a file");

    let running = Lock::take(file).expect("free");
    let refused = move_to(&config, &home.address()).await.expect_err("runs");
    assert!(
        format!("{refused:#}").contains("systemctl stop"),
        "{refused:#}"
    );
    drop(running);

    let journal = &config.journal.options.folder;
    std::fs::create_dir_all(journal).expect("made");
    std::fs::write(journal.join("1.journal"), "x").expect("written");
    let refused = move_to(&config, &home.address()).await.expect_err("a form");
    assert!(refused.to_string().contains("journal"), "{refused}");
    std::fs::remove_dir_all(journal).expect("gone");

    let form = signature("other@example.org");
    server.sign_up(form, minute(0)).await.expect("stored");
    let refused = move_to(&config, &home.address()).await.expect_err("full");
    let said = format!("{refused:#}");
    assert!(
        said.contains("not empty") && said.contains("as it was"),
        "{said}"
    );
    drop(Lock::take(file).expect("the old one works on"));

    let (server, home) = On::Postgres.store().await;
    let copied = move_to(&config, &home.address()).await.expect("moved");
    let rows = copied.tables.iter().find(|(name, _)| *name == "subjects");
    assert_eq!(rows.map(|(_, rows)| *rows), Some(300));
    assert_eq!(server.counted("p").await.expect("counted").total, SIGNERS);
    assert_eq!(server.logged("p").await.expect("logged"), SIGNERS);
    let refused = Lock::take(file).expect_err("moved").to_string();
    assert!(refused.contains("was moved to postgres://"), "{refused}");
}

#[test]
fn only_the_newest_backups_are_kept_and_nothing_else_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = |day: u32| format!("petitions-202611{day:02}T030000Z.backup");
    for day in 1..=5 {
        std::fs::write(folder.path().join(name(day)), "x").expect("written");
    }
    for other in ["petitions-old.backup", "private.key"] {
        std::fs::write(folder.path().join(other), "x").expect("written");
    }
    assert_eq!(tidy(folder.path(), 2).expect("tidied"), 3);
    let there = |name: &str| folder.path().join(name).exists();
    assert!(there(&name(4)) && there(&name(5)) && !there(&name(3)));
    assert!(there("petitions-old.backup") && there("private.key"));
    assert_eq!(tidy(folder.path(), 2).expect("tidied"), 0);
}
