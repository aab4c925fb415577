//! What forms use up: solved challenges, and the budget of mails for forms without one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::engine::{Conn, Error, Value, bulks, statements, values};
use super::key16;
use super::records::MailBudget;
use super::sign_up::SignUp;

bulks! {
    USE_UP(nonce Text, expires_at Int, dedupe_key Blob) =
        "insert into used_challenges (nonce, expires_at, dedupe_key)
         select nonce, expires_at, dedupe_key from v where true
         on conflict (nonce) do nothing
         returning nonce";

    // Together with its form, which was let in only if nobody has used it.
    pub(super) USE_UP_FOR(nonce Text, expires_at Int, dedupe_key Blob, subject_id Blob) =
        "insert into used_challenges (nonce, expires_at, dedupe_key)
         select nonce, expires_at, dedupe_key from v where true";

    USED_BY(nonce Text) =
        "select u.nonce, u.dedupe_key from v cross join used_challenges u where u.nonce = v.nonce";
}

statements! {
    CHARGE = "insert into mail_budget (hour, used) values ($1, $2)
         on conflict (hour) do update set used = mail_budget.used + excluded.used
         returning used";

    GIVE_BACK = "update mail_budget set used = used - $2 where hour = $1";
}

/// Whether a challenge was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Used {
    /// Not yet, or there is none.
    First,
    /// By a form for the same mailbox.
    Here,
    /// By another form.
    Elsewhere,
}

/// The row of a form's challenge for [`USE_UP_FOR`].
pub(super) fn row_for(one: &SignUp) -> Option<Vec<Value>> {
    let challenge = one.form.challenge.as_ref()?;
    Some(values![
        challenge.nonce.as_str(),
        challenge.expires_at,
        key16(&one.form.dedupe_key),
        one.subject
    ])
}

/// Marks the challenges of forms as used, and for whom.
pub(super) async fn use_up(conn: &mut Conn, all: &[Arc<SignUp>]) -> Result<Vec<Used>, Error> {
    // In one order everywhere, so that two instances never wait for each other.
    let mut first = BTreeMap::new();
    for one in all {
        if let Some(challenge) = &one.form.challenge {
            first
                .entry(challenge.nonce.as_str())
                .or_insert((challenge.expires_at, key16(&one.form.dedupe_key)));
        }
    }
    let rows = first
        .iter()
        .map(|(nonce, (end, key))| values![*nonce, *end, key.as_slice()]);
    let marked = conn.bulk(&USE_UP, rows.collect()).await?;
    // By whom the others were used: before, or by an earlier form among these.
    let mut by = BTreeMap::new();
    for row in &marked {
        let nonce = row.text("nonce")?;
        if let Some((_, key)) = first.get(nonce.as_str()) {
            by.insert(nonce, (Some(key.clone()), true));
        }
    }
    let others = first.keys().filter(|nonce| !by.contains_key(**nonce));
    let others = others.map(|nonce| values![*nonce]).collect();
    for row in conn.bulk(&USED_BY, others).await? {
        by.insert(row.text("nonce")?, (row.maybe_blob("dedupe_key")?, false));
    }
    let used = |one: &SignUp| {
        let challenge = one.form.challenge.as_ref()?;
        let (key, fresh) = by.get_mut(&challenge.nonce)?;
        let here = key.as_deref() == Some(key16(&one.form.dedupe_key).as_slice());
        Some(match (here, std::mem::take(fresh)) {
            (true, true) => Used::First,
            (true, false) => Used::Here,
            (false, _) => Used::Elsewhere,
        })
    };
    let mut used = used;
    Ok(all
        .iter()
        .map(|one| used(one).unwrap_or(Used::First))
        .collect())
}

/// Charges the budget of this hour for the forms that no challenge proves; which of them it is too
/// small for. Charged whatever comes of the form, and before its address is looked up: what is left
/// tells nothing about an address.
pub(super) async fn charge(
    conn: &mut Conn,
    all: &[Arc<SignUp>],
    used: &[Used],
) -> Result<Vec<bool>, Error> {
    let mut refused = vec![false; all.len()];
    let mut charged: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (number, (one, used)) in all.iter().zip(used).enumerate() {
        if one.form.budget != MailBudget::Captcha && *used != Used::Elsewhere {
            let hour = one.now.timestamp().div_euclid(3600);
            charged.entry(hour).or_default().push(number);
        }
    }
    for (hour, numbers) in charged {
        let wanted = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
        let row = conn.first(&CHARGE, values![hour, wanted]).await?;
        let row = row.ok_or(Error::RowNotFound)?;
        let mut before = row.int("used")? - wanted;
        let mut too_many = 0_i64;
        for number in numbers {
            let (Some(one), Some(refused)) = (all.get(number), refused.get_mut(number)) else {
                continue;
            };
            let MailBudget::Unproven { per_hour } = one.form.budget else {
                continue;
            };
            if before < i64::from(per_hour) {
                before += 1;
            } else {
                *refused = true;
                too_many += 1;
            }
        }
        if too_many > 0 {
            conn.run(&GIVE_BACK, values![hour, too_many]).await?;
        }
    }
    Ok(refused)
}
