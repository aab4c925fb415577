//! Commands for a database that a service may be working on.

use std::time::Duration;

use super::outbox::retry_dead;
use crate::domain::Clock;
use crate::store::Address;
use crate::store::testing::{signature, store};

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
            .outbox_give_up(job.id, "relay access denied", now)
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
    assert!(
        retry_dead(&Address::sqlite(folder.path().join("none")))
            .await
            .is_err()
    );
}
