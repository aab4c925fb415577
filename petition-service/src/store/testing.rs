//! A database for tests, a time of one's own, and forms to put in.

use std::collections::BTreeMap;

use campaign_file::Field;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use super::{
    Consent, MailBudget, NewSignUp, NewToken, NewsletterIntent, Store, StoreOptions, SubjectKind,
};
use crate::domain::{Keys, Private, Purpose, TokenHash, TokenSecret};

/// A moment, so many minutes after the first one.
pub(crate) fn minute(minutes: i64) -> DateTime<Utc> {
    let start = Utc.with_ymd_and_hms(2026, 11, 24, 12, 0, 0);
    start.single().expect("a moment") + TimeDelta::minutes(minutes)
}

/// A database that goes with its folder.
pub(crate) async fn store() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path().join("data.sqlite"), StoreOptions::default())
        .await
        .expect("open");
    (store, folder)
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
        values: BTreeMap::from([(Field::FirstName, Private::new("Anna".to_owned()))]),
        lang: "nl".to_owned(),
        form_page: "https://site.example/p/".to_owned(),
        consent: consent(),
        newsletter: None,
        nonce: None,
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
pub(crate) async fn tokens(store: &Store, purpose: Purpose, at: i64) -> Vec<TokenHash> {
    let jobs = store
        .outbox_claim(1000, minute(at), std::time::Duration::from_secs(60))
        .await
        .expect("claimed");
    let mut hashes = Vec::new();
    for job in jobs {
        let hash = TokenSecret::generate().hash();
        let token = NewToken {
            hash,
            attempt_id: job.attempt_id.clone(),
            purpose,
            expires_at: minute(at + 7 * 24 * 60),
        };
        store
            .store_tokens(vec![token], minute(at))
            .await
            .expect("stored");
        store.outbox_sent(&job.id, minute(at)).await.expect("sent");
        hashes.push(hash);
    }
    hashes
}
