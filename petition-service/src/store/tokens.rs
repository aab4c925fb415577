//! Tokens: stored, and looked at.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::batch::Message;
use super::code::{self, CodeRow};
use super::engine::{Bulk, Conn, Error, Kind, Row, Statement, Value, bulks, statements, values};
use super::recipient::Recipient;
use super::records::{About, NewToken, Peek, PeekState, StoreError, SubjectKind};
use super::writer::{Done, Hot, Reply};
use super::{Store, ms};
use crate::domain::{Purpose, TokenHash};

/// A token with all that it belongs to.
macro_rules! found {
    ($from:literal, $of:literal) => {
        concat!(
            "select t.hash, t.purpose, t.expires_at, t.sealed as token_sealed, a.id as attempt,
                 coalesce(s.lang, a.lang) as lang, a.nonce_hash, a.country, a.shows_name, a.newsletter_id, s.id as subject, s.form_id,
                 s.kind, s.state,
                 s.state = 'confirmed' and a.sealed is not null and a.confirmed_at is null
                     and s.attempt_id is distinct from a.id as renews,
                 exists (select 1 from attempts b where b.subject_id = s.id and b.id <> a.id)
                     as others
             from ",
            $from,
            " join attempts a on a.id = t.attempt_id
             join subjects s on s.id = a.subject_id
             where t.hash = ",
            $of
        )
    };
}

statements! {
    FIND = found!("tokens t", "$1");

    FIND_TO_CHANGE = found!("tokens t", "$1"),
        postgres concat!(found!("tokens t", "$1"), " for update of s, a");
}

bulks! {
    pub(super) INSERT(hash Blob, attempt_id Blob, purpose Text, sealed Blob, created_at Int, expires_at Int) =
        "insert into tokens (hash, attempt_id, purpose, sealed, created_at, expires_at)
         select hash, attempt_id, purpose, sealed, created_at, expires_at from v where true";
}

/// Many tokens, in one order everywhere, so that two instances never wait for each other.
pub(super) static FIND_ALL: Bulk = Bulk::new(
    &[("hash", Kind::Blob)],
    Statement::each(
        found!("v cross join tokens t", "v.hash"),
        concat!(
            found!("v cross join tokens t", "v.hash"),
            " order by s.id, a.id for update of s, a"
        ),
    ),
);

impl Store {
    /// What a token would do. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn peek(
        &self,
        hash: TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<Peek>, StoreError> {
        let found = async { Ok(self.reads.first(&FIND, values![hash.as_bytes()]).await?) };
        let row = self.in_time(found).await?;
        let Some(found) = read(row)? else {
            return Ok(None);
        };
        let state = found.peek_state(now);
        Ok(Some(Peek {
            form_id: found.about.form_id,
            lang: found.about.lang,
            kind: found.about.kind,
            purpose: found.purpose,
            state,
            attempt_id: found.attempt.to_string(),
            nonce_hash: found.nonce_hash,
        }))
    }

    /// Stores the tokens of one mail, and with one that confirms the code that does the same.
    ///
    /// # Errors
    /// [`StoreError`]: none was stored.
    pub async fn store_tokens(
        &self,
        tokens: Vec<NewToken>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let vault = &self.options.vault;
        let mut rows = Vec::with_capacity(tokens.len());
        let code = tokens.iter().find(|new| confirms(new.purpose));
        let code = code.map(|new| CodeRow::of(&**vault, new.attempt_id, ms(new.expires_at)));
        for new in tokens {
            let recipient = new.recipient.as_ref().map(Recipient::to_bytes);
            let sealed = recipient.map(|bytes| vault.seal_with_token(&new.token, bytes.expose()));
            rows.push(TokenRow {
                hash: new.token.hash(),
                attempt: new.attempt_id,
                purpose: new.purpose,
                sealed: sealed.transpose()?,
                expires_at: ms(new.expires_at),
            });
        }
        let now = ms(now);
        let tokens = StoreTokens { rows, code, now };
        self.writer.write_hot(tokens).await
    }
}

/// A token that was found.
pub(super) struct Found {
    pub(super) hash: Vec<u8>,
    pub(super) purpose: Purpose,
    pub(super) subject: Uuid,
    pub(super) state: State,
    pub(super) about: About,
    pub(super) attempt: Uuid,
    pub(super) country: Option<String>,
    /// Whether the signer wants to be named.
    pub(super) shows_name: bool,
    pub(super) newsletter: Option<String>,
    /// What the token opens.
    pub(super) sealed: Option<Vec<u8>>,
    /// A form newer than the confirmed one, whose place it can take.
    pub(super) renews: bool,
    /// Whether the mailbox has sent other forms.
    pub(super) others: bool,
    expires_at: i64,
    pub(super) nonce_hash: Option<TokenHash>,
}

fn confirms(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::ConfirmSignature | Purpose::ConfirmSubscription
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Confirmed,
    Over,
}

impl Found {
    pub(super) fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at <= ms(now)
    }

    pub(super) fn confirms(&self) -> bool {
        confirms(self.purpose)
    }

    fn peek_state(&self, now: DateTime<Utc>) -> PeekState {
        match (self.confirms(), self.state) {
            // Nobody's to open.
            _ if self.purpose == Purpose::Wait => PeekState::Expired,
            (true, State::Confirmed) if !self.renews || self.has_expired(now) => PeekState::Done,
            (false, State::Over) => PeekState::Done,
            (true, State::Over) => PeekState::Expired,
            // Whoever wants to leave a newsletter can, whatever the date.
            (false, _) if self.purpose == Purpose::Unsubscribe => PeekState::Open,
            (true, State::Pending) if self.has_expired(now) => PeekState::Late,
            _ if self.has_expired(now) => PeekState::Expired,
            _ => PeekState::Open,
        }
    }
}

/// Looks a token up.
pub(super) async fn find(store: &Store, hash: TokenHash) -> Result<Option<Found>, StoreError> {
    let row = store.reads.first(&FIND, values![hash.as_bytes()]).await?;
    Ok(read(row)?)
}

/// Looks a token up that is about to change what it belongs to.
pub(super) async fn find_to_change(
    conn: &mut Conn,
    hash: TokenHash,
) -> Result<Option<Found>, Error> {
    let row = conn
        .first(&FIND_TO_CHANGE, values![hash.as_bytes()])
        .await?;
    read(row)
}

/// A token as it was found; none if its purpose is another version's.
pub(super) fn read(row: Option<Row>) -> Result<Option<Found>, Error> {
    let Some(row) = row else {
        return Ok(None);
    };
    let Some(purpose) = Purpose::from_name(&row.text("purpose")?) else {
        return Ok(None);
    };
    let nonce = row.maybe_blob("nonce_hash")?;
    Ok(Some(Found {
        hash: row.blob("hash")?,
        purpose,
        subject: row.id("subject")?,
        state: match row.text("state")?.as_str() {
            "pending" => State::Pending,
            "confirmed" => State::Confirmed,
            _ => State::Over,
        },
        about: About {
            form_id: row.text("form_id")?,
            lang: row.text("lang")?,
            kind: SubjectKind::from_name(&row.text("kind")?),
        },
        attempt: row.id("attempt")?,
        country: row.maybe_text("country")?,
        shows_name: row.flag("shows_name")?,
        newsletter: row.maybe_text("newsletter_id")?,
        sealed: row.maybe_blob("token_sealed")?,
        renews: row.flag("renews")?,
        others: row.flag("others")?,
        expires_at: row.int("expires_at")?,
        nonce_hash: nonce.and_then(|bytes| TokenHash::from_stored(&bytes)),
    }))
}

/// A token as it is stored.
#[derive(Clone)]
pub(super) struct TokenRow {
    pub(super) hash: TokenHash,
    pub(super) attempt: Uuid,
    pub(super) purpose: Purpose,
    pub(super) sealed: Option<Vec<u8>>,
    /// In milliseconds.
    pub(super) expires_at: i64,
}

impl TokenRow {
    /// Its row; `now` is in milliseconds.
    pub(super) fn row(&self, now: i64) -> Vec<Value> {
        values![
            self.hash.as_bytes(),
            self.attempt,
            self.purpose.name(),
            self.sealed.clone(),
            now,
            self.expires_at
        ]
    }
}

/// Stores tokens; `now` is in milliseconds.
pub(super) async fn insert(
    conn: &mut Conn,
    tokens: impl IntoIterator<Item = &TokenRow>,
    now: i64,
) -> Result<(), Error> {
    let rows = tokens.into_iter().map(|token| token.row(now)).collect();
    conn.bulk(&INSERT, rows).await.map(|_| ())
}

/// The tokens of one mail.
pub(super) struct StoreTokens {
    rows: Vec<TokenRow>,
    code: Option<CodeRow>,
    now: i64,
}

impl Hot for StoreTokens {
    type Out = ();

    async fn run_all(conn: &mut Conn, all: &[Self]) -> Result<Vec<Done<()>>, Error> {
        let row = |mail: &Self| {
            let rows = mail.rows.iter().map(|token| token.row(mail.now));
            rows.collect::<Vec<_>>()
        };
        conn.bulk(&INSERT, all.iter().flat_map(row).collect())
            .await?;
        let codes = all.iter().filter_map(|mail| mail.code.as_ref());
        code::store(conn, codes).await?;
        Ok(all.iter().map(|_| Done::of(())).collect())
    }

    fn message(self, reply: Reply<()>) -> Message {
        Message::Tokens(self, reply)
    }
}
