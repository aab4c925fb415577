//! The same mailbox again: what is stored, what waits, and what is confirmed in the end.

use super::{NO_MAIL, QUEUED, folded, one};
use crate::domain::{Private, Purpose, TokenSecret};
use crate::store::engine::Row;
use crate::store::testing::{On, ask, minute, on_both, signature, tokens, with_newsletter};
use crate::store::{
    ConfirmOutcome, MailBudget, NewSignUp, PeekState, SignUpOutcome, Store, UsedChallenge,
};
use serde_json::Value;

const EMAIL: &str = "a@example.org";

on_both![
    a_form_sent_again_too_soon_waits_and_the_newest_one_counts,
    a_correction_can_be_confirmed_after_what_it_corrects,
    what_says_the_same_as_the_confirmed_form_is_not_asked_for_again,
    a_correction_that_nobody_confirms_is_erased_in_the_end,
    pressing_twice_is_pressing_once,
    every_form_that_is_taken_is_written_down_and_charged,
    a_browsers_mark_ties_no_two_forms_together_and_goes_with_the_confirmation,
];

fn with_comment(text: &str) -> NewSignUp {
    let mut form = signature(EMAIL);
    let comment = Private::new(text.to_owned());
    form.fields.insert("comment".to_owned(), comment);
    form
}

async fn send(store: &Store, form: NewSignUp, at: i64) -> SignUpOutcome {
    store.sign_up(form, minute(at)).await.expect("answered")
}

/// Sends what is due; the token of the one mail.
async fn mailed(store: &Store, at: i64) -> TokenSecret {
    one(tokens(store, Purpose::ConfirmSignature, at).await)
}

/// The comments that the database holds.
async fn comments(store: &Store) -> Vec<String> {
    let sql = "select sealed from attempts where sealed is not null order by created_at, id";
    let rows = ask(store, sql).await;
    let comment = |row: &Row| {
        let sealed = row.blob("sealed").expect("bytes");
        let content: Value = serde_json::from_slice(&sealed).expect("JSON");
        Some(content["fields"]["comment"].as_str()?.to_owned())
    };
    rows.iter().filter_map(comment).collect()
}

async fn a_form_sent_again_too_soon_waits_and_the_newest_one_counts(on: On) {
    let (store, _home) = on.store().await;
    assert_eq!(send(&store, with_comment("old"), 0).await, QUEUED);
    mailed(&store, 0).await;
    for (at, text) in [(1, "first try"), (2, "second try"), (3, "new")] {
        assert_eq!(send(&store, with_comment(text), at).await, QUEUED);
    }
    assert_eq!(
        comments(&store).await,
        ["old", "new"],
        "one waits, the newest"
    );
    let none = tokens(&store, Purpose::ConfirmSignature, 9).await;
    assert!(none.is_empty(), "no second mail within the pause");
    let token = mailed(&store, 10).await;
    store.confirm(&token, minute(11)).await.expect("confirmed");
    assert_eq!(comments(&store).await, ["new"]);
    assert_eq!(folded(&store, "p").await, 1);
}

async fn a_correction_can_be_confirmed_after_what_it_corrects(on: On) {
    let (store, _home) = on.store().await;
    send(&store, with_comment("a stranger's words"), 0).await;
    let first = mailed(&store, 0).await;
    send(&store, with_newsletter(with_comment("my own words")), 1).await;
    store.confirm(&first, minute(2)).await.expect("confirmed");
    let second = mailed(&store, 10).await;
    let peek = store.peek(second.hash(), minute(11)).await.expect("read");
    assert_eq!(peek.expect("there").state, PeekState::Open);
    assert!(matches!(
        store.confirm(&second, minute(11)).await,
        Ok(ConfirmOutcome::Confirmed(_))
    ));
    assert_eq!(comments(&store).await, ["my own words"]);
    assert_eq!(folded(&store, "p").await, 1, "one mailbox, one signature");
    assert_eq!(tokens(&store, Purpose::Unsubscribe, 12).await.len(), 1);
    // The older form does not come back.
    assert!(matches!(
        store.confirm(&first, minute(13)).await,
        Ok(ConfirmOutcome::Already(_))
    ));
    assert_eq!(comments(&store).await, ["my own words"]);
}

async fn what_says_the_same_as_the_confirmed_form_is_not_asked_for_again(on: On) {
    let (store, _home) = on.store().await;
    send(&store, with_comment("same"), 0).await;
    let first = mailed(&store, 0).await;
    send(&store, with_comment("same"), 1).await;
    store.confirm(&first, minute(2)).await.expect("confirmed");
    assert_eq!(store.stats(minute(20)).await.expect("stats").waiting, 0);
    assert_eq!(comments(&store).await, ["same"]);
}

async fn a_correction_that_nobody_confirms_is_erased_in_the_end(on: On) {
    let (store, _home) = on.store().await;
    send(&store, with_comment("old"), 0).await;
    let first = mailed(&store, 0).await;
    send(&store, with_comment("new"), 1).await;
    store.confirm(&first, minute(2)).await.expect("confirmed");
    mailed(&store, 10).await;
    let day = 24 * 60;
    store.expire(minute(6 * day)).await.expect("expired");
    assert_eq!(comments(&store).await, ["old", "new"]);
    store.expire(minute(8 * day)).await.expect("expired");
    assert_eq!(comments(&store).await, ["old"]);
}

async fn pressing_twice_is_pressing_once(on: On) {
    let (store, _home) = on.store().await;
    let solved = |mut form: NewSignUp| {
        form.challenge = Some(UsedChallenge {
            nonce: "n".to_owned(),
            expires_at: minute(20).timestamp(),
        });
        form
    };
    assert_eq!(send(&store, solved(with_comment("x")), 0).await, QUEUED);
    assert_eq!(send(&store, solved(with_comment("x")), 0).await, NO_MAIL);
    assert_eq!(store.stats(minute(20)).await.expect("stats").waiting, 1);
    // Something else from the same page is another form of the same person.
    assert_eq!(send(&store, solved(with_comment("y")), 1).await, QUEUED);
    let other = solved(signature("b@example.org"));
    assert_eq!(send(&store, other, 1).await, SignUpOutcome::CaptchaUsed);
}

async fn every_form_that_is_taken_is_written_down_and_charged(on: On) {
    let (store, _home) = on.store().await;
    let written = async || {
        let sql = "select max(last_form_at) as at, (select cast(sum(used) as bigint)
                from mail_budget) as used from subjects";
        let row = ask(&store, sql).await.pop().expect("a row");
        (
            row.int("at").expect("a time"),
            row.int("used").expect("a number"),
        )
    };
    for number in 0..8 {
        let mut form = signature(EMAIL);
        form.budget = MailBudget::Unproven { per_hour: 100 };
        // The last two come after the mailbox got all its mails.
        let outcome = send(&store, form, number * 7).await;
        let wanted = if number < 6 { QUEUED } else { NO_MAIL };
        assert_eq!(outcome, wanted, "{number}");
        let at = minute(number * 7).timestamp_millis();
        assert_eq!(written().await, (at, number + 1), "{number}");
    }
}

async fn a_browsers_mark_ties_no_two_forms_together_and_goes_with_the_confirmation(on: On) {
    let (store, _home) = on.store().await;
    let nonce = TokenSecret::generate();
    for email in [EMAIL, "b@example.org"] {
        let mut form = signature(email);
        form.nonce = Some(nonce.clone());
        send(&store, form, 0).await;
    }
    let hashes = async || {
        let rows = ask(&store, "select nonce_hash from attempts order by id").await;
        let hash = |row: &Row| row.maybe_blob("nonce_hash").expect("bytes");
        rows.iter().map(hash).collect::<Vec<_>>()
    };
    let stored = hashes().await;
    assert!(stored.iter().all(Option::is_some));
    assert_ne!(stored.first(), stored.last());
    for token in tokens(&store, Purpose::ConfirmSignature, 0).await {
        let peek = store.peek(token.hash(), minute(1)).await.expect("read");
        let peek = peek.expect("there");
        assert_eq!(peek.nonce_hash, Some(nonce.hash_for(&peek.attempt_id)));
        store.confirm(&token, minute(1)).await.expect("confirmed");
    }
    assert_eq!(hashes().await, [None, None]);
}
