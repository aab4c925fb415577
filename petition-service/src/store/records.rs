//! What goes into the store and what comes out.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use super::error::StoreError;
pub use super::kind::OutboxKind;
use super::recipient::Recipient;
use crate::domain::{Private, Purpose, TokenHash, TokenSecret};

/// A petition or a newsletter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// To sign.
    Petition,
    /// To subscribe to.
    Newsletter,
}

impl SubjectKind {
    /// Its name in the database and in figures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Petition => "petition",
            Self::Newsletter => "newsletter",
        }
    }

    pub(super) fn from_name(name: &str) -> Self {
        match name {
            "newsletter" => Self::Newsletter,
            _ => Self::Petition,
        }
    }
}

/// To what was agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// SHA-256 of the text shown, in hexadecimal.
    pub text_sha256: String,
    /// The author's version of the text.
    pub version: String,
}

/// The newsletter box of a petition, ticked.
#[derive(Clone, Debug)]
pub struct NewsletterIntent {
    /// The newsletter.
    pub form_id: String,
    /// The mailbox on that newsletter ([`crate::domain::Keys::dedupe_key`]).
    pub dedupe_key: [u8; 32],
    /// To what was agreed.
    pub consent: Consent,
}

/// A captcha's challenge that this form used up.
#[derive(Clone, Debug)]
pub struct UsedChallenge {
    /// Names the challenge.
    pub nonce: String,
    /// Unix time in seconds after which it is refused anyway.
    pub expires_at: i64,
}

/// Which mails a form may cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailBudget {
    /// A captcha was passed: no limit here.
    Captcha,
    /// Nothing proves a person: so many mails an hour for all such forms together.
    Unproven {
        /// Mails an hour.
        per_hour: u32,
    },
}

/// A checked form.
#[derive(Clone, Debug)]
pub struct NewSignUp {
    /// The petition or newsletter.
    pub form_id: String,
    /// Which of the two.
    pub kind: SubjectKind,
    /// The mailbox on this form ([`crate::domain::Keys::dedupe_key`]).
    pub dedupe_key: [u8; 32],
    /// Where the mail goes.
    pub email: Private<String>,
    /// The other fields by their posted name, the petition's own among them.
    pub fields: BTreeMap<String, Private<String>>,
    /// The name to be shown ([`crate::domain::name::shown`]), if the signer asked to be named.
    pub public_name: Option<Private<String>>,
    /// Code of the partner on whose site the form stood.
    pub partner: Option<String>,
    /// The topics of the newsletter that were chosen; none: all.
    pub topics: Vec<String>,
    /// Language of the form.
    pub lang: String,
    /// Address of the page on which the form stood.
    pub form_page: String,
    /// To what was agreed.
    pub consent: Consent,
    /// The newsletter box, if it was ticked.
    pub newsletter: Option<NewsletterIntent>,
    /// The nonce given to the browser; only its hash is stored.
    pub nonce: Option<TokenSecret>,
    /// The token given to the browser to wait with; none: it does not wait.
    pub wait: Option<TokenSecret>,
    /// The challenge used, if the captcha has such.
    pub challenge: Option<UsedChallenge>,
    /// On whose account the mail goes.
    pub budget: MailBudget,
}

/// What became of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpOutcome {
    /// Taken. The visitor is told the same whether or not a mail goes out.
    Accepted {
        /// Whether a mail was queued: for metrics, never for the visitor.
        mail_queued: bool,
    },
    /// The database is not there: the form lies in the journal, and its mail comes later.
    Kept,
    /// The captcha's answer was used before, for another address; nothing was stored.
    CaptchaUsed,
    /// No more mails this hour without a captcha; nothing was stored.
    MailBudgetSpent,
}

/// What a waiting browser is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Nothing yet, or nothing that could be told.
    Pending,
    /// The very form that it sent is confirmed.
    Confirmed(About),
}

/// What a token led to when it was to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmOutcome {
    /// Confirmed now.
    Confirmed(About),
    /// Confirmed before: the visitor sees the same.
    Already(About),
    /// The token's time is over, or what it was to confirm was withdrawn.
    Expired(About),
    /// There is no such token.
    Unknown,
}

/// What a token led to when it was to withdraw or to unsubscribe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaveOutcome {
    /// Done now; the personal data is erased.
    Done(About),
    /// Done before.
    Already(About),
    /// The token's time is over.
    Expired(About),
    /// There is no such token.
    Unknown,
}

/// Of which form an outcome speaks, and in which language to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The form.
    pub form_id: String,
    /// Language in which it was filled in.
    pub lang: String,
    /// Petition or newsletter.
    pub kind: SubjectKind,
}

/// What a token would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peek {
    /// The form.
    pub form_id: String,
    /// Language in which it was filled in.
    pub lang: String,
    /// Petition or newsletter.
    pub kind: SubjectKind,
    /// What the token is good for.
    pub purpose: Purpose,
    /// Whether it is still to be done.
    pub state: PeekState,
    /// The form as it was sent.
    pub attempt_id: String,
    /// Hash of the nonce of the browser that sent it ([`TokenSecret::hash_for`]); none once it is
    /// confirmed.
    pub nonce_hash: Option<TokenHash>,
}

/// Whether what a token is good for is still to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeekState {
    /// A POST will do it.
    Open,
    /// It was done; a POST will say so.
    Done,
    /// Its time is over, but what it was to confirm still waits: a new mail can be asked for.
    Late,
    /// Its time is over.
    Expired,
}

/// A mail to send now.
#[derive(Clone, Debug)]
pub struct OutboxJob {
    /// The row.
    pub id: Uuid,
    /// Which mail.
    pub kind: OutboxKind,
    /// For whose tokens it is ([`NewToken::attempt_id`]).
    pub attempt_id: Uuid,
    /// The form.
    pub form_id: String,
    /// Language.
    pub lang: String,
    /// Where it goes, and what is to be shown once it is confirmed.
    pub recipient: Recipient,
    /// The how-manieth try this is.
    pub tries: u32,
    /// After how many of the tries before it may have arrived all the same.
    pub doubts: u32,
}

/// A token that a mail is about to hold.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The token; only its hash is stored.
    pub token: TokenSecret,
    /// What its holder may have opened.
    pub recipient: Option<Recipient>,
    /// The attempt it belongs to ([`OutboxJob::attempt_id`]).
    pub attempt_id: Uuid,
    /// What it is good for.
    pub purpose: Purpose,
    /// When its time is over.
    pub expires_at: DateTime<Utc>,
}

/// The way of the mails that ask for confirmation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailLag {
    /// Those that are due and were not tried yet.
    pub untried: u64,
    /// How long the oldest of them waits.
    pub oldest_untried: Option<Duration>,
    /// How long the oldest waits of those that came after the last that left: nothing leaves.
    pub stuck: Option<Duration>,
    /// Those that left within the last [`MailLag::RECENT`].
    pub sent_recently: u64,
}

/// A count as it was last added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The signatures.
    pub total: i64,
    /// When a change was last added up; none: never yet.
    pub at: Option<DateTime<Utc>>,
}

/// The outbox at a glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxStats {
    /// Mails that wait.
    pub waiting: u64,
    /// How long the oldest of them waits.
    pub oldest: Option<Duration>,
    /// Mails given up.
    pub given_up: u64,
}

/// What [`super::Store::expire`] removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Unconfirmed forms whose personal data was erased.
    pub lapsed: u64,
    /// Other rows that were no longer needed.
    pub removed: u64,
}
