//! Who is named, from when on and until when.

use chrono::{DateTime, Utc};

use super::end_of_batch;
use crate::domain::{Private, Purpose, TokenSecret};
use crate::store::testing::{On, ask, minute, on_both, signature, tokens};
use crate::store::{NewSignUp, Store};

on_both![
    a_name_is_shown_once_it_is_confirmed_and_its_batch_is_full,
    who_did_not_ask_is_not_shown,
    a_withdrawn_name_is_gone,
    a_correction_takes_the_name_along_or_away,
    the_newest_twenty_are_shown_in_no_order_of_time,
];

fn named(email: &str, name: &str) -> NewSignUp {
    NewSignUp {
        public_name: Some(Private::new(name.to_owned())),
        ..signature(email)
    }
}

async fn mailed(store: &Store, form: NewSignUp, at: i64) -> TokenSecret {
    store.sign_up(form, minute(at)).await.expect("stored");
    let tokens = tokens(store, Purpose::ConfirmSignature, at).await;
    tokens.into_iter().next().expect("a mail")
}

async fn confirm(store: &Store, token: &TokenSecret, at: i64) {
    store.confirm(token, minute(at)).await.expect("confirmed");
}

async fn names(store: &Store, now: DateTime<Utc>) -> Vec<String> {
    let signers = store.recent_signers("p", now).await.expect("read");
    signers.into_iter().map(|one| one.name).collect()
}

async fn a_name_is_shown_once_it_is_confirmed_and_its_batch_is_full(on: On) {
    let (store, _home) = on.store().await;
    let mut form = named("a@example.org", "Anna V.");
    let country = Private::new("BE".to_owned());
    form.fields.insert("country".to_owned(), country);
    let token = mailed(&store, form, 0).await;
    assert!(names(&store, minute(60)).await.is_empty(), "not confirmed");
    confirm(&store, &token, 61).await;
    confirm(&store, &token, 62).await;
    assert!(names(&store, minute(74)).await.is_empty(), "not yet");
    let signers = store.recent_signers("p", minute(75)).await.expect("read");
    assert_eq!(signers.len(), 1);
    assert_eq!(signers[0].name, "Anna V.");
    assert_eq!(signers[0].country.as_deref(), Some("BE"));
    assert_eq!(signers[0].day.to_string(), "2026-11-24");
    let elsewhere = store.recent_signers("q", minute(75)).await.expect("read");
    assert!(elsewhere.is_empty());
}

async fn who_did_not_ask_is_not_shown(on: On) {
    let (store, _home) = on.store().await;
    let token = mailed(&store, signature("a@example.org"), 0).await;
    confirm(&store, &token, 1).await;
    assert!(names(&store, minute(60)).await.is_empty());
    let rows = ask(&store, "select name from public_signers").await;
    assert!(rows.is_empty());
}

async fn a_withdrawn_name_is_gone(on: On) {
    let (store, _home) = on.store().await;
    let token = mailed(&store, named("a@example.org", "Anna V."), 0).await;
    confirm(&store, &token, 1).await;
    assert_eq!(names(&store, minute(60)).await, ["Anna V."]);
    store
        .sign_up(signature("a@example.org"), minute(61))
        .await
        .expect("answered");
    let leave = tokens(&store, Purpose::Withdraw, 61).await;
    let leave = leave.first().expect("a mail that says `already`");
    store
        .withdraw(leave.hash(), minute(62))
        .await
        .expect("withdrawn");
    assert!(names(&store, minute(63)).await.is_empty());
    let rows = ask(&store, "select name from public_signers").await;
    assert!(rows.is_empty());
}

async fn a_correction_takes_the_name_along_or_away(on: On) {
    let (store, _home) = on.store().await;
    let first = mailed(&store, named("a@example.org", "Ana V."), 0).await;
    store
        .sign_up(named("a@example.org", "Anna V."), minute(1))
        .await
        .expect("stored");
    confirm(&store, &first, 2).await;
    assert_eq!(names(&store, minute(60)).await, ["Ana V."]);
    // What says the same but for the name is no correction: the name comes of the fields.
    let mut other = named("a@example.org", "Anna W.");
    let last = Private::new("W".to_owned());
    other.fields.insert("last_name".to_owned(), last);
    let (store, _home) = on.store().await;
    let first = mailed(&store, named("a@example.org", "Anna V."), 0).await;
    store.sign_up(other, minute(1)).await.expect("stored");
    confirm(&store, &first, 2).await;
    let second = tokens(&store, Purpose::ConfirmSignature, 10).await;
    confirm(&store, second.first().expect("a mail"), 11).await;
    assert_eq!(names(&store, minute(60)).await, ["Anna W."]);
    let (store, _home) = on.store().await;
    let first = mailed(&store, named("a@example.org", "Anna V."), 0).await;
    store
        .sign_up(signature("a@example.org"), minute(1))
        .await
        .expect("stored");
    confirm(&store, &first, 2).await;
    let second = tokens(&store, Purpose::ConfirmSignature, 10).await;
    confirm(&store, second.first().expect("a mail"), 11).await;
    assert!(
        names(&store, minute(60)).await.is_empty(),
        "no longer wanted"
    );
}

async fn the_newest_twenty_are_shown_in_no_order_of_time(on: On) {
    let (store, _home) = on.store().await;
    let mut in_order = Vec::new();
    for number in 0..25 {
        let name = format!("N{number:02}");
        let form = named(&format!("s{number}@example.org"), &name);
        let token = mailed(&store, form, 0).await;
        // The first five belong to an earlier batch.
        confirm(&store, &token, if number < 5 { 1 } else { 20 }).await;
        in_order.push(name);
    }
    let shown = names(&store, minute(60)).await;
    let newest: Vec<String> = in_order.drain(5..).collect();
    let mut sorted = shown.clone();
    sorted.sort();
    assert_eq!(sorted, newest);
    // One chance in 20! that they stand in the order of time all the same.
    assert_ne!(shown, newest);
    assert_eq!(names(&store, minute(60)).await, shown, "twice the same");
    assert_eq!(names(&store, minute(16)).await.len(), 5);
}

#[test]
fn batches_end_on_the_clock() {
    const QUARTER: i64 = 15 * 60 * 1000;
    assert_eq!(end_of_batch(0, QUARTER), QUARTER);
    assert_eq!(end_of_batch(QUARTER - 1, QUARTER), QUARTER);
    assert_eq!(end_of_batch(QUARTER, QUARTER), 2 * QUARTER);
    assert_eq!(end_of_batch(5, 0), 5, "at once");
}
