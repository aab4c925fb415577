//! The database goes away and comes back: forms are kept meanwhile, and stored once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};

use super::QUEUED;
use crate::store::engine::{Conn, Error, Statement, values};
use crate::store::testing::{On, ask, minute, on_both, options, signature, with_newsletter};
use crate::store::writer::{Done, Write};
use crate::store::{
    JournalOptions, MailBudget, NewSignUp, Replayed, SignUpOutcome, Store, StoreError,
    StoreOptions, UsedChallenge,
};

on_both![
    a_form_that_is_kept_is_stored_once,
    a_fall_in_the_middle_of_the_replay_loses_and_doubles_nothing,
    what_was_never_whole_is_passed_over,
    what_is_damaged_is_kept_for_a_person,
    a_captchas_answer_is_good_for_one_form_and_nobody_is_told_otherwise_later,
    forms_of_one_mailbox_keep_its_limits,
];

const SHORT: Duration = Duration::from_millis(300);

fn with_journal(folder: &Path, most_bytes: u64) -> StoreOptions {
    let journal = JournalOptions {
        folder: folder.to_owned(),
        most_bytes,
    };
    journal.prepare().expect("a folder");
    StoreOptions {
        journal: Some(journal),
        patience: SHORT,
        ..options()
    }
}

/// A database, and what keeps it and the journal there.
pub(super) async fn start(on: On) -> (Store, crate::store::testing::Home, tempfile::TempDir) {
    let (_, home) = on.store().await;
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(home.address(), with_journal(folder.path(), 1 << 20)).await;
    (store.expect("open"), home, folder)
}

fn goes_down(store: &Store) {
    store.went_down(&StoreError::Down("a test says so".to_owned()));
}

async fn keep(store: &Store, form: NewSignUp) {
    let kept = store.sign_up(form, minute(0)).await;
    assert_eq!(kept.expect("kept"), SignUpOutcome::Kept);
}

pub(super) async fn comes_back(store: &Store) -> Replayed {
    store.recover().await.expect("well");
    store.replay(minute(5)).await.expect("replayed")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).expect("readable");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

pub(super) async fn waiting(store: &Store) -> u64 {
    store.stats(minute(6)).await.expect("stats").waiting
}

async fn a_form_that_is_kept_is_stored_once(on: On) {
    let (store, _home, folder) = start(on).await;
    goes_down(&store);
    for number in 0..100 {
        let form = with_newsletter(signature(&format!("s{number}@example.org")));
        keep(&store, form).await;
    }
    assert_eq!(waiting(&store).await, 0);
    let [file] = files(folder.path()).try_into().expect("one file");
    let bytes = fs::read(file).expect("readable");
    for typed in ["s1@example.org", "Anna", "site.example", "petition"] {
        let typed = typed.as_bytes();
        let shows = bytes.windows(typed.len()).any(|part| part == typed);
        assert!(!shows, "{typed:?} lies open");
    }
    let stored = Replayed {
        stored: 100,
        ..Replayed::default()
    };
    assert_eq!(comes_back(&store).await, stored);
    assert_eq!(waiting(&store).await, 100);
    assert!(
        files(folder.path()).is_empty(),
        "the file goes, with its key"
    );
    // As if it had never been away: when it was sent, in which words, with which wishes.
    let same = "select 1 as one from attempts a join subjects s on s.id = a.subject_id
        where a.form_page = 'https://site.example/p/' and a.newsletter_id = 'n' and a.lang = 'nl'
            and s.form_id = 'p' and s.kind = 'petition' and a.consent_version = '1'
            and a.created_at < s.last_mail_at";
    assert_eq!(ask(&store, same).await.len(), 100);
    let jobs = store.outbox_claim(100, minute(6)).await;
    let jobs = jobs.expect("claimed");
    assert!(
        jobs.iter()
            .any(|job| job.recipient.email.expose() == "s42@example.org")
    );
    let again = store.sign_up(signature("new@example.org"), minute(6)).await;
    assert_eq!(
        again.expect("stored"),
        QUEUED,
        "the database takes forms again"
    );
}

async fn a_fall_in_the_middle_of_the_replay_loses_and_doubles_nothing(on: On) {
    let (store, home, folder) = start(on).await;
    goes_down(&store);
    for number in 0..10 {
        keep(&store, signature(&format!("s{number}@example.org"))).await;
    }
    let [file] = files(folder.path()).try_into().expect("one file");
    let bytes = fs::read(&file).expect("readable");
    // A fall before any of it is replayed: another process finds what is left.
    drop(store);
    let whole = comes_back(&reopened(&home, folder.path()).await).await;
    assert_eq!(whole.stored, 10);
    // A fall after the last commit and before the file is gone.
    fs::write(&file, &bytes).expect("written");
    let store = reopened(&home, folder.path()).await;
    let again = comes_back(&store).await;
    assert_eq!((again.stored, again.before), (0, 10));
    // The same once the forms are settled and erased.
    store.writer.write(EraseAll).await.expect("erased");
    fs::write(&file, &bytes).expect("written");
    assert_eq!(comes_back(&store).await.before, 10);
    assert_eq!(waiting(&store).await, 0);
}

/// Another process, after a fall: it waits until the system let go of the file.
async fn reopened(home: &crate::store::testing::Home, folder: &Path) -> Store {
    let store = Store::open(home.address(), with_journal(folder, 1 << 20)).await;
    let store = store.expect("open");
    for file in files(folder) {
        for _ in 0..200 {
            let file = fs::File::open(&file).expect("there");
            if file.try_lock().is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    store
}

struct EraseAll;

static ERASE_ALL: Statement = Statement::both("delete from attempts");

impl Write for EraseAll {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        conn.run(&ERASE_ALL, values![]).await?;
        Ok(Done::of(()))
    }
}

/// Ten forms in a file that nobody writes any more.
async fn ten_kept(store: &Store, home: &crate::store::testing::Home, folder: &Path) -> PathBuf {
    let other = Store::open(home.address(), with_journal(folder, 1 << 20)).await;
    let other = other.expect("open");
    goes_down(&other);
    for number in 0..10 {
        keep(&other, signature(&format!("s{number}@example.org"))).await;
    }
    drop(other);
    let _ready = store.recover().await;
    reopened(home, folder).await;
    let [file] = files(folder).try_into().expect("one file");
    file
}

async fn what_was_never_whole_is_passed_over(on: On) {
    for tail in [&[][..], &[0; 4096][..]] {
        let (store, home, folder) = start(on).await;
        let file = ten_kept(&store, &home, folder.path()).await;
        let mut bytes = fs::read(&file).expect("readable");
        bytes.truncate(bytes.len() - if tail.is_empty() { 3 } else { 0 });
        bytes.extend_from_slice(tail);
        fs::write(&file, bytes).expect("written");
        let replayed = comes_back(&store).await;
        let whole = if tail.is_empty() { 9 } else { 10 };
        assert_eq!((replayed.stored, replayed.torn), (whole, 1));
        assert_eq!(replayed.failed, 0);
        assert!(files(folder.path()).is_empty());
    }
}

async fn what_is_damaged_is_kept_for_a_person(on: On) {
    let (store, home, folder) = start(on).await;
    let file = ten_kept(&store, &home, folder.path()).await;
    let mut bytes = fs::read(&file).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).expect("written");
    let replayed = comes_back(&store).await;
    assert_eq!((replayed.stored, replayed.failed), (9, 1));
    let [kept] = files(folder.path()).try_into().expect("one file");
    assert_eq!(kept.extension().expect("an ending"), "refused");
    assert!(!store.has_journal(), "it is not tried again");
    // A file under another secret opens nothing and is kept too.
    fs::write(folder.path().join("0.journal"), [b'x'; 300]).expect("written");
    assert_eq!(comes_back(&store).await, Replayed::default());
    assert_eq!(files(folder.path()).len(), 2);
}

fn with_challenge(email: &str) -> NewSignUp {
    NewSignUp {
        challenge: Some(UsedChallenge {
            nonce: "solved".to_owned(),
            expires_at: minute(60).timestamp(),
        }),
        ..signature(email)
    }
}

async fn a_captchas_answer_is_good_for_one_form_and_nobody_is_told_otherwise_later(on: On) {
    let (store, home, folder) = start(on).await;
    let elsewhere = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let open = async |folder: &tempfile::TempDir| {
        let store = Store::open(home.address(), with_journal(folder.path(), 1 << 20)).await;
        store.expect("open")
    };
    let (other, third) = (open(&elsewhere[0]).await, open(&elsewhere[1]).await);
    for store in [&store, &other, &third] {
        goes_down(store);
    }
    keep(&store, with_challenge("anna@example.org")).await;
    keep(&store, with_challenge("anna@example.org")).await;
    let second = store
        .sign_up(with_challenge("bert@example.org"), minute(0))
        .await;
    assert_eq!(second.expect("an answer"), SignUpOutcome::CaptchaUsed);
    // Another instance cannot know. The balancer sent Anna's form there once more, and somebody whose browser
    // gave up has mended the address: both were told that their forms are kept.
    keep(&other, with_challenge("anna@example.org")).await;
    keep(&third, with_challenge("bert@example.org")).await;
    assert_eq!(comes_back(&store).await.stored, 2);
    let again = comes_back(&other).await;
    assert_eq!((again.stored, again.unproven), (1, 0));
    assert_eq!(waiting(&store).await, 1, "the same form three times is one");
    let replayed = comes_back(&third).await;
    assert_eq!((replayed.stored, replayed.unproven), (1, 1));
    assert_eq!(waiting(&store).await, 2, "the other has its own");
    let charged = "select used from mail_budget";
    let charged = ask(&store, charged).await.pop().expect("a row");
    assert_eq!(charged.int("used").expect("a number"), 1);
    for folder in [&folder, &elsewhere[0], &elsewhere[1]] {
        assert!(files(folder.path()).is_empty());
    }
    // An instance knows its own for as long as they could be used, whichever file they lie in.
    goes_down(&store);
    let again = store.sign_up(with_challenge("carla@example.org"), minute(1));
    assert_eq!(again.await.expect("an answer"), SignUpOutcome::CaptchaUsed);
}

async fn forms_of_one_mailbox_keep_its_limits(on: On) {
    let (store, _home, _folder) = start(on).await;
    goes_down(&store);
    for _ in 0..20 {
        keep(&store, signature("anna@example.org")).await;
    }
    comes_back(&store).await;
    assert_eq!(waiting(&store).await, 2, "one now, one after the pause");
    // Forms without a captcha's answer have a budget, which is not larger meanwhile.
    goes_down(&store);
    let unproven = |email: &str| NewSignUp {
        budget: MailBudget::Unproven { per_hour: 1 },
        ..signature(email)
    };
    keep(&store, unproven("bert@example.org")).await;
    let second = store
        .sign_up(unproven("carla@example.org"), minute(0))
        .await;
    assert_eq!(second.expect("an answer"), SignUpOutcome::MailBudgetSpent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_journal_takes_no_more_and_says_so() {
    let (_, home) = On::Sqlite.store().await;
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(home.address(), with_journal(folder.path(), 4096)).await;
    let store = store.expect("open");
    goes_down(&store);
    let mut kept = 0;
    let fault = loop {
        let form = signature(&format!("s{kept}@example.org"));
        match store.sign_up(form, minute(0)).await {
            Ok(SignUpOutcome::Kept) => kept += 1,
            other => break other.expect_err("not kept"),
        }
    };
    assert!(matches!(fault, StoreError::Journal(_)), "{fault}");
    assert!(kept > 1, "{kept}");
    assert_eq!(comes_back(&store).await.stored, kept);
    goes_down(&store);
    keep(&store, signature("new@example.org")).await;
}

/// Nothing answers: neither an error nor a result.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_is_not_waited_for() {
    let (store, home, folder) = start(On::Sqlite).await;
    let url = format!("sqlite://{}", home.address());
    let mut other = SqliteConnection::connect(&url).await.expect("opened");
    let hold = sqlx::query("begin immediate");
    hold.execute(&mut other).await.expect("locked");
    keep(&store, signature("anna@example.org")).await;
    assert!(store.is_down());
    keep(&store, signature("bert@example.org")).await;
    other.close().await.expect("closed");
    // The first is stored by now, or will be: its write still waited for the lock.
    let replayed = comes_back(&store).await;
    assert_eq!(replayed.stored + replayed.before, 2, "{replayed:?}");
    assert_eq!(waiting(&store).await, 2);
    assert!(files(folder.path()).is_empty());
}
