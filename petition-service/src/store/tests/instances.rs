//! Several instances on one PostgreSQL.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::task::JoinSet;

use super::{QUEUED, folded};
use crate::domain::{Clock, Purpose};
use crate::store::testing::{On, ask, minute, signature, tokens};
use crate::store::{ConfirmOutcome, NewSignUp, SignUpOutcome, Store, UsedChallenge};

const LEASE: Duration = Duration::from_secs(60);

async fn two() -> (Store, Store, crate::store::testing::Home) {
    let (one, home) = On::Postgres.store().await;
    let other = home.open().await;
    (one, other, home)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_captchas_answer_sent_to_two_instances_is_taken_once() {
    let (one, other, _home) = two().await;
    let mut signing = JoinSet::new();
    for number in 0..200 {
        let store = if number % 2 == 0 { &one } else { &other }.clone();
        let form = NewSignUp {
            challenge: Some(UsedChallenge {
                nonce: format!("solved{}", number / 2),
                expires_at: minute(60).timestamp(),
            }),
            ..signature(&format!("s{number}@example.org"))
        };
        signing.spawn(async move { store.sign_up(form, minute(0)).await });
    }
    let mut taken = 0;
    while let Some(signed) = signing.join_next().await {
        match signed.expect("no panic").expect("answered") {
            SignUpOutcome::CaptchaUsed => {}
            outcome => taken += i32::from(outcome == QUEUED),
        }
    }
    assert_eq!(taken, 100, "each answer once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_signs_at_two_instances_at_once_counts_once() {
    let (one, other, _home) = two().await;
    let mut signing = JoinSet::new();
    for number in 0..400 {
        let store = if number % 2 == 0 { &one } else { &other }.clone();
        // Each mailbox four times, in another order at each instance.
        let box_number = if number % 2 == 0 {
            number / 2 % 100
        } else {
            99 - number / 2 % 100
        };
        signing.spawn(async move {
            let form = signature(&format!("s{box_number}@example.org"));
            store.sign_up(form, minute(0)).await
        });
    }
    while let Some(signed) = signing.join_next().await {
        assert_eq!(signed.expect("no panic").expect("stored"), QUEUED);
    }
    let count = async |sql| {
        let row = ask(&one, sql).await.pop().expect("a row");
        row.int("n").expect("a number")
    };
    assert_eq!(count("select count(*) as n from subjects").await, 100);
    assert_eq!(count("select max(mails) as n from subjects").await, 2);

    let links = tokens(&one, Purpose::ConfirmSignature, 0).await;
    assert_eq!(links.len(), 100, "one mail each, the other is held back");
    let mut confirming = JoinSet::new();
    for link in links {
        for store in [one.clone(), other.clone(), one.clone()] {
            let link = link.clone();
            confirming.spawn(async move { store.confirm(&link, minute(1)).await });
        }
    }
    let mut confirmed = 0;
    while let Some(outcome) = confirming.join_next().await {
        match outcome.expect("no panic").expect("answered") {
            ConfirmOutcome::Confirmed(_) => confirmed += 1,
            ConfirmOutcome::Already(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(confirmed, 100);
    assert_eq!(folded(&one, "p").await, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mail_is_claimed_by_two_instances() {
    let (one, other, _home) = two().await;
    for number in 0..200 {
        let form = signature(&format!("s{number}@example.org"));
        one.sign_up(form, minute(0)).await.expect("stored");
    }
    let mut claiming = JoinSet::new();
    for number in 0..40 {
        let store = if number % 2 == 0 { &one } else { &other }.clone();
        claiming.spawn(async move { store.outbox_claim(7, minute(0)).await });
    }
    let mut claimed = Vec::new();
    while let Some(jobs) = claiming.join_next().await {
        claimed.extend(jobs.expect("no panic").expect("claimed"));
    }
    let ids: BTreeSet<_> = claimed.iter().map(|job| job.id).collect();
    assert_eq!((ids.len(), claimed.len()), (200, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_counting_jobs_at_once_count_once() {
    let (one, other, _home) = two().await;
    let sign = async |from: i64| {
        for number in from..from + 50 {
            let form = signature(&format!("s{number}@example.org"));
            one.sign_up(form, minute(0)).await.expect("stored");
        }
        for link in tokens(&one, Purpose::ConfirmSignature, 0).await {
            one.confirm(&link, minute(0)).await.expect("confirmed");
        }
    };
    for round in 0..4 {
        sign(round * 50).await;
        let mut folding = JoinSet::new();
        for store in [&one, &other, &one, &other] {
            let store = store.clone();
            folding.spawn(async move { store.fold_counts(minute(1)).await });
        }
        while let Some(folded) = folding.join_next().await {
            folded.expect("no panic").expect("folded");
        }
    }
    assert_eq!(one.counted("p").await.expect("counted").total, 200);
    assert_eq!(folded(&one, "p").await, 200);
}

/// A machine whose clock shows anything; only its steady time matters.
fn machine(shows: i64, steady_seconds: u64) -> Clock {
    let steady = Duration::from_secs(steady_seconds);
    Clock::with_steady(move || minute(shows), move || steady)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_one_instances_until_it_is_silent_whatever_the_clocks_show() {
    let (one, other, _home) = two().await;
    let lease = async |store: &Store, clock| {
        let taken = store.lease("counts", &clock, LEASE).await;
        taken.expect("answered")
    };
    assert!(lease(&one, machine(0, 0)).await);
    // Clocks jump forward and back by hours, here and there: whoever has it keeps it.
    for shows in [0, 600, -600, 0] {
        assert!(!lease(&other, machine(shows, 1000)).await);
        assert!(lease(&one, machine(-shows, 10)).await);
    }
    // It was killed and says nothing more: it is missed for a minute, by who misses it.
    assert!(!lease(&other, machine(0, 1000)).await);
    assert!(!lease(&other, machine(600, 1059)).await);
    assert!(lease(&other, machine(-600, 1060)).await);
    assert!(!lease(&one, machine(0, 20)).await);
    other.give_back("counts").await.expect("given back");
    assert!(lease(&one, machine(0, 20)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_falls_free_goes_to_one_of_those_that_wait() {
    let (one, other, home) = two().await;
    let third = home.open().await;
    let lease = async |store: &Store, seconds| {
        let taken = store.lease("counts", &machine(0, seconds), LEASE).await;
        taken.expect("answered")
    };
    assert!(lease(&one, 0).await);
    for seconds in [0, 59] {
        assert!(!lease(&other, seconds).await && !lease(&third, seconds).await);
    }
    let (a, b) = tokio::join!(lease(&other, 61), lease(&third, 61));
    assert!(a ^ b, "one of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mails_of_an_instance_that_was_killed_come_back() {
    let (one, other, home) = two().await;
    let alive = async |store: &Store, seconds| {
        let told = store.alive(&machine(0, seconds), LEASE).await;
        told.expect("told");
        store.outbox_release_orphans().await.expect("released");
    };
    for store in [&one, &other] {
        alive(store, 0).await;
    }
    for email in ["a@example.org", "b@example.org"] {
        one.sign_up(signature(email), minute(0))
            .await
            .expect("stored");
    }
    let claim = async |store: &Store, at| {
        let jobs = store.outbox_claim(1, minute(at)).await;
        jobs.expect("claimed").len()
    };
    assert_eq!((claim(&one, 0).await, claim(&other, 0).await), (1, 1));
    // A third one starts, and its clock shows the next day: it takes nothing from those that are at
    // work.
    let third = home.open().await;
    third.outbox_release_all().await.expect("released");
    assert_eq!(claim(&third, 2000).await, 0);
    alive(&third, 5000).await;
    assert_eq!(claim(&third, 2000).await, 0);
    // One was killed, and is missed for a minute.
    alive(&other, 30).await;
    alive(&third, 5059).await;
    assert_eq!(claim(&third, 2).await, 0);
    alive(&other, 40).await;
    alive(&third, 5060).await;
    assert_eq!((claim(&third, 2).await, claim(&third, 2).await), (1, 0));
}
