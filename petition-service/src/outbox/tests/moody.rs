//! Whole journeys of mails past a mail server that has its moods: from the form to the end of the row.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use sqlx::{Connection, SqliteConnection};

use super::*;
use crate::domain::{Clock, TokenSecret};
use crate::mail::scripted::{Asked, Does, STEPS, Scripted, Step};
use crate::mail::smtp::{Security, SmtpConfig, SmtpMailer};
use crate::outbox::MOST_COPIES;
use crate::store::ConfirmOutcome;
use crate::store::testing::{MailRow, minute, outbox};

const ANNA: &str = "anna@example.org";
const BERT: &str = "bert@example.org";

/// Long enough for what does not hang.
const LIMIT: Duration = Duration::from_secs(1);

fn mailer(server: &Scripted) -> Arc<SmtpMailer> {
    let config = SmtpConfig {
        port: Some(server.address.port()),
        hello_name: Some("site.example".to_owned()),
        time_limit: LIMIT,
        end_limit: LIMIT,
        ..SmtpConfig::new("127.0.0.1", Security::None)
    };
    Arc::new(SmtpMailer::new(config).expect("sound"))
}

/// A service in which Anna and Bert have signed, at a clock that the test sets.
struct Journey {
    store: Store,
    server: Scripted,
    /// Milliseconds.
    now: Arc<AtomicI64>,
    stop: CancellationToken,
    folder: tempfile::TempDir,
}

impl Journey {
    async fn begin(script: impl Fn(&Asked<'_>) -> Does + Send + Sync + 'static) -> Self {
        Self::begin_with(script, |_| {}).await
    }

    async fn begin_with(
        script: impl Fn(&Asked<'_>) -> Does + Send + Sync + 'static,
        set: impl FnOnce(&mut WorkerOptions),
    ) -> Self {
        let (store, folder) = store().await;
        for email in [ANNA, BERT] {
            let signed = store.sign_up(petition(email), minute(0)).await;
            signed.expect("stored");
        }
        let server = Scripted::start(script).await;
        let now = Arc::new(AtomicI64::new(minute(0).timestamp_millis()));
        let shown = Arc::clone(&now);
        let clock = Clock::new(move || {
            let now = shown.load(Ordering::Relaxed);
            DateTime::from_timestamp_millis(now).expect("a time")
        });
        let stop = start_with(&store, &mailer(&server), |options| {
            options.clock = clock;
            set(options);
        });
        Self {
            store,
            server,
            now,
            stop,
            folder,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        let now = self.now.load(Ordering::Relaxed);
        DateTime::from_timestamp_millis(now).expect("a time")
    }

    fn set(&self, to: DateTime<Utc>) {
        self.now.store(to.timestamp_millis(), Ordering::Relaxed);
    }

    /// Anna's row once it was tried so often.
    async fn tried(&self, times: i64) -> MailRow {
        until("the try", async || self.anna().await.tries == times).await;
        self.anna().await
    }

    async fn anna(&self) -> MailRow {
        let rows = outbox(&self.store).await;
        rows.into_iter().next().expect("her mail")
    }

    async fn ends_as(&self, state: &str) -> MailRow {
        until(state, async || self.anna().await.state == state).await;
        self.anna().await
    }

    /// Bert's mail leaves whatever becomes of Anna's.
    async fn bert_has_his(&self) {
        until("Bert's mail", async || {
            self.server.taken(BERT).len() == 1 && outbox(&self.store).await[1].state == "sent"
        })
        .await;
    }
}

impl Drop for Journey {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn is_for(asked: &Asked<'_>, step: Step, to: &str) -> bool {
    asked.step == step && asked.to == to
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_greylists_gets_the_mail_once_at_pauses_that_grow() {
    let journey = Journey::begin_with(
        |asked| match asked.times {
            1..=4 if is_for(asked, Step::RcptTo, ANNA) => Does::Says("451 4.7.1 greylisted"),
            _ => Does::Well,
        },
        |options| {
            options.first_pause = Duration::from_secs(20);
            options.longest_pause = Duration::from_secs(6 * 3600);
        },
    )
    .await;
    journey.bert_has_his().await;
    for (tries, pause) in [(1, 20), (2, 40), (3, 80), (4, 160)] {
        let row = journey.tried(tries).await;
        let waits = (row.not_before - journey.now()).num_milliseconds();
        let asked = pause * 750..=pause * 1250;
        assert!(asked.contains(&waits), "try {tries}: {waits} ms");
        assert_eq!((row.state.as_str(), row.doubts), ("waiting", 0));
        journey.set(row.not_before);
    }
    let row = journey.ends_as("sent").await;
    assert!(!row.has_recipient, "and the address is forgotten");
    assert_eq!(journey.server.taken(ANNA).len(), 1);
    assert_eq!(journey.server.times(Step::RcptTo, ANNA), 5);
    assert_eq!(journey.server.taken(BERT).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_wants_it_is_asked_so_often_and_no_more() {
    let script = |asked: &Asked<'_>| match is_for(asked, Step::RcptTo, ANNA) {
        true => Does::Says("451 4.7.1 come back later"),
        false => Does::Well,
    };
    let journey = Journey::begin_with(script, |options| options.max_tries = 4).await;
    journey.bert_has_his().await;
    for tries in 1..4 {
        let row = journey.tried(tries).await;
        journey.set(row.not_before);
    }
    let row = journey.ends_as("dead").await;
    assert_eq!(row.tries, 4);
    assert!(row.has_recipient, "a person can have it sent all the same");
    journey.set(minute(100_000));
    assert_eq!(journey.server.times(Step::RcptTo, ANNA), 4);
    let stats = journey.store.stats(journey.now()).await.expect("stats");
    assert_eq!((stats.waiting, stats.given_up), (0, 1));
}

/// At each step, with the connection open or closed.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_or_drops_once_holds_up_one_mail_for_one_limit() {
    let mut journeys = Vec::new();
    for step in STEPS {
        for does in [Does::Hangs, Does::Drops] {
            journeys.push(async move {
                let script = move |asked: &Asked<'_>| {
                    let before = matches!(step, Step::Greeting | Step::Hello | Step::MailFrom);
                    let hers = before || asked.to == ANNA;
                    if asked.step == step && hers && asked.times == 1 {
                        does
                    } else {
                        Does::Well
                    }
                };
                let journey = Journey::begin(script).await;
                until("all mails", async || {
                    // Whoever waits for a try waits for a clock: this one runs.
                    journey.set(journey.now() + TimeDelta::milliseconds(200));
                    let rows = outbox(&journey.store).await;
                    rows.iter().all(|row| row.state == "sent")
                })
                .await;
                let copies = [ANNA, BERT].map(|to| journey.server.taken(to).len());
                assert_eq!(copies, [1, 1], "{does:?} at {step:?}");
                let doubts = outbox(&journey.store).await;
                let doubts: i64 = doubts.iter().map(|row| row.doubts).sum();
                assert_eq!(doubts, i64::from(step == Step::End), "{does:?} at {step:?}");
            });
        }
    }
    join_all(journeys).await;
}

/// The server delivers the mail and nobody learns of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_may_have_arrived_is_sent_three_times_at_most_with_one_name() {
    for does in [Does::TakesAndDrops, Does::TakesAndHangs] {
        let script = move |asked: &Asked<'_>| match is_for(asked, Step::End, ANNA) {
            true => does,
            false => Does::Well,
        };
        let longest = Duration::from_secs(6 * 3600);
        let journey = Journey::begin_with(script, |options| {
            options.first_pause = Duration::from_secs(20);
            options.longest_pause = longest;
        })
        .await;
        journey.bert_has_his().await;
        let most = i64::from(MOST_COPIES);
        for (tries, pause) in [(1, 160), (2, 6 * 3600)] {
            let row = journey.tried(tries).await;
            assert_eq!((row.state.as_str(), row.doubts), ("waiting", tries));
            let waits = (row.not_before - journey.now()).num_milliseconds();
            assert!((pause * 750..=pause * 1250).contains(&waits), "{waits}");
            journey.set(row.not_before);
        }
        let row = journey.ends_as("dead").await;
        assert_eq!((row.tries, row.has_recipient), (most, true));
        let copies = journey.server.taken(ANNA);
        assert_eq!(copies.len(), MOST_COPIES as usize);
        let names: BTreeSet<&str> = copies
            .iter()
            .map(|mail| mail.header("Message-ID"))
            .collect();
        assert_eq!(names.len(), 1, "mailboxes can tell that they are one mail");
        // The link of any of them is good.
        for (copy, done) in copies.iter().zip([true, false]) {
            let outcome = journey
                .store
                .confirm(&link_of(&copy.message), minute(9))
                .await;
            let outcome = outcome.expect("answered");
            assert_eq!(matches!(outcome, ConfirmOutcome::Confirmed(_)), done);
            assert!(!matches!(outcome, ConfirmOutcome::Unknown), "{outcome:?}");
        }
    }
}

/// The token of the link to confirm, in a text of quoted-printable lines.
fn link_of(message: &str) -> TokenSecret {
    let text = message.replace("=\r\n", "");
    let (_, rest) = text.split_once("/confirm/").expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    TokenSecret::parse(token).expect("a token")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_refused_for_good_is_asked_once_and_forgotten() {
    let journey = Journey::begin(|asked| match is_for(asked, Step::RcptTo, ANNA) {
        true => Does::Says("550 5.1.1 no such user"),
        false => Does::Well,
    })
    .await;
    let row = journey.ends_as("dead").await;
    assert_eq!((row.tries, row.has_recipient), (1, false));
    journey.bert_has_his().await;
    assert_eq!(journey.server.times(Step::RcptTo, ANNA), 1);
    assert!(journey.server.taken(ANNA).is_empty());
}

/// It left, and the database was not there to be told.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_left_is_not_sent_again_because_the_database_was_away() {
    let held = Arc::new(tokio::sync::Semaphore::new(0));
    let begun = Arc::clone(&held);
    let journey = Journey::begin(move |asked| {
        if is_for(asked, Step::Data, ANNA) {
            begun.add_permits(1);
            // Until the test holds the database.
            std::thread::sleep(Duration::from_millis(700));
        }
        Does::Well
    })
    .await;
    let _begun = held.acquire().await.expect("begun");
    let file = journey.folder.path().join("data.sqlite");
    let url = format!("sqlite://{}", file.display());
    let mut other = SqliteConnection::connect(&url).await.expect("opened");
    let hold = sqlx::query("begin immediate");
    hold.execute(&mut other).await.expect("locked");
    until("the mail", async || journey.server.taken(ANNA).len() == 1).await;
    // What is asked after it fails after it.
    let asked = journey.store.outbox_release_all().await;
    assert!(asked.expect_err("held").is_down());
    assert_eq!(journey.anna().await.state, "waiting");
    other.close().await.expect("let go");
    journey.ends_as("sent").await;
    assert_eq!(journey.server.taken(ANNA).len(), 1);
}
