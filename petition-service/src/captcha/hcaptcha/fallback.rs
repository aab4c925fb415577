//! ALTCHA stands in while hCaptcha ails (`on_unavailable = "altcha"`).

use std::time::Duration;

use super::Hcaptcha;
use crate::captcha::altcha::{Altcha, DEFAULT_TTL};
use crate::captcha::{
    Answer, BoxFuture, Captcha, Provider, UnavailableReason, Verdict, VerifyContext,
};

/// For so long after hCaptcha's last failure an ALTCHA answer is taken: visitors who opened the
/// form while it ailed still have to fill it in.
const GRACE: Duration = DEFAULT_TTL;

/// hCaptcha, and ALTCHA while that one ails.
///
/// An ALTCHA answer passes only if hCaptcha failed a short while ago; otherwise everybody could
/// choose the captcha that suits a program best.
pub struct HcaptchaWithFallback {
    hcaptcha: Hcaptcha,
    altcha: Altcha,
}

impl HcaptchaWithFallback {
    /// hCaptcha with its stand-in.
    #[must_use]
    pub fn new(hcaptcha: Hcaptcha, altcha: Altcha) -> Self {
        Self { hcaptcha, altcha }
    }

    fn stands_in(&self) -> bool {
        self.hcaptcha.ailed_within(GRACE)
    }

    async fn check(&self, answer: &Answer, context: &VerifyContext<'_>) -> Verdict {
        if answer.hcaptcha().is_none() && self.stands_in() {
            return self.altcha.check(answer, context.form_id);
        }
        match self.hcaptcha.check(answer, context).await {
            // Saturation is no ailment: a visitor could bring it about.
            Verdict::Unavailable(reason)
                if reason != UnavailableReason::Busy
                    && answer.altcha().is_some()
                    && self.stands_in() =>
            {
                self.altcha.check(answer, context.form_id)
            }
            verdict => verdict,
        }
    }
}

impl Captcha for HcaptchaWithFallback {
    fn provider(&self, challenge_url: &str) -> Provider {
        if self.hcaptcha.ails() {
            self.altcha.provider(challenge_url)
        } else {
            self.hcaptcha.provider(challenge_url)
        }
    }

    fn challenge(&self, form_id: &str, lang: &str) -> Option<serde_json::Value> {
        self.stands_in()
            .then(|| self.altcha.challenge(form_id, lang))
            .flatten()
    }

    fn verify<'a>(
        &'a self,
        answer: &'a Answer,
        context: &'a VerifyContext<'a>,
    ) -> BoxFuture<'a, Verdict> {
        Box::pin(self.check(answer, context))
    }
}
