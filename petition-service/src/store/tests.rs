//! The store, form by form.

mod resending;

use std::time::Duration;

use super::testing::{minute, signature, store, subscription, tokens, with_newsletter};
use super::{
    ConfirmOutcome, LeaveOutcome, MailBudget, PeekState, SignUpOutcome, Store, StoreOptions,
    UsedChallenge,
};
use crate::domain::{Purpose, TokenHash};

const QUEUED: SignUpOutcome = SignUpOutcome::Accepted { mail_queued: true };
const NO_MAIL: SignUpOutcome = SignUpOutcome::Accepted { mail_queued: false };

async fn folded(store: &Store, form: &str) -> i64 {
    store.fold_counts(minute(0)).await.expect("folded");
    let count = store.counted(form).await.expect("counted").total;
    assert_eq!(
        count,
        store.logged(form).await.expect("logged"),
        "the sum is the log's"
    );
    count
}

fn one(hashes: Vec<TokenHash>) -> TokenHash {
    assert_eq!(hashes.len(), 1);
    hashes.into_iter().next().expect("one")
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_stored_and_all_answered() {
    let (store, folder) = store().await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..300 {
        let store = store.clone();
        tasks.spawn(async move {
            let form = signature(&format!("s{number}@example.org"));
            store.sign_up(form, minute(0)).await.expect("stored")
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        assert_eq!(outcome.expect("a task"), QUEUED);
    }
    let stats = store.stats(minute(1)).await.expect("stats");
    assert_eq!(stats.waiting, 300);
    // What was answered is on the disk: another opening of the file sees it.
    drop(store);
    let again = Store::open(folder.path().join("data.sqlite"), StoreOptions::default())
        .await
        .expect("open");
    assert_eq!(again.stats(minute(1)).await.expect("stats").waiting, 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_again_is_resending_with_a_pause_and_an_end() {
    let (store, _folder) = store().await;
    let sign = |at| store.sign_up(signature("a@example.org"), minute(at));
    let mut mails = Vec::new();
    for at in 0..100 {
        sign(at).await.expect("stored");
        mails.extend(vec![
            at;
            tokens(&store, Purpose::ConfirmSignature, at)
                .await
                .len()
        ]);
    }
    assert_eq!(
        mails,
        [0, 10, 20, 30, 40],
        "a pause between, and five are enough"
    );
    assert_eq!(sign(200).await.expect("stored"), NO_MAIL);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_counts_once_and_a_withdrawal_takes_it_back() {
    let (store, _folder) = store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let token = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    let peek = store
        .peek(token, minute(1))
        .await
        .expect("read")
        .expect("there");
    assert_eq!(peek.state, PeekState::Open);
    assert_eq!(folded(&store, "p").await, 0, "looking changes nothing");
    assert!(matches!(
        store.confirm(token, minute(1)).await,
        Ok(ConfirmOutcome::Confirmed(_))
    ));
    assert!(matches!(
        store.confirm(token, minute(2)).await,
        Ok(ConfirmOutcome::Already(_))
    ));
    assert_eq!(folded(&store, "p").await, 1);
    // A confirmation's token is good for nothing else.
    assert!(matches!(
        store.withdraw(token, minute(3)).await,
        Ok(LeaveOutcome::Unknown)
    ));

    store
        .sign_up(signature("a@example.org"), minute(60))
        .await
        .expect("stored");
    let leave = one(tokens(&store, Purpose::Withdraw, 60).await);
    assert!(matches!(
        store.withdraw(leave, minute(61)).await,
        Ok(LeaveOutcome::Done(_))
    ));
    assert!(matches!(
        store.withdraw(leave, minute(62)).await,
        Ok(LeaveOutcome::Already(_))
    ));
    assert_eq!(folded(&store, "p").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends() {
    let (store, _folder) = store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let token = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    let late = 8 * 24 * 60;
    assert!(matches!(
        store.confirm(token, minute(late)).await,
        Ok(ConfirmOutcome::Expired(_))
    ));
    assert_eq!(folded(&store, "p").await, 0);
    let unknown = TokenHash([7; 32]);
    assert!(matches!(
        store.confirm(unknown, minute(0)).await,
        Ok(ConfirmOutcome::Unknown)
    ));
    // What was never confirmed is erased.
    let expired = store.expire(minute(late + 1)).await.expect("expired");
    assert_eq!(expired.lapsed, 1);
    let mut rows = sqlx::query_scalar::<_, Option<String>>("select email from attempts")
        .fetch_all(&store.reads)
        .await
        .expect("read");
    assert!(rows.pop().flatten().is_none(), "no address is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solved_challenge_is_good_for_one_form() {
    let (store, _folder) = store().await;
    let with_challenge = |email: &str| {
        let mut form = signature(email);
        form.challenge = Some(UsedChallenge {
            nonce: "n".to_owned(),
            expires_at: minute(20).timestamp(),
        });
        form
    };
    let first = store
        .sign_up(with_challenge("a@example.org"), minute(0))
        .await;
    assert_eq!(first.expect("stored"), QUEUED);
    let second = store
        .sign_up(with_challenge("b@example.org"), minute(0))
        .await;
    assert_eq!(second.expect("answered"), SignUpOutcome::CaptchaUsed);
    assert_eq!(
        store.stats(minute(1)).await.expect("stats").waiting,
        1,
        "nothing of it is stored"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_without_proof_share_a_small_budget() {
    let (store, _folder) = store().await;
    let mut outcomes = Vec::new();
    for number in 0..3 {
        let mut form = signature(&format!("s{number}@example.org"));
        form.budget = MailBudget::Unproven { per_hour: 2 };
        outcomes.push(store.sign_up(form, minute(0)).await.expect("answered"));
    }
    assert_eq!(outcomes, [QUEUED, QUEUED, SignUpOutcome::MailBudgetSpent]);
    let mut later = signature("s9@example.org");
    later.budget = MailBudget::Unproven { per_hour: 2 };
    assert_eq!(
        store.sign_up(later, minute(61)).await.expect("answered"),
        QUEUED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newsletter_ticked_on_a_petition_begins_with_the_confirmation() {
    let (store, _folder) = store().await;
    let form = with_newsletter(signature("a@example.org"));
    store.sign_up(form, minute(0)).await.expect("stored");
    let token = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    store.confirm(token, minute(1)).await.expect("confirmed");
    // The welcome is the mail with the link to leave.
    let leave = one(tokens(&store, Purpose::Unsubscribe, 2).await);
    assert!(matches!(
        store.unsubscribe(leave, minute(3)).await,
        Ok(LeaveOutcome::Done(_))
    ));
    assert!(matches!(
        store.unsubscribe(leave, minute(4)).await,
        Ok(LeaveOutcome::Already(_))
    ));
    assert_eq!(folded(&store, "p").await, 1, "the signature stays");
    // Whoever left may come back.
    let again = store
        .sign_up(subscription("a@example.org"), minute(60))
        .await;
    assert_eq!(again.expect("stored"), QUEUED);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proof_of_consent_is_complete() {
    let (store, _folder) = store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let token = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    store.confirm(token, minute(5)).await.expect("confirmed");
    let row: (String, String, String, String, i64, Option<i64>) = sqlx::query_as(
        "select consent_sha256, consent_version, lang, form_page, created_at, confirmed_at from attempts",
    )
    .fetch_one(&store.reads)
    .await
    .expect("read");
    assert_eq!(row.0, "0".repeat(64));
    assert_eq!((row.1.as_str(), row.2.as_str()), ("1", "nl"));
    assert_eq!(row.3, "https://site.example/p/");
    assert_eq!(row.4, minute(0).timestamp_millis());
    assert_eq!(row.5, Some(minute(5).timestamp_millis()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claimed_mail_comes_back_when_its_lease_ends() {
    let (store, _folder) = store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let lease = Duration::from_secs(60);
    let claim = |at| store.outbox_claim(10, minute(at), lease);
    assert_eq!(claim(0).await.expect("claimed").len(), 1);
    assert!(
        claim(0).await.expect("claimed").is_empty(),
        "nobody else gets it"
    );
    let again = claim(2).await.expect("claimed");
    let job = again.first().expect("the mail");
    store
        .outbox_retry(&job.id, minute(30), "busy")
        .await
        .expect("noted");
    assert!(
        claim(10).await.expect("claimed").is_empty(),
        "not before its time"
    );
    assert_eq!(claim(31).await.expect("claimed").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_stopped_uses_up_no_try_of_a_mail() {
    let (store, _folder) = store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let lease = Duration::from_secs(60);
    let claim = async |at| {
        let mut jobs = store.outbox_claim(10, minute(at), lease).await;
        jobs.as_mut().expect("claimed").pop().expect("the mail")
    };
    for _ in 0..5 {
        assert_eq!(claim(0).await.tries, 1);
        store.outbox_release_all().await.expect("a new start");
    }
    let id = claim(0).await.id;
    store.outbox_release(&id).await.expect("released");
    assert_eq!(claim(0).await.tries, 1);
    store
        .outbox_retry(&id, minute(1), "busy")
        .await
        .expect("noted");
    assert_eq!(claim(1).await.tries, 2, "a try that failed counts");
}
