//! Commands for a database that a service may be working on.

use super::outbox::retry_dead;
use super::partners;
use super::suppress::change;
use crate::campaign::sample;
use crate::config;
use crate::domain::{Clock, Purpose};
use crate::store::testing::{minute, options, signature, store, tokens};
use crate::store::{Address, Store};

#[tokio::test(flavor = "multi_thread")]
async fn mails_that_were_given_up_wait_again() {
    let (store, folder) = store().await;
    let now = Clock::system().now();
    for email in ["a@example.org", "b@example.org"] {
        store.sign_up(signature(email), now).await.expect("stored");
    }
    for job in store.outbox_claim(10, now).await.expect("claimed") {
        store
            .outbox_give_up(job.id, "relay access denied", false, now)
            .await
            .expect("noted");
    }
    assert_eq!(store.stats(now).await.expect("stats").given_up, 2);

    let database = Address::sqlite(folder.path().join("data.sqlite"));
    let told = retry_dead(&database).await.expect("done");
    assert_eq!(told, "2 mails that were given up wait again.");
    let later = Clock::system().now();
    let jobs = store.outbox_claim(10, later).await.expect("claimed");
    assert_eq!(jobs.iter().map(|job| job.tries).collect::<Vec<_>>(), [1, 1]);
    let told = retry_dead(&database).await.expect("done");
    assert_eq!(told, "0 mails that were given up wait again.");
    // Where there is no mailbox nothing can be mended, and nobody's address is kept.
    for job in jobs {
        let reason = "no such mailbox";
        let given_up = store.outbox_give_up(job.id, reason, true, later).await;
        given_up.expect("noted");
    }
    let told = retry_dead(&database).await.expect("done");
    assert!(told.contains("2 mails cannot be sent"), "{told}");
    assert!(
        retry_dead(&Address::sqlite(folder.path().join("none")))
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_for_each_partner() {
    let (store, folder) = store().await;
    let database = Address::sqlite(folder.path().join("data.sqlite"));
    for (email, partner) in [("a", Some("north")), ("b", Some("north")), ("c", None)] {
        let mut form = signature(&format!("{email}@example.org"));
        form.partner = partner.map(str::to_owned);
        store.sign_up(form, minute(0)).await.expect("stored");
    }
    let none = partners::read(&database, None).await.expect("read");
    assert_eq!(partners::table(&none), "petition\tpartner\tsignatures");
    for token in tokens(&store, Purpose::ConfirmSignature, 0).await {
        store.confirm(&token, minute(1)).await.expect("confirmed");
    }
    let counts = partners::read(&database, Some("p")).await.expect("read");
    let wanted = "petition\tpartner\tsignatures\np\tnorth\t2\np\t-\t1";
    assert_eq!(partners::table(&counts), wanted);
    let other = partners::read(&database, Some("q")).await.expect("read");
    assert!(other.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_suppressed_in_any_spelling_and_let_go_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = sample::file().to_json().expect("JSON");
    std::fs::write(folder.path().join("campaign.json"), json).expect("written");
    let settings = r#"
        public_url = "https://site.example/service"
        campaign_file = "campaign.json"
        database.path = "data.sqlite"
        sealing.public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
        secrets.key = "0123456789abcdef0123456789abcdef"
        mail = { host = "localhost", security = "none", sender = "p@site.example" }
        captcha.provider = "none"
    "#;
    let config = config::read(&settings.parse().expect("TOML"), folder.path()).expect("sound");
    let none = change(&config, "a@example.org", true).await;
    assert!(none.is_err(), "there is no database yet");
    drop(
        Store::open(&config.database, options())
            .await
            .expect("open"),
    );

    let told = change(&config, " A@Example.org\n", true).await;
    let told = told.expect("done");
    assert!(
        told.contains("no subscription") && !told.contains('@'),
        "{told}"
    );
    let told = change(&config, "a@example.org", false).await;
    assert!(told.expect("done").contains("may get mail again"));
    let told = change(&config, "a@example.org", false).await;
    assert!(told.expect("done").contains("Nothing to do"));
    assert!(change(&config, "nobody", true).await.is_err());
}
