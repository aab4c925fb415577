//! The worker with a mail server that fails.

mod moody;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Worker, WorkerOptions};
use crate::campaign::{CampaignStore, sample};
use crate::domain::SUPPRESSION;
use crate::mail::memory::MemoryMailer;
use crate::mail::{BoxFuture, Mail, MailError, Mailer, Sender};
use crate::store::testing::{OpenVault, signature, store};
use crate::store::{NewSignUp, Store, SuppressionReason, Vault};

fn petition(email: &str) -> NewSignUp {
    let mut form = signature(email);
    form.form_id = "safe-online".to_owned();
    form
}

fn start<M: Mailer + 'static>(store: &Store, mailer: &Arc<M>, tries: u32) -> CancellationToken {
    start_with(store, mailer, |options| options.max_tries = tries)
}

fn start_with<M: Mailer + 'static>(
    store: &Store,
    mailer: &Arc<M>,
    set: impl FnOnce(&mut WorkerOptions),
) -> CancellationToken {
    let sender = Sender {
        address: "p@site.example".to_owned(),
        name: None,
        reply_to: None,
    };
    let mut options = WorkerOptions::new("https://site.example/service", sender);
    options.first_pause = Duration::from_millis(10);
    options.longest_pause = Duration::from_millis(20);
    set(&mut options);
    let campaign = CampaignStore::fixed(sample::file());
    let mailer: Arc<dyn Mailer> = mailer.clone();
    let worker = Worker::new(store.clone(), campaign, mailer, options);
    let stop = CancellationToken::new();
    tokio::spawn(worker.run(stop.clone()));
    stop
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what}: not in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_fails_is_sent_later() {
    let (store, _folder) = store().await;
    let mailer = Arc::new(MemoryMailer::new());
    mailer.fail_next(MailError::Transient("busy".to_owned()));
    mailer.fail_next(MailError::Transient("busy".to_owned()));
    let stop = start(&store, &mailer, 10);
    let now = chrono::DateTime::UNIX_EPOCH;
    store
        .sign_up(petition("a@example.org"), now)
        .await
        .expect("stored");
    until("the mail", async || mailer.mails().len() == 1).await;
    let mail = mailer.mails().pop().expect("the mail");
    assert!(mail.text.contains("https://site.example/service/confirm/"));
    until("an empty outbox", async || {
        store.stats(now).await.expect("stats").waiting == 0
    })
    .await;
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_leave_at_the_pace_that_the_relay_takes() {
    let (store, _folder) = store().await;
    let mailer = Arc::new(MemoryMailer::new());
    let now = chrono::DateTime::UNIX_EPOCH;
    for number in 0..3 {
        let form = petition(&format!("a{number}@example.org"));
        store.sign_up(form, now).await.expect("stored");
    }
    let stop = start_with(&store, &mailer, |options| options.per_minute = 1);
    until("the first", async || mailer.mails().len() == 1).await;
    stop.cancel();
    let stop = start_with(&store, &mailer, |options| options.per_minute = 6000);
    until("the others", async || mailer.mails().len() == 3).await;
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_cannot_be_sent_is_given_up_visibly() {
    let (store, _folder) = store().await;
    let mailer = Arc::new(MemoryMailer::new());
    mailer.fail_next(MailError::Permanent("not a mail".to_owned()));
    let stop = start(&store, &mailer, 10);
    let now = chrono::DateTime::UNIX_EPOCH;
    store
        .sign_up(petition("a@example.org"), now)
        .await
        .expect("stored");
    until("the end of it", async || {
        store.stats(now).await.expect("stats").given_up == 1
    })
    .await;
    assert!(mailer.mails().is_empty());
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_does_not_exist_gets_no_newsletters_from_then_on() {
    let (store, _folder) = store().await;
    let mailer = Arc::new(MemoryMailer::new());
    mailer.fail_next(MailError::NoMailbox("550 5.1.1".to_owned()));
    let now = chrono::DateTime::UNIX_EPOCH;
    let signed = store.sign_up(petition("a@example.org"), now).await;
    signed.expect("stored");
    let stop = start(&store, &mailer, 10);
    let key = OpenVault.mark(&[SUPPRESSION, b"a@example.org"]);
    until("the note of it", async || {
        store.unsuppress(key).await.expect("done")
    })
    .await;
    assert!(mailer.mails().is_empty());
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_mailbox_that_wants_none_does_not_leave() {
    let (store, _folder) = store().await;
    let mailer = Arc::new(MemoryMailer::new());
    let now = chrono::DateTime::UNIX_EPOCH;
    for email in ["a@example.org", "b@example.org"] {
        store.sign_up(petition(email), now).await.expect("stored");
    }
    let key = OpenVault.mark(&[SUPPRESSION, b"a@example.org"]);
    let reason = SuppressionReason::Webmaster;
    let suppressed = store.suppress(key, Vec::new(), reason, now).await;
    suppressed.expect("done");
    let stop = start(&store, &mailer, 10);
    until("an empty outbox", async || {
        store.stats(now).await.expect("stats").waiting == 0
    })
    .await;
    until("the mail", async || mailer.mails().len() == 1).await;
    stop.cancel();
}

/// Breaks off at every mail.
struct Panics;

impl Mailer for Panics {
    fn send<'a>(&'a self, _: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async { panic!("a defect") })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_that_panics_counts_as_failed() {
    let (store, _folder) = store().await;
    let stop = start(&store, &Arc::new(Panics), 2);
    let now = chrono::DateTime::UNIX_EPOCH;
    store
        .sign_up(petition("a@example.org"), now)
        .await
        .expect("stored");
    until("the end of it", async || {
        store.stats(now).await.expect("stats").given_up == 1
    })
    .await;
    stop.cancel();
}
