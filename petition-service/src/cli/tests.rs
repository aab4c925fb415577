//! Commands for a database that a service may be working on.

use std::time::Duration;

use super::outbox::retry_dead;
use super::partners;
use crate::domain::{Clock, Purpose};
use crate::store::Address;
use crate::store::testing::{minute, signature, store, tokens};

#[tokio::test(flavor = "multi_thread")]
async fn mails_that_were_given_up_wait_again() {
    let (store, folder) = store().await;
    let now = Clock::system().now();
    for email in ["a@example.org", "b@example.org"] {
        store.sign_up(signature(email), now).await.expect("stored");
    }
    let lease = Duration::from_secs(60);
    for job in store.outbox_claim(10, now, lease).await.expect("claimed") {
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
    let jobs = store.outbox_claim(10, later, lease).await.expect("claimed");
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
