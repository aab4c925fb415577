//! The links in mails: what they would do, and doing it.

use super::Service;
use crate::domain::{Purpose, TokenSecret};
use crate::store::{About, ConfirmOutcome, LeaveOutcome, Peek, PeekState, StoreError};

/// What a link leads to.
#[derive(Clone, Debug)]
pub enum Opened {
    /// A page with one button.
    Button {
        /// What the button would do.
        peek: Peek,
        /// Whether the link was opened in the browser that sent the form.
        same_browser: bool,
    },
    /// What it confirms is confirmed.
    Confirmed(About),
    /// Its time is over, but it may lead to a new mail.
    Late(Peek),
    /// Its time is over.
    Expired(About),
    /// There is no such link.
    Unknown,
}

/// What came of leaving, or of confirming.
#[derive(Clone, Debug)]
pub enum Left {
    /// Done, now or before.
    Done(About),
    /// The link's time is over.
    Expired(About),
    /// There is no such link.
    Unknown,
}

impl Service {
    /// Looks at a link without doing anything. `path` is the part of its address that names its
    /// purpose (`confirm`), `nonce` that of the visitor's browser.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn open(
        &self,
        path: &str,
        token: &str,
        nonce: Option<&TokenSecret>,
    ) -> Result<Opened, StoreError> {
        let Some(token) = TokenSecret::parse(token) else {
            return Ok(Opened::Unknown);
        };
        let peek = self.store.peek(token.hash(), self.clock.now()).await?;
        let Some(peek) = peek.filter(|peek| peek.purpose.path() == path) else {
            return Ok(Opened::Unknown);
        };
        let about = |peek: Peek| About {
            form_id: peek.form_id,
            lang: peek.lang,
            kind: peek.kind,
        };
        match peek.state {
            PeekState::Expired => return Ok(Opened::Expired(about(peek))),
            PeekState::Late => return Ok(Opened::Late(peek)),
            PeekState::Done if peek.purpose.path() == "confirm" => {
                return Ok(Opened::Confirmed(about(peek)));
            }
            PeekState::Done | PeekState::Open => {}
        }
        let same_browser =
            nonce.is_some_and(|nonce| peek.nonce_hash == Some(nonce.hash_for(&peek.attempt_id)));
        Ok(Opened::Button { peek, same_browser })
    }

    /// Whether there is a link with this token, for whatever it is good; asks no writer.
    ///
    /// # Errors
    /// The database did not answer.
    pub async fn is_known(&self, token: &str) -> Result<bool, StoreError> {
        let Some(token) = TokenSecret::parse(token) else {
            return Ok(false);
        };
        let peek = self.store.peek(token.hash(), self.clock.now()).await?;
        Ok(peek.is_some())
    }

    /// Confirms a signature or a subscription; a second time does nothing more. `nonce` is that of
    /// the visitor's browser.
    ///
    /// # Errors
    /// The database did not take it.
    pub async fn confirm(
        &self,
        token: &str,
        nonce: Option<&TokenSecret>,
    ) -> Result<Left, StoreError> {
        let Some(token) = TokenSecret::parse(token) else {
            return Ok(Left::Unknown);
        };
        let outcome = self
            .store
            .confirm_in(&token, nonce, self.clock.now())
            .await?;
        Ok(match outcome {
            ConfirmOutcome::Confirmed(about) => {
                metrics::counter!("confirmed").increment(1);
                Left::Done(about)
            }
            ConfirmOutcome::Already(about) => Left::Done(about),
            ConfirmOutcome::Expired(about) => Left::Expired(about),
            ConfirmOutcome::Unknown => Left::Unknown,
        })
    }

    /// Withdraws a signature, or ends a subscription.
    ///
    /// # Errors
    /// The database did not take it.
    pub async fn leave(&self, purpose: Purpose, token: &str) -> Result<Left, StoreError> {
        let Some(token) = TokenSecret::parse(token) else {
            return Ok(Left::Unknown);
        };
        let now = self.clock.now();
        let outcome = match purpose {
            Purpose::Withdraw => self.store.withdraw(token.hash(), now).await?,
            _ => self.store.unsubscribe(token.hash(), now).await?,
        };
        Ok(match outcome {
            LeaveOutcome::Done(about) | LeaveOutcome::Already(about) => Left::Done(about),
            LeaveOutcome::Expired(about) => Left::Expired(about),
            LeaveOutcome::Unknown => Left::Unknown,
        })
    }
}
