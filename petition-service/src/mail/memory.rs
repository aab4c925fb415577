//! A mailbox in memory: for the development mailbox and for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{BoxFuture, Mail, MailError, Mailer};

/// How many mails are kept; the oldest go first.
const KEPT: usize = 500;

/// Takes every mail and keeps the last 500. Clones share one mailbox.
#[derive(Clone, Default)]
pub struct MemoryMailer {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    mails: VecDeque<Mail>,
    failures: VecDeque<MailError>,
}

impl MemoryMailer {
    /// An empty mailbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The mails kept, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.lock().mails.iter().cloned().collect()
    }

    /// The mail of that `Message-ID`.
    #[must_use]
    pub fn find(&self, message_id: &str) -> Option<Mail> {
        let inner = self.lock();
        inner
            .mails
            .iter()
            .find(|m| m.message_id == message_id)
            .cloned()
    }

    /// Forgets all mails.
    pub fn clear(&self) {
        self.lock().mails.clear();
    }

    /// Makes the next mail fail so; called again, the one after it.
    pub fn fail_next(&self, error: MailError) {
        self.lock().failures.push_back(error);
    }

    // A mailbox is whole after any panic of its user: there is no half-done change to fear.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailer for MemoryMailer {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            let mut inner = self.lock();
            if let Some(error) = inner.failures.pop_front() {
                return Err(error);
            }
            if inner.mails.len() >= KEPT {
                inner.mails.pop_front();
            }
            inner.mails.push_back(mail.clone());
            Ok(())
        })
    }
}
