//! The clock is set by hours, forward and back, while the service is at work.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{app, config, until};
use crate::app::clock_watch::ClockWatch;
use crate::app::{App, Keyring};
use crate::domain::clock::Hands;
use crate::domain::{Clock, Keys};
use crate::mail::MailError;
use crate::mail::memory::MemoryMailer;
use crate::store::testing::{On, options, signature};
use crate::store::{Sealed, Store, Vault};
use crate::usecases::Left;
use tokio_util::sync::CancellationToken;

const HOUR: Duration = Duration::from_secs(3600);
const FIVE_HOURS: TimeDelta = TimeDelta::hours(5);

fn clock() -> (Clock, Hands) {
    let (clock, hands) = Clock::by_hand();
    hands.set(TimeDelta::days(20_000));
    (clock, hands)
}

fn keyring(folder: &Path, clock: &Clock) -> Keyring {
    let public = config(folder).sealing;
    Keyring::new(public, &Keys::new(b"secret"), clock.clone())
}

/// A recipient sealed for a mail that is not stored yet.
fn seal(keyring: &Keyring) -> (Uuid, Sealed) {
    let mail = Uuid::now_v7();
    let sealed = keyring.seal_recipient(mail, b"anna@example.org");
    (mail, sealed.expect("sealed"))
}

fn opens(keyring: &Keyring, (mail, sealed): &(Uuid, Sealed)) -> bool {
    keyring.open_recipient(*mail, sealed).is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_goes_by_a_jump_while_a_form_may_still_come_under_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path().join("data.sqlite"), options()).await;
    let store = store.expect("open");
    let (clock, hands) = clock();
    let keyring = keyring(folder.path(), &clock);
    keyring.begin(&store).await.expect("begun");
    let turn = async || keyring.turn(&store).await.expect("turned");
    // Forms that are on their way into the database while the clock jumps.
    let before = seal(&keyring);
    hands.set(FIVE_HOURS);
    turn().await;
    let meanwhile = seal(&keyring);
    hands.set(-FIVE_HOURS);
    turn().await;
    let after = seal(&keyring);
    for sealed in [&before, &meanwhile, &after] {
        assert!(opens(&keyring, sealed));
    }
    let keys = async || store.hot_keys().await.expect("read").len();
    assert_eq!(
        keys().await,
        3,
        "each jump changes the key and destroys none"
    );
    hands.pass(2 * HOUR);
    turn().await;
    assert_eq!(keys().await, 1, "they go when their time has passed");
    assert!(!opens(&keyring, &before) && !opens(&keyring, &meanwhile));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_whose_clock_is_ahead_destroys_nobodys_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, home) = On::Postgres.store().await;
    let elsewhere = home.open().await;
    let (right, hands) = clock();
    let (ahead, ahead_hands) = clock();
    ahead_hands.set(FIVE_HOURS);
    let one = keyring(folder.path(), &right);
    let other = keyring(folder.path(), &ahead);
    one.begin(&store).await.expect("begun");
    other.begin(&elsewhere).await.expect("begun");
    for _ in 0..3 {
        other.turn(&elsewhere).await.expect("turned");
        let sealed = seal(&one);
        one.turn(&store).await.expect("turned");
        assert!(opens(&one, &sealed));
        hands.pass(HOUR / 4);
        ahead_hands.pass(HOUR / 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_seemed_to_have_ended_works_when_the_clock_is_right_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (clock, hands) = clock();
    let mailer = Arc::new(MemoryMailer::new());
    let app = App::open_with(config(folder.path()), mailer.clone(), None, clock.clone()).await;
    let app = app.expect("open");
    let watch = ClockWatch::new(&app.service);
    let mut form = signature("anna@example.org");
    form.form_id = "safe-online".to_owned();
    let store = &app.service.store;
    store.sign_up(form, clock.now()).await.expect("stored");
    let stop = CancellationToken::new();
    let mut tasks = app.spawn_background(&stop);
    until("the mail", async || mailer.mails().len() == 1).await;
    let mail = mailer.mails().pop().expect("the mail");
    let (_, after) = mail.text.split_once("/confirm/").expect("a link");
    let token = after.split_whitespace().next().expect("a token");

    assert!(watch.may_erase(&app.service).await);
    hands.set(TimeDelta::days(9));
    assert!(
        !watch.may_erase(&app.service).await,
        "who knows for how long"
    );
    let left = app.service.confirm(token, None).await;
    assert!(matches!(left, Ok(Left::Expired(_))), "{left:?}");
    hands.set(TimeDelta::days(-9));
    assert!(!watch.may_erase(&app.service).await);
    let left = app.service.confirm(token, None).await;
    assert!(matches!(left, Ok(Left::Done(_))), "{left:?}");
    hands.pass(HOUR);
    assert!(watch.may_erase(&app.service).await, "as ever");
    stop.cancel();
    while tasks.join_next().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_of_the_time_that_was_wrong_does_not_wait_until_it_comes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (clock, hands) = clock();
    let mailer = Arc::new(MemoryMailer::new());
    let app = App::open_with(config(folder.path()), mailer.clone(), None, clock.clone()).await;
    let app = app.expect("open");
    let stop = CancellationToken::new();
    let mut tasks = app.spawn_background(&stop);
    // Besides the service's own, which looks every second.
    let watch = ClockWatch::new(&app.service);
    hands.set(FIVE_HOURS);
    watch.look(&app.service).await;
    // It fails, and rests for twenty seconds of a time that is hours away soon.
    mailer.fail_next(MailError::Transient("busy".to_owned()));
    let mut form = signature("anna@example.org");
    form.form_id = "safe-online".to_owned();
    let store = &app.service.store;
    store.sign_up(form, clock.now()).await.expect("stored");
    until("the first try", async || {
        let rows = crate::store::testing::outbox(store).await;
        rows.iter().any(|row| row.tries == 1)
    })
    .await;
    hands.set(-FIVE_HOURS);
    watch.look(&app.service).await;
    hands.pass(Duration::from_secs(30));
    until("the mail", async || mailer.mails().len() == 1).await;
    stop.cancel();
    while tasks.join_next().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_whose_clock_is_not_its_databases_erases_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, home) = On::Postgres.store().await;
    let system = Clock::system();
    let ahead = Clock::new(move || system.now() + TimeDelta::hours(5));
    for (clock, may) in [(Clock::system(), true), (ahead, false)] {
        let mut config = config(folder.path());
        config.database = home.address();
        let app = App::open_with(config, Arc::new(MemoryMailer::new()), None, clock).await;
        let app = app.expect("open");
        let watch = ClockWatch::new(&app.service);
        assert_eq!(watch.may_erase(&app.service).await, may);
    }
    // A file is this machine's own.
    let app = app(folder.path(), clock().0).await.expect("open");
    assert!(ClockWatch::new(&app.service).may_erase(&app.service).await);
}
