//! A form for a mailbox that sent one before.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::attempts::{self, HeldBack};
use super::engine::{Conn, Error, statements, values};
use super::first_forms::Due;
use super::options::StoreOptions;
use super::queue::queue;
use super::sign_up::{SignUp, Taken};
use super::{first_forms, key16, ms, ms_before, remind, tokens};

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

/// So many forms of other browsers may wait for their mails: nobody can order a mailbox all its mails at
/// once.
const MOST_HELD: usize = 2;

/// What the form leads to.
enum Plan {
    /// Its mail leaves when the mailbox has rested, at that time in milliseconds.
    Again { subject: Uuid, at: i64 },
    /// It takes the place of one whose mail is held back.
    Instead { subject: Uuid, held: HeldBack },
    /// The same form came before: its browser waits for that one.
    Repeat { subject: Uuid, attempt: Uuid },
    /// Tell the confirmed subject at that time, by its confirmed attempt.
    Notice {
        subject: Uuid,
        attempt: Uuid,
        at: i64,
    },
    /// Nothing more than to note that it came.
    Rest { subject: Uuid },
}

/// Takes the form. `at`: when the mailbox may get a mail, in milliseconds; none: not soon enough.
/// `repeated`: its challenge was used before for this mailbox.
pub(super) async fn sign_up(
    conn: &mut Conn,
    one: &SignUp,
    at: Option<i64>,
    repeated: bool,
) -> Result<Taken, Error> {
    for _ in 0..LOOKS {
        if let Some(plan) = plan(conn, one, at, repeated).await? {
            return carry_out(conn, one, plan).await;
        }
        let Some(at) = at else {
            return Ok(Taken::NoMail);
        };
        if !first_forms::insert(conn, &[Due { one, at }])
            .await?
            .is_empty()
        {
            return Ok(Taken::Mail);
        }
    }
    Err(Error::RowNotFound)
}

async fn plan(
    conn: &mut Conn,
    one: &SignUp,
    at: Option<i64>,
    repeated: bool,
) -> Result<Option<Plan>, Error> {
    let key = key16(&one.form.dedupe_key);
    let Some(row) = conn.first(&SUBJECT, values![key]).await? else {
        return Ok(None);
    };
    let subject = row.id("id")?;
    // A button pressed twice: the first press has stored all of it.
    if repeated {
        let newest = attempts::newest_like(conn, subject, &one.attempt, &one.form).await?;
        if let Some(attempt) = newest {
            return Ok(Some(Plan::Repeat { subject, attempt }));
        }
    }
    // Only the browser that sent it may send another in its place: a stranger's form waits its turn.
    let held = attempts::held_back(conn, subject, one.now).await?;
    let nonce = one.form.nonce.as_ref();
    let others = held.len();
    let own = held
        .into_iter()
        .find(|held| nonce.is_some_and(|nonce| held.is_from(nonce)));
    if let Some(held) = own {
        return Ok(Some(Plan::Instead { subject, held }));
    }
    let Some(at) = at else {
        return Ok(Some(Plan::Rest { subject }));
    };
    if row.text("state")? == "confirmed" {
        let last = row.maybe_int("last_notice_at")?;
        let due = ms_before(one.now, one.options.notice_every);
        return Ok(Some(match row.maybe_id("attempt_id")? {
            Some(attempt) if last.is_none_or(|last| last <= due) => Plan::Notice {
                subject,
                attempt,
                at,
            },
            _ => Plan::Rest { subject },
        }));
    }
    if others >= MOST_HELD || row.int("mails")? >= i64::from(one.options.lifetime_mails) {
        return Ok(Some(Plan::Rest { subject }));
    }
    let at = rested(row.int("last_mail_at")?, (one.now, &one.options)).max(at);
    Ok(Some(Plan::Again { subject, at }))
}

async fn carry_out(conn: &mut Conn, one: &SignUp, plan: Plan) -> Result<Taken, Error> {
    let now = ms(one.now);
    let (subject, mail, taken) = match plan {
        Plan::Again { subject, at } => {
            asked(conn, subject, at, (one.now, &one.options)).await?;
            let mail = one.mail(one.attempt.id, true, at);
            (subject, mail, Taken::Mail)
        }
        Plan::Instead { subject, held } => {
            attempts::drop_held(conn, &held).await?;
            conn.run(&NOTED, values![subject, now]).await?;
            let mail = one.mail(one.attempt.id, true, held.at);
            (subject, mail, Taken::MailOfAnother)
        }
        Plan::Notice {
            subject,
            attempt,
            at,
        } => {
            conn.run(&TOLD, values![subject, now]).await?;
            queue(conn, [one.mail(attempt, false, at)]).await?;
            return Ok(Taken::Mail);
        }
        Plan::Repeat { subject, attempt } => {
            conn.run(&NOTED, values![subject, now]).await?;
            tokens::insert(conn, one.wait_for(attempt).as_ref(), now).await?;
            return Ok(Taken::NoMail);
        }
        Plan::Rest { subject } => {
            conn.run(&NOTED, values![subject, now]).await?;
            return Ok(Taken::NoMail);
        }
    };
    let row = one.attempt.row(subject, &one.form, one.sent_at);
    attempts::insert(conn, vec![row]).await?;
    tokens::insert(conn, one.wait_for(one.attempt.id).as_ref(), now).await?;
    queue(conn, [mail]).await?;
    Ok(taken)
}

/// One more mail asks the mailbox to confirm, at that time in milliseconds.
pub(super) async fn asked(
    conn: &mut Conn,
    subject: Uuid,
    at: i64,
    (now, options): (DateTime<Utc>, &StoreOptions),
) -> Result<(), Error> {
    conn.run(&ASKED, values![subject, at, ms(now)]).await?;
    match options.reminder_after {
        Some(after) => remind::postpone(conn, subject, at, after).await,
        None => Ok(()),
    }
}

/// When a mailbox has rested from its last mail, or now; both in milliseconds. A last mail that is still
/// to come is one that is held back, or was sent under a clock that has been set back since.
pub(super) fn rested(last_mail_at: i64, (now, options): (DateTime<Utc>, &StoreOptions)) -> i64 {
    let pause = i64::try_from(options.cooldown.as_millis()).unwrap_or(i64::MAX);
    let held = pause.saturating_mul(MOST_HELD as i64);
    let last_mail_at = last_mail_at.min(ms(now).saturating_add(held));
    last_mail_at.saturating_add(pause).max(ms(now))
}
