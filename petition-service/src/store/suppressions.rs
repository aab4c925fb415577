//! Mailboxes that want no mail from here, by keyed hash: what survives the erasure of all else.
//!
//! Whoever asked for it, or for whom the webmaster did, gets no mail at all but the one that lets them
//! use their rights. A mailbox that a mail server says does not exist gets no newsletters.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::engine::{Conn, Error, bulks, statements, values};
use super::leave::{end, end_subscriptions};
use super::records::{OutboxJob, OutboxKind, StoreError, SubjectKind};
use super::sign_up::SignUp;
use super::vault::Vault;
use super::writer::{Done, Write};
use super::{Store, ms};
use crate::domain::{Private, SUPPRESSION, email};

/// Whether a row `s` is of a mailbox that gets nothing of that kind.
macro_rules! silences {
    ($kind:literal) => {
        concat!("(s.reason <> 'bounced' or ", $kind, " = 'newsletter')")
    };
}
pub(super) use silences;

statements! {
    // A mailbox that had gone and then asks is one that asked.
    ADD = "insert into suppressions (key, reason, at) values ($1, $2, $3)
         on conflict (key) do update set reason = excluded.reason, at = excluded.at
         where excluded.reason <> 'bounced'";

    REMOVE = "delete from suppressions where key = $1";

    // A mail arrived: the mailbox is there.
    REVIVE = "delete from suppressions where key = $1 and reason = 'bounced'";

    ONE = concat!("select 1 as one from suppressions s where s.key = $1 and ", silences!("$2"));

    // Nothing changes; the disk is waited for as with any other form.
    NOTED = "update suppressions set at = at where key = $1";

    LETTER_OF = "select s.id from attempts a join subjects s on s.id = a.subject_id
         where a.id = $1 and s.kind = 'newsletter' and s.state in ('pending', 'confirmed')";
}

bulks! {
    AMONG(subject Blob, key Blob, kind Text) = concat!(
        "select v.subject, v.key from v cross join suppressions s where s.key = v.key and ",
        silences!("v.kind")
    );
}

/// Why a mailbox gets no mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionReason {
    /// Its owner said so.
    Asked,
    /// The webmaster did it for them.
    Webmaster,
    /// There is no such mailbox: no newsletters.
    Bounced,
}

impl SuppressionReason {
    fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Webmaster => "webmaster",
            Self::Bounced => "bounced",
        }
    }
}

/// The key of an address: the same for every spelling and over all forms; none if it is no address.
pub(super) fn key_of(vault: &dyn Vault, address: &str) -> Option<[u8; 16]> {
    let address = email::parse(address).ok()?;
    let canonical = address.canonical.expose().as_bytes();
    Some(vault.mark(&[SUPPRESSION, canonical]))
}

/// The forms (by their subjects) whose mailboxes get no mail for them.
pub(super) async fn among(conn: &mut Conn, forms: &[&SignUp]) -> Result<BTreeSet<Uuid>, Error> {
    let row = |one: &&SignUp| {
        let key = one.mailbox?;
        Some(values![one.subject, key.as_slice(), one.form.kind.name()])
    };
    let mut silent = BTreeSet::new();
    for row in conn
        .bulk(&AMONG, forms.iter().filter_map(row).collect())
        .await?
    {
        silent.insert(row.id("subject")?);
        conn.run(&NOTED, values![row.blob("key")?]).await?;
    }
    Ok(silent)
}

/// Whether a mailbox that has just confirmed a petition wants no newsletter all the same.
pub(super) async fn refuses_letters(conn: &mut Conn, key: [u8; 16]) -> Result<bool, Error> {
    conn.run(&REVIVE, values![key.as_slice()]).await?;
    let letters = SubjectKind::Newsletter.name();
    let row = conn.first(&ONE, values![key.as_slice(), letters]).await?;
    Ok(row.is_some())
}

impl Store {
    /// Whether a mail that is about to leave must not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_suppressed(&self, job: &OutboxJob) -> Result<bool, StoreError> {
        let kind = match job.kind {
            // Asked for by whoever holds a link, and the only way to one's rights.
            OutboxKind::ExportLink | OutboxKind::EraseLink => return Ok(false),
            OutboxKind::ConfirmPetition
            | OutboxKind::RemindPetition
            | OutboxKind::AlreadySigned => SubjectKind::Petition,
            _ => SubjectKind::Newsletter,
        };
        let Some(key) = key_of(&*self.options.vault, job.recipient.email.expose()) else {
            return Ok(false);
        };
        let row = self
            .reads
            .first(&ONE, values![key.as_slice(), kind.name()])
            .await?;
        Ok(row.is_some())
    }

    /// From now on the mailbox gets no mail, and its subscriptions end; how many did. `key` is
    /// [`crate::domain::Keys::suppression_key`], `letters` the mailbox on each newsletter
    /// ([`crate::domain::Keys::dedupe_key`]).
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn suppress(
        &self,
        key: [u8; 16],
        letters: Vec<[u8; 32]>,
        reason: SuppressionReason,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let write = Suppress {
            key,
            letters,
            reason,
            now,
        };
        self.writer.write(write).await
    }

    /// The mailbox may get mail again; whether it could not.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn unsuppress(&self, key: [u8; 16]) -> Result<bool, StoreError> {
        self.writer.write(Unsuppress(key)).await
    }

    /// A mail server said that there is no such mailbox: it gets no newsletters, and if the mail was of
    /// one, that subscription ends.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn bounced(
        &self,
        address: &Private<String>,
        attempt: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(key) = key_of(&*self.options.vault, address.expose()) else {
            return Ok(());
        };
        self.writer.write(Bounce { key, attempt, now }).await
    }
}

struct Suppress {
    key: [u8; 16],
    letters: Vec<[u8; 32]>,
    reason: SuppressionReason,
    now: DateTime<Utc>,
}

impl Write for Suppress {
    type Out = u64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<u64>, Error> {
        let now = ms(self.now);
        let values = values![self.key.as_slice(), self.reason.name(), now];
        conn.run(&ADD, values).await?;
        let ended = end_subscriptions(conn, &self.letters, now).await?;
        Ok(Done::of(ended))
    }
}

struct Unsuppress([u8; 16]);

impl Write for Unsuppress {
    type Out = bool;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<bool>, Error> {
        let removed = conn.run(&REMOVE, values![self.0.as_slice()]).await?;
        Ok(Done::of(removed > 0))
    }
}

struct Bounce {
    key: [u8; 16],
    attempt: Uuid,
    now: DateTime<Utc>,
}

impl Write for Bounce {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        let now = ms(self.now);
        let reason = SuppressionReason::Bounced.name();
        conn.run(&ADD, values![self.key.as_slice(), reason, now])
            .await?;
        if let Some(row) = conn.first(&LETTER_OF, values![self.attempt]).await? {
            let subject = row.id("id")?;
            end(conn, subject, now).await?;
        }
        Ok(Done::of(()))
    }
}
