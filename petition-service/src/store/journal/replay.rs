//! The database is back: what the journal holds goes into it, each form once.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::reading::{self, Next, NotRead, Reading};
use super::{Journal, entry};
use crate::store::engine::{Conn, Error, statements, values};
use crate::store::options::StoreOptions;
use crate::store::records::{MailBudget, SignUpOutcome, StoreError};
use crate::store::sign_up::SignUp;
use crate::store::writer::{Done, Hot, Write, Writer};

/// Forms of one transaction.
const TOGETHER: usize = 64;

/// For how long it is remembered that a form was replayed, in days: a file that comes back later (from a
/// backup) is a stranger.
const REMEMBERED: i64 = 30;

statements! {
    // In the form's own transaction: a crash on the way leaves either both or none.
    MARK = "insert into used_challenges (nonce, expires_at) values ($1, $2)
         on conflict (nonce) do nothing returning nonce";

    // Stored although nobody could be told so: the connection broke at its commit.
    STORED = "select exists (select 1 from attempts where id = $1) as stored";
}

/// What became of the forms in the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Stored now.
    pub stored: u64,
    /// Stored before.
    pub before: u64,
    /// Of those stored now: their captcha's answer had been used by another form, on another instance or
    /// before the database went away. Their visitors were told that they are kept, so they are taken as
    /// forms without an answer are, on the budget of those.
    pub unproven: u64,
    /// Damaged, or not taken by the database: their file is kept.
    pub failed: u64,
    /// Files whose last entry was never whole.
    pub torn: u64,
}

impl Journal {
    /// Puts all that is kept into the database and destroys the files.
    ///
    /// # Errors
    /// The database is gone again, or a file cannot be read: the rest is for the next call.
    pub(in crate::store) async fn replay(
        &self,
        writer: &Writer,
        options: &Arc<StoreOptions>,
        now: DateTime<Utc>,
    ) -> Result<Replayed, StoreError> {
        let failed = |error: std::io::Error| StoreError::Journal(error.to_string());
        let mut replayed = Replayed::default();
        if self.files().map_err(failed)?.is_empty() {
            return Ok(replayed);
        }
        self.close().await?;
        for path in self.files().map_err(failed)? {
            let reading = match Reading::open(&path, &*options.vault) {
                Ok(reading) => reading,
                Err(NotRead::Taken) => continue,
                Err(NotRead::Failed(error)) => return Err(failed(error)),
                Err(NotRead::Strange) => {
                    let aside = reading::set_aside(&path).map_err(failed)?;
                    strange(&aside);
                    continue;
                }
            };
            let file = File {
                reading,
                writer,
                options,
                now,
            };
            file.replay(&mut replayed).await?;
        }
        Ok(replayed)
    }
}

fn strange(path: &Path) {
    tracing::error!(
        file = %path.display(),
        "a journal's key does not open: `secrets.key` is not the one it was written with, or the file is \
         damaged; the file is kept"
    );
}

/// A file that is replayed.
struct File<'a> {
    reading: Reading,
    writer: &'a Writer,
    options: &'a Arc<StoreOptions>,
    now: DateTime<Utc>,
}

impl File<'_> {
    async fn replay(mut self, sum: &mut Replayed) -> Result<(), StoreError> {
        let failed = |error: std::io::Error| StoreError::Journal(error.to_string());
        let before = sum.failed;
        loop {
            let mut forms = Vec::with_capacity(TOGETHER);
            let mut over = None;
            while forms.len() < TOGETHER && over.is_none() {
                match self.reading.next().map_err(failed)? {
                    Next::End { torn } => over = Some(torn),
                    Next::Damaged => sum.failed += 1,
                    Next::Entry(bytes) => match entry::from_bytes(&bytes, self.options, self.now) {
                        Ok(form) => forms.push(Arc::new(form)),
                        Err(StoreError::Journal(_)) => sum.failed += 1,
                        Err(error) => return Err(error),
                    },
                }
            }
            self.store(forms, sum).await?;
            if let Some(torn) = over {
                sum.torn += u64::from(torn);
                break;
            }
        }
        if sum.failed > before {
            let aside = self.reading.set_aside().map_err(failed)?;
            tracing::error!(
                file = %aside.display(),
                forms = sum.failed - before,
                "forms of the journal are damaged or were not taken by the database: the file is kept"
            );
            return Ok(());
        }
        self.reading.destroy().map_err(failed)
    }

    /// Together, or, if that cannot be done, one by one.
    async fn store(&self, forms: Vec<Arc<SignUp>>, sum: &mut Replayed) -> Result<(), StoreError> {
        if forms.is_empty() {
            return Ok(());
        }
        match self.write(forms.clone()).await {
            Ok(done) => sum.add(&done),
            Err(error) if error.is_down() || forms.len() == 1 => return sum.count(error),
            Err(_) => {
                for form in forms {
                    match self.write(vec![form]).await {
                        Ok(done) => sum.add(&done),
                        Err(error) => sum.count(error)?,
                    }
                }
            }
        }
        Ok(())
    }

    async fn write(&self, forms: Vec<Arc<SignUp>>) -> Result<Vec<Fate>, StoreError> {
        self.writer.write(Replay { forms }).await
    }
}

impl Replayed {
    fn add(&mut self, fates: &[Fate]) {
        for fate in fates {
            let unproven = matches!(fate, Fate::Unproven);
            self.unproven += u64::from(unproven);
            *match fate {
                Fate::Stored | Fate::Unproven => &mut self.stored,
                Fate::Before => &mut self.before,
            } += 1;
        }
    }

    /// A form that the database does not take by itself; when it is gone, all wait.
    fn count(&mut self, error: StoreError) -> Result<(), StoreError> {
        if error.is_down() {
            return Err(error);
        }
        tracing::error!(%error, "a form of the journal was not taken");
        self.failed += 1;
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Fate {
    Stored,
    Before,
    /// Stored without its captcha's answer, which was spent.
    Unproven,
}

/// Forms to store, in their order.
struct Replay {
    forms: Vec<Arc<SignUp>>,
}

impl Write for Replay {
    type Out = Vec<Fate>;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<Vec<Fate>>, Error> {
        let mut fates = Vec::with_capacity(self.forms.len());
        let mut mail = false;
        for form in &self.forms {
            let end = form.now + TimeDelta::days(REMEMBERED);
            let name = format!("journal/{}", form.attempt.id);
            let marked = conn.first(&MARK, values![name, end.timestamp()]).await?;
            let stored = conn.first(&STORED, values![form.attempt.id]).await?;
            let stored = stored.map_or(Ok(false), |row| row.flag("stored"))?;
            if marked.is_none() || stored {
                fates.push(Fate::Before);
                continue;
            }
            let (stored, told) = store(conn, form).await?;
            if stored {
                mail |= told;
                fates.push(Fate::Stored);
                continue;
            }
            let (stored, told) = store(conn, &without_answer(form)).await?;
            mail |= told;
            if !stored {
                return Err(Error::RowNotFound);
            }
            fates.push(Fate::Unproven);
        }
        Ok(Done::of(fates).with_mail(mail))
    }
}

/// Whether it was stored, and whether there is mail.
async fn store(conn: &mut Conn, form: &Arc<SignUp>) -> Result<(bool, bool), Error> {
    let mut done = Arc::<SignUp>::run_all(conn, std::slice::from_ref(form)).await?;
    let one = done.pop().ok_or(Error::RowNotFound)?;
    let stored = match one.out {
        SignUpOutcome::Accepted { .. } | SignUpOutcome::Kept => true,
        SignUpOutcome::CaptchaUsed | SignUpOutcome::MailBudgetSpent => false,
    };
    Ok((stored, one.mail))
}

/// The same as if its captcha had not been answered. It is charged, and not refused: it was taken.
fn without_answer(form: &SignUp) -> Arc<SignUp> {
    let mut form = form.clone();
    form.form.challenge = None;
    form.form.budget = MailBudget::Unproven { per_hour: u32::MAX };
    Arc::new(form)
}
