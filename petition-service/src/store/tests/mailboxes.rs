//! One mailbox on many forms: what it gets at once, within an hour and within a day, and who can still sign.

use tokio::task::JoinSet;

use super::{NO_MAIL, QUEUED, one};
use crate::domain::{Keys, Purpose, TokenSecret};
use crate::store::testing::{On, ask, minute, on_both, signature, subscription, tokens};
use crate::store::{ConfirmOutcome, NewSignUp, OutboxKind, SignUpOutcome, Store};

on_both![
    a_mailbox_gets_so_many_mails_over_all_forms_and_no_more,
    who_goes_on_attacking_does_not_keep_the_mailboxs_owner_out,
    forms_without_a_mail_use_nothing_up,
    asking_once_more_counts_and_so_does_a_reminder,
    a_clock_that_was_ahead_keeps_nobody_waiting,
    what_says_nothing_any_more_is_forgotten,
];

const EMAIL: &str = "a@example.org";

/// In minutes.
const DAY: i64 = 24 * 60;

/// A form for the mailbox, however it is spelt, on one of many petitions and newsletters.
fn on_form(number: i64) -> NewSignUp {
    let id = format!("f{number}");
    let email = if number % 2 == 0 {
        EMAIL
    } else {
        "A@Example.ORG"
    };
    let form = if number % 3 == 0 {
        subscription(email)
    } else {
        signature(email)
    };
    NewSignUp {
        dedupe_key: Keys::new(b"secret").dedupe_key(&id, EMAIL),
        form_id: id,
        nonce: Some(TokenSecret::generate()),
        ..form
    }
}

async fn send(store: &Store, form: NewSignUp, at: i64) -> SignUpOutcome {
    store.sign_up(form, minute(at)).await.expect("answered")
}

/// At which minutes the mails leave that ask to confirm, up to one.
async fn leave(store: &Store, until: i64) -> Vec<i64> {
    let rows = ask(store, "select not_before from outbox order by not_before").await;
    let minutes = rows.iter().map(|row| {
        let at = row.int("not_before").expect("a time");
        (at - minute(0).timestamp_millis()) / 60_000
    });
    minutes.filter(|at| *at < until).collect()
}

async fn a_mailbox_gets_so_many_mails_over_all_forms_and_no_more(on: On) {
    let (store, _home) = on.store().await;
    // All at once, as an attacker sends them: in few transactions, some of them side by side.
    let mut sending = JoinSet::new();
    for number in 0..60 {
        let store = store.clone();
        sending.spawn(async move { send(&store, on_form(number), 0).await });
    }
    let mut queued = 0;
    while let Some(outcome) = sending.join_next().await {
        queued += i32::from(outcome.expect("a task") == QUEUED);
    }
    let mails = leave(&store, i64::MAX).await;
    assert_eq!(
        queued, 20,
        "what would wait for more than a day is left out"
    );
    assert_eq!(mails.len(), 20);
    assert_eq!(mails.get(..6), Some([0, 0, 0, 0, 20, 40].as_slice()));
    for (hours, most) in [(1, 6), (24, 20)] {
        for start in &mails {
            let within = |at: &&i64| (*start..*start + hours * 60).contains(at);
            let number = mails.iter().filter(within).count();
            assert!(number <= most, "{number} within {hours} hours: {mails:?}");
        }
    }
    // Another mailbox does not notice.
    assert_eq!(send(&store, signature("b@example.org"), 0).await, QUEUED);
    assert_eq!(leave(&store, 1).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_one_budget_over_all_instances() {
    let (one, home) = On::Postgres.store().await;
    let other = home.open().await;
    let mut sending = JoinSet::new();
    for number in 0..100 {
        let store = if number % 2 == 0 { &one } else { &other }.clone();
        sending.spawn(async move { send(&store, on_form(number), 0).await });
    }
    while let Some(outcome) = sending.join_next().await {
        outcome.expect("a task");
    }
    // The first of each instance may be one that none of them counts.
    let counts = (
        leave(&one, 1).await.len(),
        leave(&one, i64::MAX).await.len(),
    );
    assert!(
        counts == (4, 20) || counts == (5, 21),
        "at once, and in all: {counts:?}"
    );
}

async fn who_goes_on_attacking_does_not_keep_the_mailboxs_owner_out(on: On) {
    let (store, _home) = on.store().await;
    for number in 0..200 {
        send(&store, on_form(number), 0).await;
    }
    // The attack goes on for a day; what is refused takes nothing away.
    for minutes in (30..DAY).step_by(30) {
        send(&store, on_form(200 + minutes), minutes).await;
    }
    let own = send(&store, on_form(9_999), DAY + 60).await;
    assert_eq!(own, QUEUED, "it waits its turn");
    let last = leave(&store, i64::MAX).await.pop().expect("a mail");
    assert!(last <= DAY + 60 + DAY, "{last}");
    // Two days after its end all is as before.
    let calm = 3 * DAY;
    for number in 0..4 {
        assert_eq!(send(&store, on_form(20_000 + number), calm).await, QUEUED);
    }
    let now = leave(&store, i64::MAX).await;
    assert_eq!(now.iter().filter(|at| **at == calm).count(), 4, "{now:?}");
}

async fn forms_without_a_mail_use_nothing_up(on: On) {
    let (store, _home) = on.store().await;
    send(&store, signature(EMAIL), 0).await;
    let first = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    store.confirm(&first, minute(1)).await.expect("confirmed");
    assert_eq!(
        send(&store, signature(EMAIL), 2).await,
        QUEUED,
        "told so, once a day"
    );
    for _ in 0..50 {
        assert_eq!(send(&store, signature(EMAIL), 3).await, NO_MAIL);
    }
    let (three, four) = (on_form(1), on_form(2));
    assert_eq!(send(&store, three, 3).await, QUEUED);
    assert_eq!(send(&store, four, 3).await, QUEUED);
    assert_eq!(leave(&store, i64::MAX).await, [0, 2, 3, 3]);
    send(&store, on_form(3), 4).await;
    // From the second mail on, for which the first was charged.
    assert_eq!(leave(&store, i64::MAX).await, [0, 2, 3, 3, 22]);
}

async fn asking_once_more_counts_and_so_does_a_reminder(on: On) {
    let (store, _home) = on.store().await;
    let waiting = TokenSecret::generate();
    let form = NewSignUp {
        wait: Some(waiting.clone()),
        ..signature(EMAIL)
    };
    send(&store, form, 0).await;
    tokens(&store, Purpose::ConfirmSignature, 0).await;
    for number in 1..4 {
        send(&store, on_form(number), 0).await;
    }
    assert!(
        store
            .resend(Some(&waiting), minute(15))
            .await
            .expect("answered")
    );
    // Not after the pause of its own form only: four were sent, the fifth is due after twenty minutes.
    assert_eq!(leave(&store, i64::MAX).await, [0, 0, 0, 0, 20]);

    let jobs = store.outbox_claim(10, minute(15)).await.expect("claimed");
    let mut reminder = jobs.into_iter().next().expect("a mail");
    reminder.kind = OutboxKind::RemindPetition;
    let has_room = async |at| {
        store
            .has_room(&reminder, minute(at))
            .await
            .expect("answered")
    };
    assert!(!has_room(15).await, "it does not wait, it is dropped");
    assert!(!has_room(15).await);
    assert!(has_room(DAY).await);
}

async fn a_clock_that_was_ahead_keeps_nobody_waiting(on: On) {
    let (store, _home) = on.store().await;
    let ahead = 5 * 365 * DAY;
    for number in 0..8 {
        send(&store, on_form(number), ahead).await;
    }
    // Nobody noticed when it was put right.
    for number in 10..14 {
        assert_eq!(send(&store, on_form(number), 0).await, QUEUED);
    }
    assert_eq!(leave(&store, DAY).await, [0, 0, 0, 0]);
    // Somebody did.
    let by = chrono::TimeDelta::hours(7);
    for number in 20..24 {
        send(&store, on_form(number), DAY + 7 * 60).await;
    }
    store.set_back(minute(DAY), by).await.expect("set back");
    assert_eq!(send(&store, on_form(24), DAY + 21).await, QUEUED);
    let own = leave(&store, 2 * DAY).await.pop().expect("a mail");
    assert_eq!(own, DAY + 21);
}

async fn what_says_nothing_any_more_is_forgotten(on: On) {
    let (store, _home) = on.store().await;
    let known = async || {
        let rows = ask(&store, "select count(*) as n from mailboxes").await;
        rows.first().expect("a row").int("n").expect("a number")
    };
    for number in 0..100 {
        send(&store, signature(&format!("s{number}@example.org")), 0).await;
    }
    assert_eq!(known().await, 0, "a first mail says nothing");
    for number in 0..100 {
        send(&store, subscription(&format!("s{number}@example.org")), 0).await;
    }
    send(&store, signature("late@example.org"), 200).await;
    send(&store, subscription("late@example.org"), 200).await;
    assert_eq!(known().await, 101);
    store.expire(minute(100)).await.expect("expired");
    assert_eq!(known().await, 101, "the day's budget is not whole yet");
    store.expire(minute(412)).await.expect("expired");
    assert_eq!(known().await, 1);
    store.expire(minute(620)).await.expect("expired");
    assert_eq!(known().await, 0);
    let link = one(tokens(&store, Purpose::ConfirmSignature, 200)
        .await
        .drain(..1)
        .collect());
    let confirmed = store.confirm(&link, minute(621)).await.expect("answered");
    assert!(matches!(confirmed, ConfirmOutcome::Confirmed(_)));
}
