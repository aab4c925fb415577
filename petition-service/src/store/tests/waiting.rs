//! The browser that waits: what it is told, the code it types, the mail once more, and the reminder.

use std::time::Duration;

use crate::domain::{Code, Private, Purpose, TokenSecret};
use crate::store::testing::{On, ask, minute, on_both, signature, subscription, tokens};
use crate::store::{NewSignUp, OutboxKind, Store, StoreOptions, Waiting};

on_both![
    a_browser_is_told_of_its_own_form_only,
    a_code_confirms_in_the_browser_that_waits,
    a_name_to_be_shown_comes_with_a_code_too,
    after_five_tries_only_the_link_confirms,
    who_sends_forms_to_try_codes_gets_five_and_twenty_tries,
    a_mail_is_sent_again_within_pause_and_cap,
    a_form_of_another_browser_takes_no_place,
    a_signer_is_reminded_once_and_a_reader_never,
    how_it_was_confirmed_is_written_down,
];

const EMAIL: &str = "a@example.org";

/// The only one.
fn one<T>(all: Vec<T>) -> T {
    assert_eq!(all.len(), 1);
    all.into_iter().next().expect("one")
}

/// The form as a browser sends it that waits with this token.
fn from(browser: &TokenSecret, mut form: NewSignUp) -> NewSignUp {
    form.wait = Some(browser.clone());
    form
}

async fn send(store: &Store, form: NewSignUp, at: i64) {
    store.sign_up(form, minute(at)).await.expect("taken");
}

/// The code of the only attempt that has one.
async fn code(store: &Store) -> Code {
    let rows = ask(store, "select attempt_id from codes").await;
    store.code_for(one(rows).id("attempt_id").expect("an id"))
}

async fn types(store: &Store, wait: &TokenSecret, code: &Code, at: i64) -> bool {
    let typed = store.confirm_by_code(Some(wait), Some(code.clone()), minute(at));
    typed.await.expect("answered").is_some()
}

async fn is_told(store: &Store, wait: &TokenSecret) -> bool {
    let told = store.waiting(wait.hash()).await.expect("read");
    matches!(told, Waiting::Confirmed(about) if about.lang == "nl")
}

async fn text(store: &Store, sql: &'static str) -> Option<String> {
    one(ask(store, sql).await).maybe_text("it").expect("text")
}

async fn a_browser_is_told_of_its_own_form_only(on: On) {
    let (store, _home) = on.store().await;
    let [own, other, stranger] = [(); 3].map(|()| TokenSecret::generate());
    send(&store, from(&own, signature(EMAIL)), 0).await;
    assert!(!is_told(&store, &own).await);
    let link = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    store.confirm(&link, minute(1)).await.expect("confirmed");
    assert!(is_told(&store, &own).await);
    // For a mailbox that has signed, forms are dropped: their browsers wait for ever.
    send(&store, from(&other, signature(EMAIL)), 2).await;
    assert!(!is_told(&store, &other).await && !is_told(&store, &stranger).await);
    let withdraw = tokens(&store, Purpose::Withdraw, 3).await;
    let withdraw = one(withdraw);
    store
        .withdraw(withdraw.hash(), minute(4))
        .await
        .expect("withdrawn");
    assert!(!is_told(&store, &own).await);
}

async fn a_code_confirms_in_the_browser_that_waits(on: On) {
    let (store, _home) = on.store().await;
    let [own, other] = [(); 2].map(|()| TokenSecret::generate());
    send(&store, from(&own, subscription(EMAIL)), 0).await;
    tokens(&store, Purpose::ConfirmSubscription, 0).await;
    let code = code(&store).await;
    assert!(!types(&store, &other, &code, 1).await, "another browser's");
    assert!(types(&store, &own, &code, 1).await);
    assert!(types(&store, &own, &code, 1).await, "twice is once");
    let how = text(&store, "select confirmed_how as it from attempts").await;
    assert_eq!(how.as_deref(), Some("code"));
    let welcome = store.outbox_claim(9, minute(2));
    let welcome = one(welcome.await.expect("claimed"));
    assert_eq!(welcome.kind, OutboxKind::WelcomeNewsletter);
    assert_eq!(welcome.recipient.email.expose(), EMAIL);
}

async fn a_name_to_be_shown_comes_with_a_code_too(on: On) {
    let (store, _home) = on.store().await;
    let own = TokenSecret::generate();
    let named = NewSignUp {
        public_name: Some(Private::new("Zoë V.".to_owned())),
        ..signature(EMAIL)
    };
    send(&store, from(&own, named), 0).await;
    tokens(&store, Purpose::ConfirmSignature, 0).await;
    let code = code(&store).await;
    assert!(types(&store, &own, &code, 1).await);
    let shown = text(&store, "select name as it from public_signers").await;
    assert_eq!(shown.as_deref(), Some("Zoë V."));
}

async fn who_sends_forms_to_try_codes_gets_five_and_twenty_tries(on: On) {
    let (store, _home) = on.store().await;
    let mut browsers = Vec::new();
    // As many forms as the attacker likes, each from another browser, each with all its tries.
    for number in 0..40 {
        let browser = TokenSecret::generate();
        let form = NewSignUp {
            nonce: Some(TokenSecret::generate()),
            ..signature(EMAIL)
        };
        send(&store, from(&browser, form), number * 11).await;
        tokens(&store, Purpose::ConfirmSignature, number * 11).await;
        browsers.push(browser);
    }
    let guess = Code::parse("123456").expect("a code");
    for browser in &browsers {
        for _ in 0..10 {
            types(&store, browser, &guess, 450).await;
        }
    }
    let rows = ask(
        &store,
        "select count(*) as n, min(tries) as least from codes",
    )
    .await;
    let row = rows.first().expect("a row");
    assert_eq!(row.int("n").expect("a number"), 5, "one for each mail");
    assert!(row.int("least").expect("a number") > 5, "all are spent");
}

async fn after_five_tries_only_the_link_confirms(on: On) {
    let (store, _home) = on.store().await;
    let own = TokenSecret::generate();
    send(&store, from(&own, signature(EMAIL)), 0).await;
    let link = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    let code = code(&store).await;
    let digit = if code.expose().starts_with('0') {
        "1"
    } else {
        "0"
    };
    let rest = code.expose().get(1..).expect("digits");
    let wrong = Code::parse(&format!("{digit}{rest}")).expect("a code");
    for _ in 0..5 {
        assert!(!types(&store, &own, &wrong, 1).await);
    }
    assert!(!types(&store, &own, &code, 1).await, "the tries are spent");
    // A second mail brings no new tries.
    store
        .resend(Some(&own), minute(10))
        .await
        .expect("answered");
    tokens(&store, Purpose::ConfirmSignature, 10).await;
    assert!(!types(&store, &own, &code, 11).await);
    store.confirm(&link, minute(11)).await.expect("confirmed");
    assert!(is_told(&store, &own).await);
}

async fn a_mail_is_sent_again_within_pause_and_cap(on: On) {
    let (store, _home) = on.store().await;
    let [own, other] = [(); 2].map(|()| TokenSecret::generate());
    send(&store, from(&own, signature(EMAIL)), 0).await;
    let resend = async |wait: &TokenSecret, at| {
        let again = store.resend(Some(wait), minute(at)).await;
        again.expect("answered")
    };
    assert!(!resend(&own, 0).await, "the first still waits");
    let first = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
    assert!(resend(&own, 1).await);
    assert!(!resend(&own, 2).await, "one is under way");
    assert!(!resend(&other, 2).await);
    assert!(
        tokens(&store, Purpose::ConfirmSignature, 9)
            .await
            .is_empty()
    );
    for at in [10, 20, 30, 40] {
        assert_eq!(tokens(&store, Purpose::ConfirmSignature, at).await.len(), 1);
        assert_eq!(resend(&own, at + 1).await, at < 40, "five mails in all");
    }
    // The holder of an old link may ask as well; all that is confirmed is over.
    store.confirm(&first, minute(50)).await.expect("confirmed");
    assert!(!resend(&first, 60).await && !resend(&own, 60).await);
}

async fn a_form_of_another_browser_takes_no_place(on: On) {
    let (store, _home) = on.store().await;
    let [own, stranger] = [(); 2].map(|()| TokenSecret::generate());
    let by = |nonce: &TokenSecret, comment: &str| {
        let mut form = signature(EMAIL);
        form.nonce = Some(nonce.clone());
        let comment = Private::new(comment.to_owned());
        form.fields.insert("comment".to_owned(), comment);
        form
    };
    send(&store, by(&stranger, "0"), 0).await;
    tokens(&store, Purpose::ConfirmSignature, 0).await;
    send(&store, by(&own, "1"), 1).await;
    send(&store, by(&stranger, "2"), 2).await;
    send(&store, by(&own, "3"), 3).await;
    let waiting = ask(
        &store,
        "select a.sealed, o.not_before from outbox o
        join attempts a on a.id = o.attempt_id where o.state = 'waiting' order by o.not_before",
    );
    let waiting: Vec<_> = waiting
        .await
        .iter()
        .map(|row| {
            let sealed = String::from_utf8(row.blob("sealed").expect("bytes")).expect("text");
            let comment = sealed
                .chars()
                .filter(char::is_ascii_digit)
                .collect::<String>();
            (comment, row.int("not_before").expect("a time"))
        })
        .collect();
    let at = |minutes| minute(minutes).timestamp_millis();
    // One's own newer form stands in the older one's place, the stranger's behind it.
    assert_eq!(
        waiting,
        [("3".to_owned(), at(10)), ("2".to_owned(), at(20))]
    );
}

async fn a_signer_is_reminded_once_and_a_reader_never(on: On) {
    let (store, home) = on.store().await;
    drop(store);
    let options = StoreOptions {
        reminder_after: Some(Duration::from_secs(3600)),
        ..crate::store::testing::options()
    };
    let store = Store::open(home.address(), options).await.expect("open");
    let leave = async |at| {
        let jobs = store.outbox_claim(9, minute(at)).await.expect("claimed");
        for job in &jobs {
            store
                .outbox_sent_asking(job, minute(at))
                .await
                .expect("sent");
        }
        jobs.into_iter()
            .map(|job| (job.kind, job.recipient.email.into_inner()))
            .collect::<Vec<_>>()
    };
    let own = TokenSecret::generate();
    send(&store, from(&own, signature(EMAIL)), 0).await;
    send(&store, subscription("reader@example.org"), 0).await;
    send(&store, signature("b@example.org"), 0).await;
    let link = tokens_of(&store, 0).await;
    assert_eq!(
        store.stats(minute(1)).await.expect("stats").waiting,
        0,
        "no delay"
    );
    assert!(leave(59).await.is_empty());
    // Who asks for the mail again is reminded later, and who has confirmed not at all.
    assert!(
        store
            .resend(Some(&own), minute(30))
            .await
            .expect("answered")
    );
    assert_eq!(leave(30).await.len(), 1);
    let confirmed = store.confirm(&link, minute(40)).await;
    confirmed.expect("confirmed");
    assert!(leave(60).await.is_empty());
    let reminded = [(OutboxKind::RemindPetition, EMAIL.to_owned())];
    assert_eq!(leave(90).await, reminded);
    assert!(leave(24 * 60).await.is_empty(), "once");
    let mails = ask(
        &store,
        "select mails as it from subjects where reminded_at is not null
        and state = 'pending'",
    )
    .await;
    assert_eq!(
        one(mails).int("it").expect("a number"),
        3,
        "it counts as a mail"
    );
}

/// Sends what is due as the worker does, with a link for `b@example.org`.
async fn tokens_of(store: &Store, at: i64) -> TokenSecret {
    let jobs = store.outbox_claim(9, minute(at));
    let mut link = None;
    for job in jobs.await.expect("claimed") {
        let token = TokenSecret::generate();
        if job.recipient.email.expose() == "b@example.org" {
            link = Some(token.clone());
        }
        let new = crate::store::NewToken {
            token,
            recipient: Some(job.recipient.clone()),
            attempt_id: job.attempt_id,
            purpose: Purpose::ConfirmSignature,
            expires_at: minute(at + 9_000),
        };
        store
            .store_tokens(vec![new], minute(at))
            .await
            .expect("stored");
        store
            .outbox_sent_asking(&job, minute(at))
            .await
            .expect("sent");
    }
    link.expect("a link")
}

async fn how_it_was_confirmed_is_written_down(on: On) {
    let (store, _home) = on.store().await;
    let nonce = TokenSecret::generate();
    for (email, same, how) in [
        (EMAIL, true, "same_browser"),
        ("b@example.org", false, "link"),
    ] {
        let mut form = signature(email);
        form.nonce = Some(nonce.clone());
        send(&store, form, 0).await;
        let link = one(tokens(&store, Purpose::ConfirmSignature, 0).await);
        let browser = if same {
            nonce.clone()
        } else {
            TokenSecret::generate()
        };
        store
            .confirm_in(&link, Some(&browser), minute(1))
            .await
            .expect("confirmed");
        let sql = "select confirmed_how as it from attempts order by id desc limit 1";
        assert_eq!(text(&store, sql).await.as_deref(), Some(how));
    }
}
