//! Writes the journal: whatever forms wait are written together and answered once they are on the disk.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::segment::{ENDING, Entry, Segment};
use super::{JournalOptions, entry, segment};
use crate::store::key16;
use crate::store::records::{MailBudget, SignUpOutcome, StoreError};
use crate::store::sign_up::SignUp;
use crate::store::vault::Vault;

/// The most forms that are written together.
const TOGETHER: usize = 256;

/// What the keeper is asked.
pub(super) enum Ask {
    /// To keep a form.
    Keep(
        Arc<SignUp>,
        oneshot::Sender<Result<SignUpOutcome, StoreError>>,
    ),
    /// To begin a new file with the next form: those there are to be read.
    Close(oneshot::Sender<()>),
}

/// Writes files, one after another.
pub(super) struct Keeper {
    pub(super) options: JournalOptions,
    pub(super) vault: Arc<dyn Vault>,
    segment: Option<Segment>,
    /// Bytes of all files.
    used: u64,
    /// Challenges of forms that were kept, by which mailbox they were used, and until when they could be
    /// once more: while the database can be read and not written, files come and go.
    challenges: HashMap<String, (Vec<u8>, i64)>,
    /// When the last form with a challenge came, in unix seconds.
    latest: i64,
    /// Forms without a captcha's answer: the hour, and how many.
    unproven: (i64, u32),
}

impl Keeper {
    pub(super) fn new(options: JournalOptions, vault: Arc<dyn Vault>) -> Self {
        Self {
            options,
            vault,
            segment: None,
            used: 0,
            challenges: HashMap::new(),
            latest: 0,
            unproven: (0, 0),
        }
    }

    /// Works until nobody can ask any more.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Ask>) {
        let mut asked = Vec::with_capacity(TOGETHER);
        while inbox.recv_many(&mut asked, TOGETHER).await > 0 {
            let these = std::mem::take(&mut asked);
            let done = tokio::task::spawn_blocking(move || {
                self.serve(these);
                self
            });
            match done.await {
                Ok(back) => self = back,
                Err(_) => return,
            }
        }
    }

    fn serve(&mut self, asked: Vec<Ask>) {
        let mut kept = Vec::new();
        let mut entries = Vec::new();
        for ask in asked {
            match ask {
                Ask::Close(reply) => {
                    self.write(&mut entries, &mut kept);
                    self.segment = None;
                    self.forget_challenges();
                    let _gone = reply.send(());
                }
                Ask::Keep(form, reply) => match self.refused(&form) {
                    Some(outcome) => {
                        let _gone = reply.send(Ok(outcome));
                    }
                    None => {
                        let entry = entry::to_bytes(&form);
                        if segment::fits(&entry) {
                            entries.push(entry);
                            kept.push(reply);
                        } else {
                            let _gone = reply.send(Err(too_long(&entry)));
                        }
                    }
                },
            }
        }
        self.write(&mut entries, &mut kept);
    }

    /// What the database would refuse, as far as it can be known without it.
    fn refused(&mut self, form: &SignUp) -> Option<SignUpOutcome> {
        if let Some(challenge) = &form.form.challenge {
            let mailbox = key16(&form.form.dedupe_key);
            self.latest = self.latest.max(form.now.timestamp());
            let (by, _) = self
                .challenges
                .entry(challenge.nonce.clone())
                .or_insert_with(|| (mailbox.clone(), challenge.expires_at));
            if *by != mailbox {
                return Some(SignUpOutcome::CaptchaUsed);
            }
        }
        if let MailBudget::Unproven { per_hour } = form.form.budget {
            let hour = form.now.timestamp().div_euclid(3600);
            if self.unproven.0 != hour {
                self.unproven = (hour, 0);
            }
            if self.unproven.1 >= per_hour {
                return Some(SignUpOutcome::MailBudgetSpent);
            }
            self.unproven.1 += 1;
        }
        None
    }

    /// Those that were refused anyway for an hour by now.
    fn forget_challenges(&mut self) {
        let gone = self.latest - 3600;
        self.challenges.retain(|_, (_, ends)| *ends > gone);
    }

    fn write(
        &mut self,
        entries: &mut Vec<Entry>,
        kept: &mut Vec<oneshot::Sender<Result<SignUpOutcome, StoreError>>>,
    ) {
        if entries.is_empty() {
            return;
        }
        let written = self.try_write(entries);
        if let Err(error) = &written {
            tracing::error!(%error, forms = entries.len(), "forms could not be put into the journal");
            // What stands at this file's end is not known.
            self.segment = None;
        }
        entries.clear();
        for reply in kept.drain(..) {
            let answer = written.clone().map(|()| SignUpOutcome::Kept);
            // Whoever asked may have gone; what was written stays.
            let _gone = reply.send(answer);
        }
    }

    fn try_write(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let failed = |error: std::io::Error| StoreError::Journal(error.to_string());
        let mut segment = match self.segment.take() {
            Some(segment) => segment,
            None => {
                self.used = self.measured().map_err(failed)?;
                let made = Segment::create(&self.options.folder, &*self.vault);
                made.map_err(failed)?
            }
        };
        if self.used >= self.options.most_bytes {
            self.segment = Some(segment);
            return Err(StoreError::Journal(format!(
                "it has its {} bytes and takes no more",
                self.options.most_bytes
            )));
        }
        self.used += segment.append(entries).map_err(failed)?;
        self.segment = Some(segment);
        Ok(())
    }

    /// Bytes of all files.
    fn measured(&self) -> std::io::Result<u64> {
        let mut sum = 0;
        for file in std::fs::read_dir(&self.options.folder)? {
            let file = file?;
            if file.path().extension().is_some_and(|end| end == ENDING) {
                // It may just have been replayed.
                sum += file.metadata().map_or(0, |about| about.len());
            }
        }
        Ok(sum)
    }
}

fn too_long(entry: &Entry) -> StoreError {
    StoreError::Journal(format!(
        "a form of {} bytes is too long for it",
        entry.len()
    ))
}
