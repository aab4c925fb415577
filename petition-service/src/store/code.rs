//! Codes of mails: stored with the mail's tokens, tried by the browser that waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::confirm::{By, Confirm, alone};
use super::engine::{Conn, Error, bulks, statements, values};
use super::options::StoreOptions;
use super::records::{About, ConfirmOutcome, StoreError};
use super::vault::Vault;
use super::writer::{Done, Write};
use super::{Store, ms};
use crate::domain::{Code, TokenSecret};

/// How often a code may be tried, in all mails of one form together.
const TRIES: i64 = 5;

statements! {
    // Each try is counted, right or wrong, before it is looked at.
    TRY = "update codes set tries = tries + 1 where attempt_id =
             (select attempt_id from tokens where hash = $1 and purpose = 'wait')
         returning attempt_id, hash, tries, expires_at";

    // Written where there is nothing to try, so that this waits for the disk as well: how long an
    // answer takes tells nothing about an address.
    MISSED = "insert into leases (name, holder, beat) values ('code/missed', '', $1)
         on conflict (name) do update set beat = excluded.beat";
}

bulks! {
    // The tries of earlier mails stay counted.
    STORE(attempt_id Blob, hash Blob, expires_at Int) =
        "insert into codes (attempt_id, hash, tries, expires_at)
         select attempt_id, hash, 0, expires_at from v where true
         on conflict (attempt_id) do update set expires_at = excluded.expires_at";
}

impl Store {
    /// The code that a mail about this attempt holds: the same in each of them, so that a mail that
    /// arrives late is no worse than a new one.
    #[must_use]
    pub fn code_for(&self, attempt: Uuid) -> Code {
        code_for(&*self.options.vault, attempt)
    }

    /// Confirms by the code of a mail, typed in the browser that waits for it. None: it did not, for
    /// whatever reason; all of them take about as long.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn confirm_by_code(
        &self,
        wait: Option<&TokenSecret>,
        code: Option<Code>,
        now: DateTime<Utc>,
    ) -> Result<Option<About>, StoreError> {
        let write = TryCode {
            wait: wait.cloned(),
            code,
            options: self.options.clone(),
            now,
        };
        self.in_time(self.writer.write(write)).await
    }
}

fn code_for(vault: &dyn Vault, attempt: Uuid) -> Code {
    Code::from_mark(vault.mark(&[b"code", attempt.as_bytes()]))
}

fn hash_of(vault: &dyn Vault, attempt: Uuid, code: &Code) -> [u8; 16] {
    let digits = code.expose().as_bytes();
    vault.mark(&[b"hash of code", attempt.as_bytes(), digits])
}

/// A code as it is stored.
pub(super) struct CodeRow {
    attempt: Uuid,
    hash: [u8; 16],
    /// In milliseconds.
    expires_at: i64,
}

impl CodeRow {
    /// The code of this attempt's mails.
    pub(super) fn of(vault: &dyn Vault, attempt: Uuid, expires_at: i64) -> Self {
        let hash = hash_of(vault, attempt, &code_for(vault, attempt));
        Self {
            attempt,
            hash,
            expires_at,
        }
    }
}

/// Stores codes.
pub(super) async fn store(
    conn: &mut Conn,
    codes: impl Iterator<Item = &CodeRow>,
) -> Result<(), Error> {
    // Each once, and in one order everywhere.
    let codes: BTreeMap<Uuid, &CodeRow> = codes.map(|code| (code.attempt, code)).collect();
    let row = |code: &CodeRow| values![code.attempt, code.hash.as_slice(), code.expires_at];
    let rows = codes.into_values().map(row).collect();
    conn.bulk(&STORE, rows).await.map(|_| ())
}

/// Notes that there was nothing to do, which takes as long as doing it.
pub(super) async fn miss(conn: &mut Conn, now: DateTime<Utc>) -> Result<(), Error> {
    conn.run(&MISSED, values![ms(now)]).await.map(|_| ())
}

/// Somebody typed a code.
struct TryCode {
    wait: Option<TokenSecret>,
    code: Option<Code>,
    options: Arc<StoreOptions>,
    now: DateTime<Utc>,
}

impl TryCode {
    /// The waiting browser's token, if the code is right.
    async fn right(&self, conn: &mut Conn) -> Result<Option<TokenSecret>, Error> {
        let (Some(wait), Some(code)) = (&self.wait, &self.code) else {
            miss(conn, self.now).await?;
            return Ok(None);
        };
        let values = values![wait.hash().as_bytes()];
        let Some(row) = conn.first(&TRY, values).await? else {
            miss(conn, self.now).await?;
            return Ok(None);
        };
        let typed = hash_of(&*self.options.vault, row.id("attempt_id")?, code);
        let is_right: bool = typed.as_slice().ct_eq(&row.blob("hash")?).into();
        let in_time = row.int("tries")? <= TRIES && row.int("expires_at")? > ms(self.now);
        Ok((is_right && in_time).then(|| wait.clone()))
    }
}

impl Write for TryCode {
    type Out = Option<About>;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<Option<About>>, Error> {
        let Some(wait) = self.right(conn).await? else {
            return Ok(Done::of(None));
        };
        let confirm = Confirm::new(wait, By::Code, self.options.clone(), self.now);
        let Some(done) = alone(conn, &confirm).await?.pop() else {
            return Ok(Done::of(None));
        };
        let about = match done.out {
            ConfirmOutcome::Confirmed(about) | ConfirmOutcome::Already(about) => Some(about),
            ConfirmOutcome::Expired(_) | ConfirmOutcome::Unknown => None,
        };
        Ok(Done::of(about).with_mail(done.mail))
    }
}
