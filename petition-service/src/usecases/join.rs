//! Signing a petition and subscribing to a newsletter.

use campaign_file::{ConsentText, Field, FormKind};

use super::{Service, Share, messages, topics};
use crate::campaign::{Campaign, FormIn};
use crate::captcha::{Answer, Verdict, VerifyContext};
use crate::domain::{
    Network, Private, SubmittedValues, TokenSecret, ValidForm, email, form, name, state,
};
use crate::pages::{self, Mistake};
use crate::store::{
    Consent, MailBudget, NewSignUp, NewsletterIntent, SignUpOutcome, StoreError, SubjectKind,
    UsedChallenge,
};

/// The longest address of a page that is believed, in bytes.
const LONGEST_PAGE: usize = 1024;

/// A form as it came.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Language that the form says it is in.
    pub lang: String,
    /// Address of the page that the form says it stood on.
    pub form_page: Private<String>,
    /// What was typed and ticked.
    pub values: SubmittedValues,
    /// The newsletter's topics that were ticked.
    pub topics: Vec<String>,
    /// SHA-256 of the consent text that the form showed; empty if it does not say.
    pub consent_sha256: String,
    /// The same of the newsletter box.
    pub newsletter_sha256: String,
    /// The trap for programs: people leave it empty, since they do not see it.
    pub honeypot: Private<String>,
    /// The address of which the visitor said that it is right as it is.
    pub email_kept: Private<String>,
    /// The captcha's answer.
    pub captcha: Answer,
    /// The nonce given to the browser.
    pub nonce: Option<TokenSecret>,
    /// Code of the partner on whose site it stood.
    pub partner: Option<String>,
    /// The token that it is given to wait with.
    pub wait: Option<TokenSecret>,
    /// Stands for the network from which it came.
    pub network: Network,
}

/// To which form, and as what.
#[derive(Clone, Copy, Debug)]
pub struct Join<'a> {
    /// The campaign in use.
    pub campaign: &'a Campaign,
    /// The form's id.
    pub form_id: &'a str,
    /// What the address says that the form is.
    pub kind: SubjectKind,
}

/// What became of the form.
#[derive(Clone, Debug)]
pub enum Joined {
    /// Taken, or pretended to be: the visitor is to look for the mail.
    CheckMail {
        /// The page that says so.
        next: String,
    },
    /// The database is not there: the form is kept, and its mail comes later.
    Kept,
    /// Something is to be mended.
    Invalid(Vec<Mistake>),
    /// The petition cannot be signed now; why.
    Closed(Mistake),
    /// Sound, but the address looks misspelt: to be asked about, and taken if the visitor keeps it.
    Doubtful {
        /// The address that was probably meant.
        meant: Private<String>,
    },
    /// There is no such form.
    NoSuchForm,
    /// There is, but not in the language that the visitor reads: no proof of consent could be kept.
    NoSuchLanguage,
}

impl Service {
    /// Takes a form.
    ///
    /// # Errors
    /// Neither the database nor the journal took it: nothing is promised to the visitor.
    pub async fn join(&self, join: Join<'_>, request: &Request) -> Result<Joined, StoreError> {
        let known = join.campaign.form_known(join.form_id, &request.lang);
        if known.is_none_or(|form| kind_of(&form) != join.kind) {
            return Ok(Joined::NoSuchForm);
        }
        let Some(form) = join.campaign.form(join.form_id, &request.lang) else {
            return Ok(Joined::NoSuchLanguage);
        };
        let check_mail = Joined::CheckMail {
            next: form.voice.language.steps.check_mail.clone(),
        };
        if let Some(mistake) = self.closed(form) {
            return Ok(Joined::Closed(mistake));
        }
        if !request.honeypot.expose().trim().is_empty() {
            metrics::counter!("forms_trapped", "kind" => join.kind.name()).increment(1);
            // A program gets the same answer as a person, and nothing happens.
            return Ok(check_mail);
        }
        let mut changed = changed(form, request);
        if topics::strange(form.form, &request.topics) {
            changed.push(messages::mistake(form, "topics", "error_topics"));
        }
        let valid = match form::validate(form.form, &request.values, is_country) {
            Ok(valid) if changed.is_empty() => valid,
            Ok(_) => return Ok(Joined::Invalid(changed)),
            Err(faults) => {
                let faults = messages::mistakes(form, &faults);
                return Ok(Joined::Invalid([faults, changed].concat()));
            }
        };
        // Before the captcha, whose answer is good for one form.
        if let Some(meant) = doubted(&valid, request) {
            metrics::counter!("addresses_doubted").increment(1);
            return Ok(Joined::Doubtful { meant });
        }
        let (budget, challenge) = match self.captcha(form, request).await {
            Ok(passed) => passed,
            Err(key) => {
                return Ok(Joined::Invalid(vec![messages::mistake(
                    form, "captcha", key,
                )]));
            }
        };
        let sign_up = self.sign_up(join.campaign, form, request, &valid, (budget, challenge));
        Ok(match self.store.sign_up(sign_up, self.clock.now()).await? {
            SignUpOutcome::Accepted { .. } => {
                metrics::counter!("forms_taken", "kind" => join.kind.name()).increment(1);
                check_mail
            }
            SignUpOutcome::Kept => {
                metrics::counter!("forms_kept", "kind" => join.kind.name()).increment(1);
                Joined::Kept
            }
            SignUpOutcome::CaptchaUsed => {
                Joined::Invalid(vec![messages::mistake(form, "captcha", "error_captcha")])
            }
            SignUpOutcome::MailBudgetSpent => Joined::Invalid(vec![messages::mistake(
                form,
                "captcha",
                "error_captcha_unavailable",
            )]),
        })
    }

    fn closed(&self, form: FormIn<'_>) -> Option<Mistake> {
        let FormKind::Petition(facts) = &form.form.kind else {
            return None;
        };
        let today = self.clock.now().date_naive();
        let closed = state::signable(facts, today).err()?;
        Some(messages::mistake(form, "", closed.text_key()))
    }

    /// On whose account the mail goes; or the key of the text that asks for another try.
    async fn captcha(
        &self,
        form: FormIn<'_>,
        request: &Request,
    ) -> Result<(MailBudget, Option<UsedChallenge>), &'static str> {
        let answer = &request.captcha;
        let asks_nothing = matches!(self.captcha.provider(""), crate::captcha::Provider::None);
        if answer.is_empty() && !asks_nothing {
            // A browser without scripts cannot answer: the mail itself must do.
            if self.share(Share::Unproven, &request.network).is_err() {
                metrics::counter!("unproven_limited").increment(1);
                return Err("error_captcha_unavailable");
            }
            let per_hour = self.unproven_per_hour;
            return Ok((MailBudget::Unproven { per_hour }, None));
        }
        let context = VerifyContext {
            form_id: form.id,
            lang: form.voice.code,
            remote_ip: None,
        };
        match self.captcha.verify(answer, &context).await {
            Verdict::Passed { replay_mark } => {
                let challenge = replay_mark.map(|mark| UsedChallenge {
                    nonce: mark.nonce,
                    expires_at: mark.expires_at,
                });
                Ok((MailBudget::Captcha, challenge))
            }
            Verdict::Refused(reason) => {
                metrics::counter!("captcha_refused", "reason" => reason.as_str()).increment(1);
                Err("error_captcha")
            }
            Verdict::Unavailable(reason) => {
                metrics::counter!("captcha_unavailable", "reason" => reason.as_str()).increment(1);
                tracing::warn!(?reason, "the captcha cannot be checked");
                Err("error_captcha_unavailable")
            }
        }
    }

    fn sign_up(
        &self,
        campaign: &Campaign,
        form: FormIn<'_>,
        request: &Request,
        valid: &ValidForm,
        (budget, challenge): (MailBudget, Option<UsedChallenge>),
    ) -> NewSignUp {
        let canonical = valid.email.canonical.expose();
        let newsletter = if valid.newsletter {
            self.newsletter(campaign, form, canonical)
        } else {
            None
        };
        NewSignUp {
            form_id: form.id.to_owned(),
            kind: kind_of(&form),
            dedupe_key: self.keys.dedupe_key(form.id, canonical),
            email: valid.email.display.clone(),
            fields: valid.content().fields,
            public_name: public_name(valid),
            partner: request.partner.clone(),
            topics: topics::chosen(form.form, &request.topics),
            lang: form.voice.code.to_owned(),
            form_page: believed(campaign, form, request.form_page.expose()),
            consent: consent(&form.texts.consent, &form.form.consent_version),
            newsletter,
            nonce: request.nonce.clone(),
            wait: request.wait.clone(),
            challenge,
            budget,
        }
    }

    fn newsletter(
        &self,
        campaign: &Campaign,
        form: FormIn<'_>,
        canonical: &str,
    ) -> Option<NewsletterIntent> {
        let FormKind::Petition(facts) = &form.form.kind else {
            return None;
        };
        let id = facts.newsletter.as_deref()?;
        campaign.form_known(id, form.voice.code)?;
        Some(NewsletterIntent {
            form_id: id.to_owned(),
            dedupe_key: self.keys.dedupe_key(id, canonical),
            // The box stands on the petition, and its text is of that page's version.
            consent: consent(
                form.texts.newsletter_consent.as_ref()?,
                &form.form.consent_version,
            ),
        })
    }
}

/// The name to be shown, if the signer asked for it.
fn public_name(valid: &ValidForm) -> Option<Private<String>> {
    let typed = |field| valid.values.get(&field).map(Private::expose);
    let first = typed(Field::FirstName).filter(|_| valid.show_name)?;
    let last = typed(Field::LastName).map_or("", String::as_str);
    Some(Private::new(name::shown(first, last)))
}

/// The address that was probably meant, if the visitor has not said that theirs is right.
fn doubted(valid: &ValidForm, request: &Request) -> Option<Private<String>> {
    let kept = request.email_kept.expose().trim();
    let is_kept = !kept.is_empty() && kept == request.values.get("email").trim();
    email::suggestion(&valid.email).filter(|_| !is_kept)
}

/// What was agreed to beside another text than the one that stands there now. The proof of consent
/// must hold what the visitor read.
fn changed(form: FormIn<'_>, request: &Request) -> Vec<Mistake> {
    let boxes = [
        (
            "consent",
            request.values.consent,
            Some(&form.texts.consent),
            &request.consent_sha256,
        ),
        (
            "newsletter",
            request.values.newsletter,
            form.texts.newsletter_consent.as_ref(),
            &request.newsletter_sha256,
        ),
    ];
    boxes
        .into_iter()
        .filter(|(_, ticked, text, shown)| {
            *ticked && text.is_some_and(|text| !text.was_shown(shown))
        })
        .map(|(field, ..)| messages::mistake(form, field, "error_consent_changed"))
        .collect()
}

fn consent(text: &ConsentText, version: &str) -> Consent {
    Consent {
        text_sha256: text.sha256.clone(),
        version: version.to_owned(),
    }
}

fn kind_of(form: &FormIn<'_>) -> SubjectKind {
    if form.is_petition() {
        SubjectKind::Petition
    } else {
        SubjectKind::Newsletter
    }
}

/// The page that the form stood on, if it can be one: a petition stands on pages that the campaign
/// file names, a newsletter on any page of the site.
fn believed(campaign: &Campaign, form: FormIn<'_>, page: &str) -> String {
    let page = page.split(['?', '#']).next().unwrap_or_default();
    let on_site = || page.len() <= LONGEST_PAGE && page.starts_with(&campaign.file().site.base_url);
    let known = form.stands_on(page) || (!form.is_petition() && on_site());
    if known {
        page.to_owned()
    } else {
        form.texts.page.clone()
    }
}

fn is_country(code: &str) -> bool {
    pages::countries("en")
        .iter()
        .any(|country| country.code == code)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_PAGE, Request, believed};
    use crate::campaign::{Campaign, sample};
    use crate::domain::Private;

    #[test]
    fn a_request_prints_nothing_that_was_typed() {
        let typed = || Private::new("Anna".to_owned());
        let mut request = Request {
            form_page: typed(),
            honeypot: typed(),
            ..Request::default()
        };
        request.values.set("first_name", "Anna");
        assert!(!format!("{request:?}").contains("Anna"));
    }

    #[test]
    fn the_page_of_a_newsletters_form_is_a_page_of_the_site_of_sane_length() {
        let campaign = Campaign::new(sample::file()).expect("a campaign");
        let form = campaign.form("news", "nl").expect("the form");
        let page = "https://site.example/news/article/";
        assert_eq!(believed(&campaign, form, &format!("{page}?a=1")), page);
        let long = format!("{page}{}", "x".repeat(LONGEST_PAGE));
        assert_eq!(believed(&campaign, form, &long), form.texts.page);
        assert_eq!(
            believed(&campaign, form, "https://evil.example/"),
            form.texts.page
        );
    }
}
