//! The first forms of mailboxes, which most forms are: a few statements for all of them together.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use super::engine::{Chain, Conn, Error, Part, Value, bulks, values};
use super::records::MailBudget;
use super::sign_up::SignUp;
use super::suppressions::silences;
use super::{attempts, key16, ms, queue, spent, tokens};

bulks! {
    // Whoever is not among those that come back has sent a form before, wants no mail, or used a
    // challenge again.
    INSERT(
        id Blob, form_id Text, kind Text, dedupe_key Blob, mail_at Int, at Int, mailbox Blob, nonce Text
    ) = concat!(
        "insert into subjects
             (id, form_id, kind, dedupe_key, state, mails, last_mail_at, last_form_at, created_at)
         select id, form_id, kind, dedupe_key, 'pending', 1, mail_at, at, at from v
         where not exists (select 1 from suppressions s where s.key = v.mailbox and ",
        silences!("v.kind"),
        ")
             and not exists (select 1 from used_challenges u where u.nonce = v.nonce)
         on conflict (dedupe_key) do nothing
         returning id"
    );
}

/// All that belongs to first forms, in one question.
pub(super) static FIRST_FORMS: Chain = Chain::new(&[
    Part::first(&INSERT),
    Part::after(&attempts::INSERT, "subject_id", 0),
    Part::after(&tokens::INSERT, "attempt_id", 1),
    Part::after(&queue::INSERT, "attempt_id", 1),
    Part::after(&spent::USE_UP_FOR, "subject_id", 0),
]);

/// A form, and when its mail may leave, in milliseconds.
pub(super) struct Due<'a> {
    pub(super) one: &'a SignUp,
    pub(super) at: i64,
}

/// Stores, on PostgreSQL and outside of a transaction, those that are first forms of their mailboxes: one
/// question and one answer, where a transaction has to wait for several. The subjects that are stored; the
/// others have left no trace.
///
/// # Errors
/// Nothing was stored, unless the connection is gone.
pub(super) async fn store(conn: &mut Conn, forms: &[Arc<SignUp>]) -> Result<BTreeSet<Uuid>, Error> {
    let mut nonces = BTreeSet::new();
    let likely = forms.iter().filter(|one| {
        let first = |nonce| nonces.insert(nonce);
        let uncharged = one.newcomer && one.form.budget == MailBudget::Captcha;
        uncharged && one.nonce().is_none_or(first)
    });
    let likely = likely.map(|one| Due {
        one,
        at: ms(one.now),
    });
    let likely: Vec<Due> = likely.collect();
    if likely.is_empty() {
        return Ok(BTreeSet::new());
    }
    chain(conn, &likely, SignUp::nonce).await
}

/// Stores, in a transaction that has marked their challenges and charged their mailboxes, those that are
/// first forms of their mailboxes; the subjects that are new.
pub(super) async fn insert(conn: &mut Conn, forms: &[Due<'_>]) -> Result<BTreeSet<Uuid>, Error> {
    if conn.is_shared() {
        return chain(conn, forms, |_| None).await;
    }
    let inserted = conn.bulk(&INSERT, subjects(forms, |_| None)).await?;
    let new: BTreeSet<Uuid> = inserted
        .iter()
        .map(|row| row.id("id"))
        .collect::<Result<_, _>>()?;
    let is_new = |due: &&Due| new.contains(&due.one.subject);
    let [attempts, waits, mails] = rest(forms.iter().filter(is_new));
    attempts::insert(conn, attempts).await?;
    conn.bulk(&tokens::INSERT, waits).await?;
    conn.bulk(&queue::INSERT, mails).await?;
    Ok(new)
}

async fn chain(
    conn: &mut Conn,
    forms: &[Due<'_>],
    nonce: fn(&SignUp) -> Option<&str>,
) -> Result<BTreeSet<Uuid>, Error> {
    let [attempts, waits, mails] = rest(forms);
    let used = forms.iter().filter(|due| nonce(due.one).is_some());
    let used = used.filter_map(|due| spent::row_for(due.one)).collect();
    let all = [subjects(forms, nonce), attempts, waits, mails, used];
    let inserted = conn.chain(&FIRST_FORMS, all).await?;
    inserted.iter().map(|row| row.id("id")).collect()
}

/// Rows of [`INSERT`], in one order everywhere, so that two instances never wait for each other.
fn subjects(forms: &[Due<'_>], nonce: fn(&SignUp) -> Option<&str>) -> Vec<Vec<Value>> {
    let mut sorted: Vec<&Due> = forms.iter().collect();
    sorted.sort_by_key(|due| due.one.form.dedupe_key);
    let row = |due: &Due| {
        let one = due.one;
        values![
            one.subject,
            &one.form.form_id,
            one.form.kind.name(),
            key16(&one.form.dedupe_key),
            due.at,
            ms(one.now),
            one.mailbox.map(|key| key.to_vec()),
            nonce(one).map(str::to_owned)
        ]
    };
    sorted.into_iter().map(row).collect()
}

/// The rows of their attempts, of the tokens that their browsers wait with, and of their mails.
fn rest<'a>(forms: impl IntoIterator<Item = &'a Due<'a>>) -> [Vec<Vec<Value>>; 3] {
    let (mut attempts, mut waits, mut mails) = (Vec::new(), Vec::new(), Vec::new());
    for due in forms {
        let one = due.one;
        attempts.push(one.attempt.row(one.subject, &one.form, one.sent_at));
        waits.extend(one.wait.as_ref().map(|wait| wait.row(ms(one.now))));
        mails.push(one.mail(one.attempt.id, true, due.at));
    }
    [attempts, waits, queue::rows(mails)]
}
