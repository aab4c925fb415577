//! Signatures and subscriptions are confirmed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::attempts;
use super::batch::Message;
use super::engine::{Conn, Error, bulks, values};
use super::log::{Logged, log};
use super::options::StoreOptions;
use super::queue::{NewMail, queue};
use super::recipient::Recipient;
use super::records::{ConfirmOutcome, OutboxKind, StoreError, SubjectKind};
use super::signers::{self, Signer};
use super::subscribe::subscribe_too;
use super::tokens::{FIND_ALL, Found, State, read};
use super::writer::{Done, Hot, Reply};
use super::{Store, ms, new_id};
use crate::domain::{Private, Purpose, TokenHash, TokenSecret};

bulks! {
    SUBJECTS(subject Blob, attempt Blob, at Int) =
        "update subjects set state = 'confirmed', attempt_id = v.attempt, confirmed_at = v.at,
             lang = case when subjects.kind = 'newsletter' then a.lang end,
             topics = case when subjects.kind = 'newsletter' then a.topics end
         from v join attempts a on a.id = v.attempt where subjects.id = v.subject";

    // The nonce has done its work: it would only tie together what one browser signed.
    ATTEMPTS(attempt Blob, at Int, how Text) =
        "update attempts set confirmed_at = v.at, confirmed_how = v.how, nonce_hash = null
         from v where attempts.id = v.attempt";
}

impl Store {
    /// Confirms a signature or a subscription. Twice is once.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn confirm(
        &self,
        token: &TokenSecret,
        now: DateTime<Utc>,
    ) -> Result<ConfirmOutcome, StoreError> {
        self.confirm_in(token, None, now).await
    }

    /// The same in a browser that has a nonce: whether it is the one that sent the form becomes part of
    /// the proof.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn confirm_in(
        &self,
        token: &TokenSecret,
        nonce: Option<&TokenSecret>,
        now: DateTime<Utc>,
    ) -> Result<ConfirmOutcome, StoreError> {
        let by = By::Link {
            nonce: nonce.cloned(),
        };
        let write = Confirm::new(token.clone(), by, self.options.clone(), now);
        self.in_time(self.writer.write_hot(write)).await
    }
}

/// By what it is confirmed.
pub(super) enum By {
    /// The link of a mail, opened in a browser with that nonce.
    Link { nonce: Option<TokenSecret> },
    /// The code of a mail, which was looked at already.
    Code,
}

/// A token that somebody brought to confirm with.
pub(super) struct Confirm {
    hash: TokenHash,
    token: TokenSecret,
    by: By,
    pub(super) options: Arc<StoreOptions>,
    pub(super) now: DateTime<Utc>,
}

impl Confirm {
    pub(super) fn new(
        token: TokenSecret,
        by: By,
        options: Arc<StoreOptions>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            hash: token.hash(),
            token,
            by,
            options,
            now,
        }
    }

    /// Whether such a token is one to confirm with.
    fn is_meant(&self, found: &Found) -> bool {
        match self.by {
            By::Link { .. } => found.confirms(),
            By::Code => found.purpose == Purpose::Wait,
        }
    }

    /// How it is confirmed, as the proof of consent says.
    pub(super) fn how(&self, found: &Found) -> &'static str {
        let By::Link { nonce } = &self.by else {
            return "code";
        };
        let id = found.attempt.to_string();
        let nonce = nonce.as_ref().map(|nonce| nonce.hash_for(&id));
        if nonce.is_some() && nonce == found.nonce_hash {
            "same_browser"
        } else {
            "link"
        }
    }

    /// What the token leads to, unless it confirms now.
    fn refused(&self, found: &Found) -> Option<ConfirmOutcome> {
        let about = || found.about.clone();
        match found.state {
            State::Confirmed if !found.renews || found.has_expired(self.now) => {
                Some(ConfirmOutcome::Already(about()))
            }
            State::Over => Some(ConfirmOutcome::Expired(about())),
            State::Pending if found.has_expired(self.now) => Some(ConfirmOutcome::Expired(about())),
            State::Pending | State::Confirmed => None,
        }
    }

    /// What only the token opens.
    fn recipient(&self, found: &Found) -> Option<Recipient> {
        let sealed = found.sealed.as_ref()?;
        Recipient::from_bytes(self.options.vault.open_with_token(&self.token, sealed)?)
    }

    /// The address among it.
    pub(super) fn address(&self, found: &Found) -> Option<Private<String>> {
        self.recipient(found).map(|recipient| recipient.email)
    }

    /// The signature, with its name if it is to be shown.
    fn signer<'a>(&self, found: &'a Found) -> Signer<'a> {
        let wanted = found.shows_name.then(|| self.recipient(found)).flatten();
        Signer {
            subject: found.subject,
            form_id: &found.about.form_id,
            name: wanted.and_then(|recipient| recipient.public_name),
            country: found.country.clone(),
            at: ms(self.now),
            renews: found.state == State::Confirmed,
        }
    }

    /// The mail that welcomes a subscriber; none if nobody can tell where it goes.
    pub(super) fn welcome(&self, found: &Found, attempt: Uuid) -> Option<NewMail> {
        let address = self.address(found)?;
        let id = new_id();
        let vault = &self.options.vault;
        let recipient = Recipient::of(address).to_bytes();
        let recipient = vault.seal_recipient(id, recipient.expose());
        Some(NewMail {
            id,
            attempt,
            kind: OutboxKind::WelcomeNewsletter,
            at: ms(self.now),
            recipient: recipient.ok()?,
        })
    }
}

impl Hot for Confirm {
    type Out = ConfirmOutcome;

    async fn run_all(conn: &mut Conn, all: &[Self]) -> Result<Vec<Done<ConfirmOutcome>>, Error> {
        let found = find_all(conn, all).await?;
        let mut outcomes: Vec<Option<Done<ConfirmOutcome>>> = Vec::with_capacity(all.len());
        let mut confirmed = Vec::new();
        let mut subjects = BTreeSet::new();
        for one in all {
            let found = found.get(one.hash.as_bytes());
            let Some(found) = found.filter(|found| one.is_meant(found)) else {
                outcomes.push(Some(Done::of(ConfirmOutcome::Unknown)));
                continue;
            };
            let refused = one.refused(found);
            // What is confirmed among these is looked at again afterwards.
            let outcome = if refused.is_none() && !subjects.insert(found.subject) {
                None
            } else {
                Some(Done::of(refused.unwrap_or_else(|| {
                    confirmed.push((outcomes.len(), one, found));
                    ConfirmOutcome::Confirmed(found.about.clone())
                })))
            };
            outcomes.push(outcome);
        }
        let mailed = carry_out(conn, &confirmed).await?;
        for number in mailed {
            if let Some(Some(done)) = outcomes.get_mut(number) {
                done.mail = true;
            }
        }
        let mut whole = Vec::with_capacity(all.len());
        for (one, outcome) in all.iter().zip(outcomes) {
            match outcome {
                Some(done) => whole.push(done),
                None => whole.extend(alone(conn, one).await?),
            }
        }
        Ok(whole)
    }

    fn message(self, reply: Reply<ConfirmOutcome>) -> Message {
        Message::Confirm(self, reply)
    }
}

/// One by itself. Boxed, because it is called by what it calls.
pub(super) fn alone<'a>(
    conn: &'a mut Conn,
    one: &'a Confirm,
) -> BoxFuture<'a, Result<Vec<Done<ConfirmOutcome>>, Error>> {
    Box::pin(Confirm::run_all(conn, std::slice::from_ref(one)))
}

async fn find_all(conn: &mut Conn, all: &[Confirm]) -> Result<BTreeMap<Vec<u8>, Found>, Error> {
    let hashes: BTreeSet<&[u8]> = all.iter().map(|one| one.hash.as_bytes()).collect();
    let rows = hashes.into_iter().map(|hash| values![hash]).collect();
    let mut found = BTreeMap::new();
    for row in conn.bulk(&FIND_ALL, rows).await? {
        if let Some(one) = read(Some(row))? {
            found.insert(one.hash.clone(), one);
        }
    }
    Ok(found)
}

/// Confirms them; the numbers of those that caused a mail.
async fn carry_out(
    conn: &mut Conn,
    confirmed: &[(usize, &Confirm, &Found)],
) -> Result<Vec<usize>, Error> {
    let marks: Vec<Mark> = confirmed
        .iter()
        .map(|(_, one, found)| Mark {
            subject: found.subject,
            attempt: found.attempt,
            kind: found.about.kind,
            others: found.others,
            at: ms(one.now),
            how: one.how(found),
        })
        .collect();
    mark_confirmed(conn, &marks).await?;
    let signed = confirmed.iter().filter(|(_, _, found)| {
        // A newer form in an older one's place is no second signature.
        found.about.kind == SubjectKind::Petition && found.state == State::Pending
    });
    let entries = signed.map(|(_, one, found)| Logged {
        form_id: found.about.form_id.clone(),
        subject: found.subject,
        delta: 1,
        country: found.country.clone(),
        at: ms(one.now),
    });
    log(conn, entries.collect()).await?;
    publish_names(conn, confirmed).await?;
    let mut mailed = Vec::new();
    let mut welcomes = Vec::new();
    for (number, one, found) in confirmed {
        match found.about.kind {
            SubjectKind::Newsletter => welcomes.extend(one.welcome(found, found.attempt)),
            SubjectKind::Petition if found.newsletter.is_some() => {
                welcomes.extend(subscribe_too(conn, one, found).await?);
            }
            SubjectKind::Petition => continue,
        }
        mailed.push(*number);
    }
    queue(conn, welcomes).await?;
    Ok(mailed)
}

/// Shows the names of those who want it.
async fn publish_names(
    conn: &mut Conn,
    confirmed: &[(usize, &Confirm, &Found)],
) -> Result<(), Error> {
    let Some((_, first, _)) = confirmed.first() else {
        return Ok(());
    };
    let every = i64::try_from(first.options.names_every.as_millis()).unwrap_or(i64::MAX);
    let signers = confirmed
        .iter()
        .filter(|(_, _, found)| found.about.kind == SubjectKind::Petition)
        .map(|(_, one, found)| one.signer(found));
    signers::publish(conn, signers.collect(), every).await
}

/// A subject, and the attempt that confirms it.
pub(super) struct Mark {
    pub(super) subject: Uuid,
    pub(super) attempt: Uuid,
    pub(super) kind: SubjectKind,
    /// Whether there may be other attempts.
    pub(super) others: bool,
    /// In milliseconds.
    pub(super) at: i64,
    /// `link`, `same_browser` or `code`.
    pub(super) how: &'static str,
}

/// The subjects are confirmed by these attempts, and their others are settled with it.
pub(super) async fn mark_confirmed(conn: &mut Conn, marks: &[Mark]) -> Result<(), Error> {
    let subject = |mark: &Mark| values![mark.subject, mark.attempt, mark.at];
    let attempt = |mark: &Mark| values![mark.attempt, mark.at, mark.how];
    conn.bulk(&SUBJECTS, marks.iter().map(subject).collect())
        .await?;
    conn.bulk(&ATTEMPTS, marks.iter().map(attempt).collect())
        .await?;
    attempts::settle(conn, marks).await
}
