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
    INSERT(id Blob, form_id Text, kind Text, dedupe_key Blob, at Int, suppression Blob, nonce Text) =
        concat!(
            "insert into subjects
                 (id, form_id, kind, dedupe_key, state, mails, last_mail_at, last_form_at, created_at)
             select id, form_id, kind, dedupe_key, 'pending', 1, at, at, at from v
             where not exists (select 1 from suppressions s where s.key = v.suppression and ",
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
        one.form.budget == MailBudget::Captcha && one.nonce().is_none_or(first)
    });
    let likely: Vec<&SignUp> = likely.map(|one| &**one).collect();
    if likely.is_empty() {
        return Ok(BTreeSet::new());
    }
    chain(conn, &likely, SignUp::nonce).await
}

/// Stores, in a transaction that has marked their challenges, those that are first forms of their mailboxes;
/// the subjects that are new.
pub(super) async fn insert(conn: &mut Conn, forms: &[&SignUp]) -> Result<BTreeSet<Uuid>, Error> {
    if conn.is_shared() {
        return chain(conn, forms, |_| None).await;
    }
    let inserted = conn.bulk(&INSERT, subjects(forms, |_| None)).await?;
    let new: BTreeSet<Uuid> = inserted
        .iter()
        .map(|row| row.id("id"))
        .collect::<Result<_, _>>()?;
    let forms: Vec<&SignUp> = forms
        .iter()
        .copied()
        .filter(|one| new.contains(&one.subject))
        .collect();
    let [attempts, waits, mails] = rest(&forms);
    attempts::insert(conn, attempts).await?;
    conn.bulk(&tokens::INSERT, waits).await?;
    conn.bulk(&queue::INSERT, mails).await?;
    Ok(new)
}

async fn chain(
    conn: &mut Conn,
    forms: &[&SignUp],
    nonce: fn(&SignUp) -> Option<&str>,
) -> Result<BTreeSet<Uuid>, Error> {
    let [attempts, waits, mails] = rest(forms);
    let used = forms.iter().filter(|one| nonce(one).is_some());
    let used = used.filter_map(|one| spent::row_for(one)).collect();
    let all = [subjects(forms, nonce), attempts, waits, mails, used];
    let inserted = conn.chain(&FIRST_FORMS, all).await?;
    inserted.iter().map(|row| row.id("id")).collect()
}

/// Rows of [`INSERT`], in one order everywhere, so that two instances never wait for each other.
fn subjects(forms: &[&SignUp], nonce: fn(&SignUp) -> Option<&str>) -> Vec<Vec<Value>> {
    let mut sorted = forms.to_vec();
    sorted.sort_by_key(|one| one.form.dedupe_key);
    let row = |one: &&SignUp| {
        values![
            one.subject,
            &one.form.form_id,
            one.form.kind.name(),
            key16(&one.form.dedupe_key),
            ms(one.now),
            one.suppression.map(|key| key.to_vec()),
            nonce(one).map(str::to_owned)
        ]
    };
    sorted.iter().map(row).collect()
}

/// The rows of their attempts, of the tokens that their browsers wait with, and of their mails.
fn rest(forms: &[&SignUp]) -> [Vec<Vec<Value>>; 3] {
    let attempt = |one: &&SignUp| one.attempt.row(one.subject, &one.form, one.sent_at);
    let wait = |one: &&SignUp| one.wait.as_ref().map(|wait| wait.row(ms(one.now)));
    let mail = |one: &&SignUp| one.mail(one.attempt.id, true, ms(one.now));
    [
        forms.iter().map(attempt).collect(),
        forms.iter().filter_map(wait).collect(),
        queue::rows(forms.iter().map(mail)),
    ]
}
