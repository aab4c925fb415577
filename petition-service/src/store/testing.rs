//! A database for tests, a time of one's own, and forms to put in.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

mod open_vault;
mod postgres;

pub(crate) use open_vault::OpenVault;

use super::engine::{Row, Statement};
use super::{
    Address, Consent, MailBudget, NewSignUp, NewToken, NewsletterIntent, Store, StoreOptions,
    SubjectKind,
};
use crate::domain::{Keys, Private, Purpose, TokenSecret};

/// All forms come from one browser.
static BROWSER: LazyLock<TokenSecret> = LazyLock::new(TokenSecret::generate);

/// A moment, so many minutes after the first one.
pub(crate) fn minute(minutes: i64) -> DateTime<Utc> {
    let start = Utc.with_ymd_and_hms(2026, 11, 24, 12, 0, 0);
    start.single().expect("a moment") + TimeDelta::minutes(minutes)
}

/// The usual behaviour, with nothing sealed.
pub(crate) fn options() -> StoreOptions {
    StoreOptions::new(Arc::new(OpenVault))
}

/// An SQLite database that goes with its folder.
pub(crate) async fn store() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path().join("data.sqlite"), options())
        .await
        .expect("open");
    (store, folder)
}

/// On which database a test runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

impl On {
    /// An empty database, if it is one on a server.
    pub(crate) async fn server(self) -> Option<Address> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::database().await),
        }
    }

    /// An empty database, and what keeps it there.
    pub(crate) async fn store(self) -> (Store, Home) {
        let home = match self {
            Self::Sqlite => Home::Folder(tempfile::tempdir().expect("a folder")),
            Self::Postgres => Home::Server(postgres::database().await),
        };
        (home.open().await, home)
    }
}

/// What keeps a database there.
pub(crate) enum Home {
    Folder(tempfile::TempDir),
    Server(Address),
}

impl Home {
    pub(crate) fn address(&self) -> Address {
        match self {
            Self::Folder(folder) => Address::sqlite(folder.path().join("data.sqlite")),
            Self::Server(address) => address.clone(),
        }
    }

    /// Opens it once more.
    pub(crate) async fn open(&self) -> Store {
        let opened = Store::open(self.address(), options()).await;
        opened.expect("open")
    }
}

/// Makes a test of each function, on each engine.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::store::testing::On::Sqlite).await;
            })*
        }

        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::store::testing::On::Postgres).await;
            })*
        }
    };
}

pub(crate) use on_both;

/// The answer to any question.
pub(super) async fn ask(store: &Store, sql: &'static str) -> Vec<Row> {
    let statement: &'static Statement = Box::leak(Box::new(Statement::both(sql)));
    store.reads.rows(statement, Vec::new()).await.expect("read")
}

/// A mail's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MailRow {
    pub(crate) state: String,
    pub(crate) tries: i64,
    pub(crate) doubts: i64,
    /// Whether it is known to whom it goes.
    pub(crate) has_recipient: bool,
    pub(crate) not_before: DateTime<Utc>,
}

/// The rows of the outbox, the oldest first.
pub(crate) async fn outbox(store: &Store) -> Vec<MailRow> {
    let sql = "select state, tries, doubts, recipient, not_before from outbox order by id";
    let rows = ask(store, sql).await;
    let row = |row: &Row| MailRow {
        state: row.text("state").expect("a state"),
        tries: row.int("tries").expect("tries"),
        doubts: row.int("doubts").expect("doubts"),
        has_recipient: row.maybe_blob("recipient").expect("bytes").is_some(),
        not_before: DateTime::from_timestamp_millis(row.int("not_before").expect("a time"))
            .expect("a time"),
    };
    rows.iter().map(row).collect()
}

/// A signature under the petition `p`.
pub(crate) fn signature(email: &str) -> NewSignUp {
    form("p", SubjectKind::Petition, email)
}

/// A subscription to the newsletter `n`.
pub(crate) fn subscription(email: &str) -> NewSignUp {
    form("n", SubjectKind::Newsletter, email)
}

fn consent() -> Consent {
    Consent {
        text_sha256: "0".repeat(64),
        version: "1".to_owned(),
    }
}

fn form(id: &str, kind: SubjectKind, email: &str) -> NewSignUp {
    NewSignUp {
        form_id: id.to_owned(),
        kind,
        dedupe_key: Keys::new(b"secret").dedupe_key(id, email),
        email: Private::new(email.to_owned()),
        fields: BTreeMap::from([("first_name".to_owned(), Private::new("Anna".to_owned()))]),
        public_name: None,
        partner: None,
        topics: Vec::new(),
        lang: "nl".to_owned(),
        form_page: "https://site.example/p/".to_owned(),
        consent: consent(),
        newsletter: None,
        nonce: Some(BROWSER.clone()),
        wait: None,
        challenge: None,
        budget: MailBudget::Captcha,
    }
}

/// The same with the newsletter's box ticked.
pub(crate) fn with_newsletter(mut sign_up: NewSignUp) -> NewSignUp {
    sign_up.newsletter = Some(NewsletterIntent {
        form_id: "n".to_owned(),
        dedupe_key: Keys::new(b"secret").dedupe_key("n", sign_up.email.expose()),
        consent: consent(),
    });
    sign_up
}

/// Does the outbox worker's part for all that waits: a token of that purpose for each mail.
pub(crate) async fn tokens(store: &Store, purpose: Purpose, at: i64) -> Vec<TokenSecret> {
    let jobs = store.outbox_claim(1000, minute(at)).await.expect("claimed");
    let mut made = Vec::new();
    for job in jobs {
        let secret = TokenSecret::generate();
        let token = NewToken {
            token: secret.clone(),
            recipient: Some(job.recipient),
            attempt_id: job.attempt_id,
            purpose,
            expires_at: minute(at + 7 * 24 * 60),
        };
        store
            .store_tokens(vec![token], minute(at))
            .await
            .expect("stored");
        store.outbox_sent(job.id, minute(at)).await.expect("sent");
        made.push(secret);
    }
    made
}
