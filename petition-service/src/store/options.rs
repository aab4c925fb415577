//! How the store behaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::journal::JournalOptions;
use super::mailboxes::MailboxLimits;
use super::vault::Vault;

/// How the store behaves.
#[derive(Clone)]
pub struct StoreOptions {
    /// Connections for reading.
    pub readers: u32,
    /// How long an unconfirmed address must rest before the mail of its next form is sent.
    pub cooldown: Duration,
    /// How many confirmation mails an unconfirmed address gets in all.
    pub lifetime_mails: u32,
    /// How many mails a mailbox gets over all forms.
    pub mailbox: MailboxLimits,
    /// How long after its mail an unconfirmed signer is reminded, once; none: never.
    pub reminder_after: Option<Duration>,
    /// How long between two mails that say `already`.
    pub notice_every: Duration,
    /// How long an unconfirmed form is kept after its last mail, at least until its links end.
    pub keep_pending: Duration,
    /// How long links that have ended are still known as such.
    pub keep_ended_links: Duration,
    /// Where forms go that the database cannot take; none: they are refused.
    pub journal: Option<JournalOptions>,
    /// How long a form waits for the database before it goes there.
    pub patience: Duration,
    /// How long names to be shown wait for each other, so that none stands out by its time.
    pub names_every: Duration,
    /// Seals personal data.
    pub vault: Arc<dyn Vault>,
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreOptions(…)")
    }
}

impl StoreOptions {
    /// The usual ones.
    #[must_use]
    pub fn new(vault: Arc<dyn Vault>) -> Self {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        Self {
            readers: 4,
            cooldown: Duration::from_secs(10 * 60),
            lifetime_mails: 5,
            mailbox: MailboxLimits {
                per_hour: 6,
                per_day: 20,
            },
            reminder_after: None,
            notice_every: DAY,
            keep_pending: 7 * DAY,
            keep_ended_links: 90 * DAY,
            journal: None,
            patience: Duration::from_secs(5),
            names_every: Duration::from_secs(15 * 60),
            vault,
        }
    }
}
