//! A form as it lies in the journal: what was typed sealed to the public key, as it will be stored, and
//! what the store needs besides. All of it is sealed once more, under the journal's own key.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campaign_file::Field;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::domain::{Private, Purpose, TokenHash, TokenSecret};
use crate::store::attempts::NewAttempt;
use crate::store::options::StoreOptions;
use crate::store::records::{
    Consent, MailBudget, NewSignUp, NewsletterIntent, StoreError, SubjectKind, UsedChallenge,
};
use crate::store::sign_up::SignUp;
use crate::store::suppressions::key_of;
use crate::store::tokens::TokenRow;
use crate::store::vault::Sealed;
use crate::store::{key16, ms};

/// What is written. Bytes are base64.
#[derive(Serialize, Deserialize)]
struct Written {
    subject: Uuid,
    attempt: Uuid,
    mail: Uuid,
    form_id: String,
    kind: String,
    mailbox: String,
    email: String,
    country: Option<String>,
    public_name: Option<String>,
    partner: Option<String>,
    #[serde(default)]
    topics: Vec<String>,
    lang: String,
    form_page: String,
    consent: (String, String),
    newsletter: Option<(String, String, String, String)>,
    challenge: Option<(String, i64)>,
    unproven: bool,
    sealed: String,
    key_id: String,
    says: String,
    nonce: Option<String>,
    /// The browser's own, which tells it among others that sent forms for the mailbox.
    #[serde(default)]
    browser: Option<String>,
    /// Hash and seal of the token that its browser waits with.
    #[serde(default)]
    wait: Option<(String, String)>,
    at: i64,
}

/// The bytes of a form, to be sealed.
pub(super) fn to_bytes(one: &SignUp) -> Zeroizing<Vec<u8>> {
    let (form, attempt) = (&one.form, &one.attempt);
    let written = Written {
        subject: one.subject,
        attempt: attempt.id,
        mail: one.mail,
        form_id: form.form_id.clone(),
        kind: form.kind.name().to_owned(),
        mailbox: STANDARD.encode(key16(&form.dedupe_key)),
        email: form.email.expose().clone(),
        country: form
            .fields
            .get(Field::Country.name())
            .map(|country| country.expose().clone()),
        public_name: form.public_name.as_ref().map(|name| name.expose().clone()),
        partner: form.partner.clone(),
        topics: form.topics.clone(),
        lang: form.lang.clone(),
        form_page: form.form_page.clone(),
        consent: written(&form.consent),
        newsletter: form.newsletter.as_ref().map(|letter| {
            let (text, version) = written(&letter.consent);
            let mailbox = STANDARD.encode(key16(&letter.dedupe_key));
            (letter.form_id.clone(), mailbox, text, version)
        }),
        challenge: form
            .challenge
            .as_ref()
            .map(|challenge| (challenge.nonce.clone(), challenge.expires_at)),
        unproven: form.budget != MailBudget::Captcha,
        sealed: STANDARD.encode(&attempt.sealed.bytes),
        key_id: STANDARD.encode(attempt.sealed.key_id),
        says: STANDARD.encode(attempt.says),
        nonce: attempt.nonce.map(|hash| STANDARD.encode(hash.as_bytes())),
        browser: form.nonce.as_ref().map(|nonce| nonce.expose().to_owned()),
        wait: one.wait.as_ref().map(|wait| {
            let sealed = wait.sealed.as_deref().unwrap_or_default();
            (
                STANDARD.encode(wait.hash.as_bytes()),
                STANDARD.encode(sealed),
            )
        }),
        at: ms(one.sent_at),
    };
    // Of strings and numbers only: it cannot fail.
    Zeroizing::new(serde_json::to_vec(&written).unwrap_or_default())
}

fn written(consent: &Consent) -> (String, String) {
    (consent.text_sha256.clone(), consent.version.clone())
}

/// A form from the journal, ready to be stored.
///
/// # Errors
/// [`StoreError::NotSealed`]: its recipient cannot be sealed now. [`StoreError::Journal`]: the bytes are
/// no form.
pub(super) fn from_bytes(
    bytes: &[u8],
    options: &Arc<StoreOptions>,
    now: DateTime<chrono::Utc>,
) -> Result<SignUp, StoreError> {
    let written: Written = serde_json::from_slice(bytes).map_err(|_| no_form())?;
    let mail = written.mail;
    let sealed = Sealed {
        bytes: STANDARD.decode(&written.sealed).map_err(|_| no_form())?,
        key_id: exact(&written.key_id)?,
    };
    let attempt = NewAttempt {
        id: written.attempt,
        sealed,
        says: exact(&written.says)?,
        nonce: written
            .nonce
            .as_deref()
            .map(exact)
            .transpose()?
            .map(TokenHash),
    };
    let subject = written.subject;
    let mailbox = key_of(&*options.vault, &written.email);
    let sent_at = DateTime::from_timestamp_millis(written.at).ok_or_else(no_form)?;
    let wait = written
        .wait
        .as_ref()
        .map(|wait| waiting(wait, attempt.id, options, now))
        .transpose()?;
    let form = form(written)?;
    let to = form.recipient().to_bytes();
    Ok(SignUp {
        wait,
        mailbox,
        newcomer: false,
        subject,
        mail,
        sent_at,
        attempt,
        recipient: options.vault.seal_recipient(mail, to.expose())?,
        form,
        options: Arc::clone(options),
        now,
    })
}

/// What its browser waits with, which it may from now on for as long as after any form.
fn waiting(
    (hash, sealed): &(String, String),
    attempt: Uuid,
    options: &StoreOptions,
    now: DateTime<chrono::Utc>,
) -> Result<TokenRow, StoreError> {
    let keep = i64::try_from(options.keep_pending.as_millis()).unwrap_or(i64::MAX);
    Ok(TokenRow {
        hash: TokenHash(exact(hash)?),
        attempt,
        purpose: Purpose::Wait,
        sealed: Some(STANDARD.decode(sealed).map_err(|_| no_form())?),
        expires_at: ms(now).saturating_add(keep),
    })
}

fn form(written: Written) -> Result<NewSignUp, StoreError> {
    let country = written.country.into_iter();
    let name = Field::Country.name().to_owned();
    let newsletter = match written.newsletter {
        None => None,
        Some((form_id, mailbox, text, version)) => Some(NewsletterIntent {
            form_id,
            dedupe_key: key(&mailbox)?,
            consent: consent((text, version)),
        }),
    };
    let challenge = written.challenge;
    Ok(NewSignUp {
        form_id: written.form_id,
        kind: SubjectKind::from_name(&written.kind),
        dedupe_key: key(&written.mailbox)?,
        email: Private::new(written.email),
        fields: BTreeMap::from_iter(country.map(|country| (name.clone(), Private::new(country)))),
        public_name: written.public_name.map(Private::new),
        partner: written.partner,
        topics: written.topics,
        lang: written.lang,
        form_page: written.form_page,
        consent: consent(written.consent),
        newsletter,
        // Its hash is part of the attempt; it says whose place the form may take.
        nonce: written.browser.as_deref().and_then(TokenSecret::parse),
        wait: None,
        challenge: challenge.map(|(nonce, expires_at)| UsedChallenge { nonce, expires_at }),
        // Charged, and never refused: it was taken.
        budget: if written.unproven {
            MailBudget::Unproven { per_hour: u32::MAX }
        } else {
            MailBudget::Captcha
        },
    })
}

fn consent((text_sha256, version): (String, String)) -> Consent {
    Consent {
        text_sha256,
        version,
    }
}

/// The half of a keyed hash that is stored; the other half is never asked for.
fn key(text: &str) -> Result<[u8; 32], StoreError> {
    let mut key = [0; 32];
    let half: [u8; 16] = exact(text)?;
    for (to, from) in key.iter_mut().zip(half) {
        *to = from;
    }
    Ok(key)
}

fn exact<const LENGTH: usize>(text: &str) -> Result<[u8; LENGTH], StoreError> {
    let bytes = STANDARD.decode(text).map_err(|_| no_form())?;
    bytes.try_into().map_err(|_| no_form())
}

fn no_form() -> StoreError {
    StoreError::Journal("an entry is no form of this version".to_owned())
}
