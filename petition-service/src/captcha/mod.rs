//! Proof that a form was sent with some effort or by a person: one trait, three providers.
//!
//! A captcha raises the cost of abuse; it proves nothing. What matters here is the other side:
//! **an answer that could not be checked is never taken for a good one.** A provider that is slow,
//! broken, unreadable or wrongly set up yields [`Verdict::Unavailable`], and the caller decides
//! what the visitor is told.
//!
//! * [`altcha`]: proof of work, checked here with one HMAC; no account, no third party. The default.
//! * [`hcaptcha`]: the service of that name behind a time limit, a limit of calls at once and a
//!   circuit breaker; while it ails, ALTCHA can stand in.
//! * [`none`]: nothing is asked. Must be chosen by name.
//!
//! The caller treats a form without any answer ([`Answer::is_empty`]) as one from a browser
//! without JavaScript: it is not brought here but taken on a small mail budget of its own.
//! A [`ReplayMark`] must be stored in the transaction of the sign-up, and a mark that is already
//! there refuses the form: that is what makes a solved challenge good for one use.

pub mod altcha;
pub mod hcaptcha;
pub mod none;

use std::fmt;
use std::net::IpAddr;

pub use futures_util::future::BoxFuture;
use serde::Serialize;

/// What a form brought as its captcha's answer. The values are as posted, unchecked.
#[derive(Clone, Default)]
pub struct Answer {
    /// The field `altcha`: Base64 of the JSON of challenge and solution.
    pub altcha: Option<String>,
    /// The field `h-captcha-response`: hCaptcha's token.
    pub hcaptcha: Option<String>,
}

impl Answer {
    /// Whether no captcha answered at all (empty fields count as absent).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.altcha().is_none() && self.hcaptcha().is_none()
    }

    /// The ALTCHA answer, if there is one that is not blank.
    #[must_use]
    pub fn altcha(&self) -> Option<&str> {
        present(self.altcha.as_deref())
    }

    /// The hCaptcha token, if there is one that is not blank.
    #[must_use]
    pub fn hcaptcha(&self) -> Option<&str> {
        present(self.hcaptcha.as_deref())
    }
}

impl fmt::Debug for Answer {
    // The tokens are long and belong to one visitor: a log needs only to know which were there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("altcha", &self.altcha().is_some())
            .field("hcaptcha", &self.hcaptcha().is_some())
            .finish()
    }
}

fn present(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

/// The form for which an answer was given.
#[derive(Clone, Copy)]
pub struct VerifyContext<'a> {
    /// The form's id: an answer is good for its own form only.
    pub form_id: &'a str,
    /// Language of the form.
    pub lang: &'a str,
    /// The visitor's address, if the operator chose to share it with the provider.
    pub remote_ip: Option<IpAddr>,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The answer is good.
    Passed {
        /// To be stored with the sign-up so that the answer is not used twice; none if the
        /// provider itself sees to that.
        replay_mark: Option<ReplayMark>,
    },
    /// The answer is not good: the visitor is asked again, with the form's content kept.
    Refused(RefusedReason),
    /// Nobody can say. Never a success.
    Unavailable(UnavailableReason),
}

/// A used challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayMark {
    /// Names the challenge; unique.
    pub nonce: String,
    /// Unix time in seconds after which the challenge is refused anyway and the mark can go.
    pub expires_at: i64,
}

/// Why an answer is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedReason {
    /// There is none of the kind that this provider checks.
    Missing,
    /// It has not the shape of an answer.
    Malformed,
    /// It does not solve the challenge, or the challenge is not ours.
    Wrong,
    /// It came too late.
    Expired,
    /// It was used before.
    Used,
    /// It was given for another form or another site.
    Elsewhere,
}

impl RefusedReason {
    /// A word for logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Wrong => "wrong",
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// Why nobody can say whether an answer is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnavailableReason {
    /// The provider did not answer within the time limit.
    Timeout,
    /// The provider could not be reached, or answered with an error of its server.
    Unreachable,
    /// The provider's answer is not what its documentation promises.
    Unreadable,
    /// The provider complains about our settings (secret, site key): these codes.
    Settings(String),
    /// The provider gave codes that are not documented: these.
    Unknown(String),
    /// Too many calls to the provider are waiting already.
    Busy,
    /// The provider failed several times in a row and is left alone for a while.
    Resting,
}

impl UnavailableReason {
    /// A word for logs and metrics.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::Settings(_) => "settings",
            Self::Unknown(_) => "unknown",
            Self::Busy => "busy",
            Self::Resting => "resting",
        }
    }
}

/// What `GET /captcha` tells the page's script: which captcha to show, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "provider", rename_all = "lowercase")]
pub enum Provider {
    /// Solve a challenge of ours.
    Altcha {
        /// Where to get the challenge.
        challenge_url: String,
    },
    /// Show hCaptcha's widget.
    Hcaptcha {
        /// The public key of the site.
        sitekey: String,
    },
    /// Ask nothing.
    None,
}

/// A captcha provider.
pub trait Captcha: Send + Sync {
    /// What the page of this form should show now. `challenge_url` is the address of
    /// `GET /captcha/altcha` for the same form and language.
    fn provider(&self, challenge_url: &str) -> Provider;

    /// A fresh ALTCHA challenge for a form, as the protocol's JSON; none if this provider gives
    /// out none (now): `GET /captcha/altcha` answers 404 then.
    fn challenge(&self, form_id: &str, lang: &str) -> Option<serde_json::Value>;

    /// Checks an answer. May take as long as the provider's time limit, never longer.
    fn verify<'a>(
        &'a self,
        answer: &'a Answer,
        context: &'a VerifyContext<'a>,
    ) -> BoxFuture<'a, Verdict>;
}
