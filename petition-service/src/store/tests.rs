//! The store, form by form.

mod faults;
mod full;
mod instances;
mod journal;
mod mailboxes;
mod prepared;
mod resending;
mod suppressed;
mod waiting;

use std::collections::BTreeSet;

use super::testing::{On, ask, minute, on_both, signature, subscription, tokens, with_newsletter};
use super::{
    ConfirmOutcome, LeaveOutcome, MailBudget, PeekState, SignUpOutcome, Store, UsedChallenge,
};
use crate::domain::{Purpose, TokenSecret};

const QUEUED: SignUpOutcome = SignUpOutcome::Accepted { mail_queued: true };
const NO_MAIL: SignUpOutcome = SignUpOutcome::Accepted { mail_queued: false };

on_both![
    many_at_once_are_all_stored_and_all_answered,
    signing_again_is_resending_with_a_pause_and_an_end,
    a_confirmation_counts_once_and_a_withdrawal_takes_it_back,
    a_token_ends,
    a_solved_challenge_is_good_for_one_form,
    forms_without_proof_share_a_small_budget,
    a_newsletter_ticked_on_a_petition_begins_with_the_confirmation,
    the_proof_of_consent_is_complete,
    a_confirmation_overtakes_what_can_wait,
    a_mail_is_one_workers_until_it_tells_however_late_it_gets,
    a_service_that_is_stopped_uses_up_no_try_of_a_mail,
];

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

fn one(tokens: Vec<TokenSecret>) -> TokenSecret {
    assert_eq!(tokens.len(), 1);
    tokens.into_iter().next().expect("one")
}

async fn many_at_once_are_all_stored_and_all_answered(on: On) {
    let (store, home) = on.store().await;
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
    let again = home.open().await;
    assert_eq!(again.stats(minute(1)).await.expect("stats").waiting, 300);
}

async fn signing_again_is_resending_with_a_pause_and_an_end(on: On) {
    let (store, _home) = on.store().await;
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

async fn a_confirmation_counts_once_and_a_withdrawal_takes_it_back(on: On) {
    let (store, _home) = on.store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let token = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    let peek = store
        .peek(token.hash(), minute(1))
        .await
        .expect("read")
        .expect("there");
    assert_eq!(peek.state, PeekState::Open);
    assert_eq!(folded(&store, "p").await, 0, "looking changes nothing");
    assert!(matches!(
        store.confirm(&token, minute(1)).await,
        Ok(ConfirmOutcome::Confirmed(_))
    ));
    assert!(matches!(
        store.confirm(&token, minute(2)).await,
        Ok(ConfirmOutcome::Already(_))
    ));
    assert_eq!(folded(&store, "p").await, 1);
    // A confirmation's token is good for nothing else.
    assert!(matches!(
        store.withdraw(token.hash(), minute(3)).await,
        Ok(LeaveOutcome::Unknown)
    ));

    store
        .sign_up(signature("a@example.org"), minute(60))
        .await
        .expect("stored");
    let leave = one(tokens(&store, Purpose::Withdraw, 60).await);
    assert!(matches!(
        store.withdraw(leave.hash(), minute(61)).await,
        Ok(LeaveOutcome::Done(_))
    ));
    assert!(matches!(
        store.withdraw(leave.hash(), minute(62)).await,
        Ok(LeaveOutcome::Already(_))
    ));
    assert_eq!(folded(&store, "p").await, 0);
}

async fn a_token_ends(on: On) {
    let (store, _home) = on.store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let token = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    let late = 8 * 24 * 60;
    assert!(matches!(
        store.confirm(&token, minute(late)).await,
        Ok(ConfirmOutcome::Expired(_))
    ));
    assert_eq!(folded(&store, "p").await, 0);
    let unknown = TokenSecret::generate();
    assert!(matches!(
        store.confirm(&unknown, minute(0)).await,
        Ok(ConfirmOutcome::Unknown)
    ));
    // What was never confirmed is erased.
    let expired = store.expire(minute(late + 1)).await.expect("expired");
    assert_eq!(expired.lapsed, 1);
    for sql in [
        "select count(*) as n from attempts where sealed is not null or says is not null",
        "select count(*) as n from outbox where recipient is not null",
        "select count(*) as n from tokens where sealed is not null",
    ] {
        let left = ask(&store, sql).await.pop().expect("a row").int("n");
        assert_eq!(left.expect("a number"), 0, "{sql}");
    }
}

async fn a_solved_challenge_is_good_for_one_form(on: On) {
    let (store, _home) = on.store().await;
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

async fn forms_without_proof_share_a_small_budget(on: On) {
    let (store, _home) = on.store().await;
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

async fn a_newsletter_ticked_on_a_petition_begins_with_the_confirmation(on: On) {
    let (store, _home) = on.store().await;
    let form = with_newsletter(signature("a@example.org"));
    store.sign_up(form, minute(0)).await.expect("stored");
    let token = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    store.confirm(&token, minute(1)).await.expect("confirmed");
    // The welcome is the mail with the link to leave.
    let leave = one(tokens(&store, Purpose::Unsubscribe, 2).await);
    assert!(matches!(
        store.unsubscribe(leave.hash(), minute(3)).await,
        Ok(LeaveOutcome::Done(_))
    ));
    assert!(matches!(
        store.unsubscribe(leave.hash(), minute(4)).await,
        Ok(LeaveOutcome::Already(_))
    ));
    assert_eq!(folded(&store, "p").await, 1, "the signature stays");
    // Whoever left may come back.
    let again = store
        .sign_up(subscription("a@example.org"), minute(60))
        .await;
    assert_eq!(again.expect("stored"), QUEUED);
}

async fn the_proof_of_consent_is_complete(on: On) {
    let (store, _home) = on.store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let token = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    store.confirm(&token, minute(5)).await.expect("confirmed");
    let sql = "select consent_sha256, consent_version, lang, form_page, created_at, confirmed_at,
            confirmed_how from attempts";
    let row = ask(&store, sql).await.pop().expect("a row");
    let text = |column| row.text(column).expect("text");
    assert_eq!(text("consent_sha256"), "0".repeat(64));
    assert_eq!(
        (text("consent_version"), text("lang")),
        ("1".into(), "nl".into())
    );
    assert_eq!(text("form_page"), "https://site.example/p/");
    assert_eq!(text("confirmed_how"), "link");
    let at = |column| row.int(column).expect("a time");
    assert_eq!(at("created_at"), minute(0).timestamp_millis());
    assert_eq!(at("confirmed_at"), minute(5).timestamp_millis());
}

async fn a_confirmation_overtakes_what_can_wait(on: On) {
    let (store, _home) = on.store().await;
    for number in 0..3 {
        let reader = subscription(&format!("r{number}@example.org"));
        store.sign_up(reader, minute(0)).await.expect("stored");
    }
    for token in tokens(&store, Purpose::ConfirmSubscription, 0).await {
        store.confirm(&token, minute(1)).await.expect("confirmed");
    }
    let late = subscription("late@example.org");
    store.sign_up(late, minute(2)).await.expect("stored");
    let last = signature("last@example.org");
    store.sign_up(last, minute(3)).await.expect("stored");
    let mut order = Vec::new();
    for _ in 0..5 {
        let claimed = store.outbox_claim(1, minute(4));
        let claimed = claimed.await.expect("claimed");
        order.extend(claimed.iter().map(|job| job.kind.name()));
    }
    assert_eq!(
        order,
        [
            "confirm_petition",
            "confirm_newsletter",
            "welcome_newsletter",
            "welcome_newsletter",
            "welcome_newsletter"
        ]
    );
}

async fn a_mail_is_one_workers_until_it_tells_however_late_it_gets(on: On) {
    let (store, _home) = on.store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let claim = async |at| store.outbox_claim(10, minute(at)).await.expect("claimed");
    let job = claim(0).await.pop().expect("the mail");
    assert!(claim(0).await.is_empty(), "nobody else gets it");
    // A clock that jumps ends nothing.
    assert!(claim(100_000).await.is_empty());
    let known = BTreeSet::from([job.id]);
    store.outbox_release_unknown(&known).await.expect("looked");
    assert!(claim(0).await.is_empty());
    let retry = async |at| store.outbox_retry(job.id, minute(at), ("busy", true)).await;
    retry(30).await.expect("noted");
    retry(40).await.expect("told twice, noted once");
    assert!(claim(10).await.is_empty(), "not before its time");
    let job = claim(31).await.pop().expect("the mail");
    assert_eq!((job.tries, job.doubts), (2, 1));
    // The answer to the question for it was lost.
    let none = BTreeSet::new();
    store.outbox_release_unknown(&none).await.expect("freed");
    assert_eq!(claim(31).await.len(), 1);
}

async fn a_service_that_is_stopped_uses_up_no_try_of_a_mail(on: On) {
    let (store, _home) = on.store().await;
    store
        .sign_up(signature("a@example.org"), minute(0))
        .await
        .expect("stored");
    let claim = async |at| {
        let mut jobs = store.outbox_claim(10, minute(at)).await;
        jobs.as_mut().expect("claimed").pop().expect("the mail")
    };
    for _ in 0..5 {
        assert_eq!(claim(0).await.tries, 1);
        store.outbox_release_all().await.expect("a new start");
    }
    let id = claim(0).await.id;
    store.outbox_release(id).await.expect("released");
    assert_eq!(claim(0).await.tries, 1);
    store
        .outbox_retry(id, minute(1), ("busy", false))
        .await
        .expect("noted");
    assert_eq!(claim(1).await.tries, 2, "a try that failed counts");
}
