//! A form for a mailbox that sent one before.

use std::time::Duration;

use uuid::Uuid;

use super::attempts::{self, HeldBack};
use super::engine::{Conn, Error, statements, values};
use super::queue::queue;
use super::sign_up::{SignUp, insert_new};
use super::{key16, ms, ms_before};

macro_rules! subject {
    () => {
        "select id, state, attempt_id, mails, last_mail_at, last_notice_at
         from subjects where dedupe_key = $1"
    };
}

statements! {
    SUBJECT = subject!(), postgres concat!(subject!(), " for update");

    ASKED = "update subjects
         set mails = mails + 1, last_mail_at = $2, last_form_at = $3 where id = $1";

    TOLD = "update subjects set last_notice_at = $2, last_form_at = $2 where id = $1";

    // Done for each form, so that each waits for the disk: how long an answer takes tells nothing
    // about an address.
    NOTED = "update subjects set last_form_at = $2 where id = $1";
}

/// How often to look whether the mailbox is new after all: another instance may be erasing it.
const LOOKS: u32 = 3;

/// What the form leads to.
enum Plan {
    /// Its mail leaves when the mailbox has rested, at that time in milliseconds.
    Again { subject: Uuid, at: i64 },
    /// It takes the place of one whose mail is held back.
    Instead { subject: Uuid, held: HeldBack },
    /// Tell the confirmed subject, by its confirmed attempt.
    Notice { subject: Uuid, attempt: Uuid },
    /// Nothing more than to note that it came.
    Rest { subject: Uuid },
}

/// Takes the form; whether a mail was queued. `repeated`: its challenge was used before for this
/// mailbox.
pub(super) async fn sign_up(conn: &mut Conn, one: &SignUp, repeated: bool) -> Result<bool, Error> {
    for _ in 0..LOOKS {
        if let Some(plan) = plan(conn, one, repeated).await? {
            return carry_out(conn, one, plan).await;
        }
        if !insert_new(conn, &[one]).await?.is_empty() {
            return Ok(true);
        }
    }
    Err(Error::RowNotFound)
}

async fn plan(conn: &mut Conn, one: &SignUp, repeated: bool) -> Result<Option<Plan>, Error> {
    let key = key16(&one.form.dedupe_key);
    let Some(row) = conn.first(&SUBJECT, values![key]).await? else {
        return Ok(None);
    };
    let subject = row.id("id")?;
    // A button pressed twice: the first press has stored all of it.
    if repeated && attempts::is_newest(conn, subject, &one.attempt, &one.form).await? {
        return Ok(Some(Plan::Rest { subject }));
    }
    if let Some(held) = attempts::held_back(conn, subject, one.now).await? {
        return Ok(Some(Plan::Instead { subject, held }));
    }
    if row.text("state")? == "confirmed" {
        let last = row.maybe_int("last_notice_at")?;
        let due = ms_before(one.now, one.options.notice_every);
        return Ok(Some(match row.maybe_id("attempt_id")? {
            Some(attempt) if last.is_none_or(|last| last <= due) => {
                Plan::Notice { subject, attempt }
            }
            _ => Plan::Rest { subject },
        }));
    }
    if row.int("mails")? >= i64::from(one.options.lifetime_mails) {
        return Ok(Some(Plan::Rest { subject }));
    }
    let rested = after(row.int("last_mail_at")?, one.options.cooldown);
    let at = rested.max(ms(one.now));
    Ok(Some(Plan::Again { subject, at }))
}

/// Whether a mail was queued.
async fn carry_out(conn: &mut Conn, one: &SignUp, plan: Plan) -> Result<bool, Error> {
    let now = ms(one.now);
    let (subject, mail) = match plan {
        Plan::Again { subject, at } => {
            conn.run(&ASKED, values![subject, at, now]).await?;
            (subject, one.mail(one.attempt.id, true, at))
        }
        Plan::Instead { subject, held } => {
            attempts::drop_held(conn, &held).await?;
            conn.run(&NOTED, values![subject, now]).await?;
            (subject, one.mail(one.attempt.id, true, held.at))
        }
        Plan::Notice { subject, attempt } => {
            conn.run(&TOLD, values![subject, now]).await?;
            queue(conn, [one.mail(attempt, false, now)]).await?;
            return Ok(true);
        }
        Plan::Rest { subject } => {
            conn.run(&NOTED, values![subject, now]).await?;
            return Ok(false);
        }
    };
    let row = one.attempt.row(subject, &one.form, one.sent_at);
    attempts::insert(conn, vec![row]).await?;
    queue(conn, [mail]).await?;
    Ok(true)
}

/// A time so long after a stored one.
fn after(stored: i64, by: Duration) -> i64 {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    stored.saturating_add(by)
}
