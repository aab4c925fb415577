//! The call to hCaptcha: only an answer with a good HTTP status, of sane length, is read at all.

use hcaptcha::Response;
use reqwest::redirect::Policy;
use url::Url;

use crate::captcha::UnavailableReason;

/// The longest answer read, in bytes. Genuine ones stay below 1,000.
const LONGEST: usize = 64 * 1024;

/// Asks at one address.
pub(super) struct Caller {
    client: reqwest::Client,
    url: Url,
}

impl Caller {
    /// # Errors
    /// The address is none, or this machine cannot make such calls.
    pub(super) fn new(url: &str) -> Result<Self, String> {
        Ok(Self {
            client: reqwest::Client::builder()
                // The secret goes to the address that the operator wrote and to no other.
                .redirect(Policy::none())
                .build()
                .map_err(|error| error.to_string())?,
            url: Url::parse(url).map_err(|error| error.to_string())?,
        })
    }

    /// # Errors
    /// Why there is no answer to judge.
    pub(super) async fn ask(&self, fields: &[(&str, &str)]) -> Result<Response, UnavailableReason> {
        let sent = self.client.post(self.url.clone()).form(fields).send();
        let mut answer = sent.await.map_err(|error| reason(&error))?;
        if !answer.status().is_success() {
            return Err(UnavailableReason::Unreachable);
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| reason(&error))? {
            if body.len() + part.len() > LONGEST {
                return Err(UnavailableReason::Unreadable);
            }
            body.extend_from_slice(&part);
        }
        serde_json::from_slice(&body).map_err(|_| UnavailableReason::Unreadable)
    }
}

fn reason(error: &reqwest::Error) -> UnavailableReason {
    if error.is_timeout() {
        UnavailableReason::Timeout
    } else {
        UnavailableReason::Unreachable
    }
}
