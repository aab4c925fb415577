//! The tab that waits for a confirmation: what it is told, the code typed in it, the mail once more.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::Service;
use crate::domain::{Code, TokenSecret};
use crate::store::{About, MailLag, StoreError, Waiting};

/// How long an estimate is told before it is made anew.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// Minutes that nobody needs to be told of.
const USUAL: u64 = 2;

/// How long mails take, as it was last looked at.
#[derive(Debug, Default)]
pub struct Lag(Mutex<Option<(DateTime<Utc>, Option<u64>)>>);

/// What a waiting tab is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing is confirmed, or nothing that could be told.
    Pending {
        /// Minutes that a mail takes now, if it takes long.
        mail_minutes: Option<u64>,
    },
    /// The form that its browser sent is confirmed.
    Confirmed(About),
}

impl Service {
    /// What the browser that waits with this token is told: the same for a form that was dropped as for
    /// one that nobody has confirmed.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn waiting(&self, wait: &TokenSecret) -> Result<Told, StoreError> {
        match self.store.waiting(wait.hash()).await? {
            Waiting::Confirmed(about) => Ok(Told::Confirmed(about)),
            Waiting::Pending => Ok(Told::Pending {
                mail_minutes: self.mail_minutes().await?,
            }),
        }
    }

    /// Confirms by the code of a mail as it was typed; none: it did not, for whatever reason.
    ///
    /// # Errors
    /// The database did not take it.
    pub async fn confirm_by_code(
        &self,
        wait: Option<&TokenSecret>,
        typed: &str,
    ) -> Result<Option<About>, StoreError> {
        let code = Code::parse(typed);
        let now = self.clock.now();
        let about = self.store.confirm_by_code(wait, code, now).await?;
        let outcome = if about.is_some() { "right" } else { "wrong" };
        metrics::counter!("codes_typed", "outcome" => outcome).increment(1);
        Ok(about)
    }

    /// Sends the mail once more, if the mailbox may get one. Nobody learns whether it did.
    ///
    /// # Errors
    /// The database did not take it.
    pub async fn resend(&self, token: Option<&TokenSecret>) -> Result<(), StoreError> {
        if self.store.resend(token, self.clock.now()).await? {
            metrics::counter!("mails_asked_for_again").increment(1);
        }
        Ok(())
    }

    async fn mail_minutes(&self) -> Result<Option<u64>, StoreError> {
        let now = self.clock.now();
        let mut last = self.lag.0.lock().await;
        if let Some((at, minutes)) = *last
            && now.signed_duration_since(at).abs() < FRESH
        {
            return Ok(minutes);
        }
        let minutes = minutes(&self.store.mail_lag(now).await?);
        *last = Some((now, minutes));
        Ok(minutes)
    }
}

/// The minutes that a mail takes now; none if that is nothing to speak of.
fn minutes(lag: &MailLag) -> Option<u64> {
    let queue = lag.sent_recently.checked_sub(1).map(|_| {
        // At the pace of late, for all that stand before.
        let seconds = lag.untried.saturating_mul(MailLag::RECENT.as_secs()) / lag.sent_recently;
        Duration::from_secs(seconds)
    });
    let longest = [queue, lag.oldest_untried, lag.stuck].into_iter().flatten();
    let minutes = longest.max()?.as_secs().div_ceil(60);
    (minutes > USUAL).then_some(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn a_delay_is_told_from_what_waits_and_from_the_pace() {
        let calm = MailLag {
            untried: 8,
            oldest_untried: seconds(1),
            stuck: None,
            sent_recently: 200,
        };
        assert_eq!(minutes(&calm), None);
        assert_eq!(minutes(&MailLag::default()), None);
        // 60 a minute leave and 600 wait: ten minutes.
        let crowd = MailLag {
            untried: 600,
            sent_recently: 120,
            ..calm
        };
        assert_eq!(minutes(&crowd), Some(10));
        let stuck = MailLag {
            stuck: seconds(61 * 60 - 1),
            sent_recently: 0,
            ..calm
        };
        assert_eq!(minutes(&stuck), Some(61));
        let short = MailLag {
            oldest_untried: seconds(120),
            ..calm
        };
        assert_eq!(minutes(&short), None, "two minutes are nothing to speak of");
    }
}
