//! Preferences, the copy of what is known, and erasure.

use chrono::Days;
use serde_json::{Map, Value, json};

use super::{Service, topics};
use crate::campaign::Campaign;
use crate::domain::{Private, Purpose, TokenSecret, email};
use crate::store::{
    About, Choice, EraseOutcome, OutboxKind, PeekState, Preferences, RightsOutcome, StoreError,
    SuppressionReason,
};

/// Days that a pause lasts.
pub const PAUSE_DAYS: u64 = 30;

/// What a reader does on the page of their preferences.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Topics and language.
    Reading {
        /// The topics ticked.
        topics: Vec<String>,
        /// Language code.
        lang: String,
    },
    /// No newsletter for [`PAUSE_DAYS`].
    Pause,
    /// Newsletters again.
    Resume,
    /// The end of the subscription.
    Unsubscribe,
    /// The end of it, and no mail ever again.
    Never,
    /// A mail with a link to the copy of what is known.
    Export,
    /// A mail with a link that erases it.
    Erase,
}

/// A person's copy.
pub struct Copy {
    /// What it is of.
    pub about: About,
    /// The copy.
    pub json: Private<String>,
}

/// What a link to the copy led to.
pub enum Copied {
    /// The copy.
    Copy(Box<Copy>),
    /// The link's time is over.
    Expired(About),
    /// There is no such link.
    Unknown,
}

impl Service {
    /// A reader's choices as they are, for the page that changes them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn preferences(&self, token: &str) -> Result<Option<Preferences>, StoreError> {
        let Some(token) = TokenSecret::parse(token) else {
            return Ok(None);
        };
        let found = self.store.preferences(token.hash()).await?;
        let now = self.clock.now();
        Ok(found.map(|mut found| {
            // A pause ends by itself.
            found.paused_until = found.paused_until.filter(|until| *until > now);
            found
        }))
    }

    /// Does what a reader wishes. Also for the links in a signer's mails as far as [`Wish::Export`] and
    /// [`Wish::Erase`] go.
    ///
    /// # Errors
    /// The database did not take it.
    pub async fn wish(
        &self,
        campaign: &Campaign,
        token: &str,
        wish: Wish,
    ) -> Result<RightsOutcome, StoreError> {
        let Some(token) = TokenSecret::parse(token) else {
            return Ok(RightsOutcome::Unknown);
        };
        let now = self.clock.now();
        let choice = match wish {
            Wish::Export => {
                let kind = OutboxKind::ExportLink;
                return self.store.ask_for_link(&token, kind, now).await;
            }
            Wish::Erase => {
                let kind = OutboxKind::EraseLink;
                return self.store.ask_for_link(&token, kind, now).await;
            }
            Wish::Unsubscribe => return self.store.stop(token.hash(), now).await,
            Wish::Never => return self.never_again(campaign, &token).await,
            Wish::Pause => Choice::Pause(now.checked_add_days(Days::new(PAUSE_DAYS))),
            Wish::Resume => Choice::Pause(None),
            Wish::Reading { topics, lang } => {
                let peek = self.store.peek(token.hash(), now).await?;
                let Some(peek) = peek.filter(|peek| peek.purpose == Purpose::Manage) else {
                    return Ok(RightsOutcome::Unknown);
                };
                // Only what the newsletter has: else what it was stays.
                let languages = campaign.languages_of(&peek.form_id);
                let known = languages.iter().find(|form| form.voice.code == lang);
                let lang = known.map_or(peek.lang.clone(), |form| form.voice.code.to_owned());
                let form = languages.first();
                let topics = form.map_or(topics.clone(), |form| topics::chosen(form.form, &topics));
                Choice::Reading { topics, lang }
            }
        };
        self.store.choose(token.hash(), choice, now).await
    }

    /// The mailbox gets no mail any more, over all forms, and every subscription of it ends.
    async fn never_again(
        &self,
        campaign: &Campaign,
        token: &TokenSecret,
    ) -> Result<RightsOutcome, StoreError> {
        let now = self.clock.now();
        let peek = self.store.peek(token.hash(), now).await?;
        let Some(peek) = peek.filter(|peek| peek.purpose == Purpose::Manage) else {
            return Ok(RightsOutcome::Unknown);
        };
        let about = About {
            form_id: peek.form_id,
            lang: peek.lang,
            kind: peek.kind,
        };
        if peek.state != PeekState::Open {
            return Ok(RightsOutcome::Over(about));
        }
        // Before the subscription ends: its end erases what the link opens.
        let address = self.store.address_of(token).await?;
        let address = address.and_then(|address| email::parse(address.expose()).ok());
        if let Some(address) = address {
            let canonical = address.canonical.expose();
            let key = self.keys.suppression_key(canonical);
            let letters = campaign.newsletters();
            let letters = letters.map(|id| self.keys.dedupe_key(id, canonical));
            let reason = SuppressionReason::Asked;
            self.store
                .suppress(key, letters.collect(), reason, now)
                .await?;
        }
        // Also the subscription to a newsletter that has left the site.
        self.store.stop(token.hash(), now).await?;
        Ok(RightsOutcome::Done(about))
    }

    /// All that can be said about a person through one form, with the address that the link opens.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn copy(&self, campaign: &Campaign, token: &str) -> Result<Copied, StoreError> {
        let Some(token) = TokenSecret::parse(token) else {
            return Ok(Copied::Unknown);
        };
        let now = self.clock.now();
        let peek = self.store.peek(token.hash(), now).await?;
        let Some(peek) = peek.filter(|peek| peek.purpose == Purpose::Export) else {
            return Ok(Copied::Unknown);
        };
        let about = About {
            form_id: peek.form_id,
            lang: peek.lang,
            kind: peek.kind,
        };
        if peek.state != PeekState::Open {
            return Ok(Copied::Expired(about));
        }
        let Some(mut known) = self.store.known(token.hash()).await? else {
            return Ok(Copied::Unknown);
        };
        let address = self.store.address_of(&token).await?;
        let mut copy = Map::new();
        let voice = campaign.voice(&about.lang);
        copy.insert("note".to_owned(), voice.text("export_note").into());
        let form = campaign.form_known(&about.form_id, &about.lang);
        let title = form.map(|form| form.texts.title.as_str());
        copy.insert("title".to_owned(), json!(title));
        let address = address.as_ref().map(|address| address.expose().as_str());
        copy.insert("email".to_owned(), json!(address));
        copy.insert("asked_at".to_owned(), now.to_rfc3339().into());
        add_texts(campaign, &about.form_id, known.get_mut("forms"));
        copy.extend(known);
        let json = serde_json::to_string_pretty(&copy).unwrap_or_default();
        let json = Private::new(json);
        Ok(Copied::Copy(Box::new(Copy { about, json })))
    }

    /// Erases what is known of a person through one form.
    ///
    /// # Errors
    /// The database did not take it.
    pub async fn erase(&self, token: &str) -> Result<EraseOutcome, StoreError> {
        let Some(token) = TokenSecret::parse(token) else {
            return Ok(EraseOutcome::Unknown);
        };
        let now = self.clock.now();
        self.store.erase(token.hash(), now).await
    }
}

/// Beside the hash of a consent the text itself, as long as the site still shows it.
fn add_texts(campaign: &Campaign, form_id: &str, forms: Option<&mut Value>) {
    let languages = campaign.languages_of(form_id);
    let consents = languages.iter().map(|form| &form.texts.consent);
    let consents: Vec<_> = consents.collect();
    for form in forms.and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(form) = form.as_object_mut() else {
            continue;
        };
        let hash = form.get("consent_sha256").and_then(Value::as_str);
        let text = consents
            .iter()
            .find(|text| Some(text.sha256.as_str()) == hash);
        if let Some(text) = text {
            form.insert("consent_text".to_owned(), text.text.clone().into());
        }
    }
}
