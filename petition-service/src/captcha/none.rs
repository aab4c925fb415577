//! No captcha: everything passes. For development, and for operators who ask for it by name.

use super::{Answer, BoxFuture, Captcha, Provider, Verdict, VerifyContext};

/// Asks nothing and lets everything pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCaptcha;

impl Captcha for NoCaptcha {
    fn provider(&self, _challenge_url: &str) -> Provider {
        Provider::None
    }

    fn challenge(&self, _form_id: &str, _lang: &str) -> Option<serde_json::Value> {
        None
    }

    fn verify<'a>(
        &'a self,
        _answer: &'a Answer,
        _context: &'a VerifyContext<'a>,
    ) -> BoxFuture<'a, Verdict> {
        Box::pin(std::future::ready(Verdict::Passed { replay_mark: None }))
    }
}
