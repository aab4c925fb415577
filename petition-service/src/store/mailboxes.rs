//! How many mails a mailbox gets over all forms: nobody can be bombed by way of many petitions.
//!
//! Two buckets for each mailbox, one for the hour and one for the day. A form whose mail finds them
//! empty is stored like any other, and its mail waits until they hold one again; so whoever was made a
//! target of can still sign. Only what would wait for more than [`LONGEST_WAIT`] is left out. What is
//! left out takes nothing from the buckets: an attacker who goes on sending does not keep them empty.
//!
//! The first mail of late that an instance sends to a mailbox is not charged (`store/newcomers`): so most
//! mailboxes need no row. Who sends a second form is charged for both. Several instances that each
//! got one first form at the same time each let one pass.
//!
//! The row says when each bucket will be full again, and nothing else. It is locked until the form's
//! transaction ends, so the budget is one over all instances.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::engine::{Conn, Error, Value, bulks, statements, values};
use super::options::StoreOptions;
use super::records::{OutboxJob, StoreError};
use super::sign_up::SignUp;
use super::suppressions::key_of;
use super::writer::{Done, Write};
use super::{Store, ms};

/// A mail that would have to wait for longer is not queued.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A bucket that would be full later than can be was filled under a clock that has been set back: it is full.
macro_rules! bucket {
    ($later:literal, $full_at:literal, $most:literal, $each:literal) => {
        concat!(
            $full_at,
            " = (select v.mails * v.",
            $each,
            " + ",
            $later,
            "(v.now, case when mailboxes.",
            $full_at,
            " > v.now + v.",
            $most,
            " then v.now
                     else mailboxes.",
            $full_at,
            " end)
                 from v where v.key = excluded.key)"
        )
    };
}

macro_rules! charge {
    ($later:literal) => {
        concat!(
            "insert into mailboxes (key, hour_full_at, day_full_at)
             select key, now + (mails + 1) * hour_each, now + (mails + 1) * day_each from v where true
             on conflict (key) do update set ",
            bucket!($later, "hour_full_at", "hour_most", "hour_each"),
            ", ",
            bucket!($later, "day_full_at", "day_most", "day_each"),
            " returning key, hour_full_at, day_full_at"
        )
    };
}

bulks! {
    // Takes from the buckets, and tells what is left in them. Of a mailbox without a row the mail before these
    // was not charged.
    CHARGE(
        key Blob, now Int, mails Int, hour_each Int, day_each Int, hour_most Int, day_most Int
    ) = charge!("max"), postgres charge!("greatest");

    GIVE_BACK(key Blob, mails Int, hour_each Int, day_each Int) =
        "update mailboxes set hour_full_at = mailboxes.hour_full_at - v.mails * v.hour_each,
             day_full_at = mailboxes.day_full_at - v.mails * v.day_each
         from v where mailboxes.key = v.key";
}

statements! {
    // Full buckets say nothing. By ranges of keys: an index by time would cost each form a write.
    FORGET = "delete from mailboxes
         where key >= $1 and key < $2 and hour_full_at <= $3 and day_full_at <= $3";

    SET_BACK = "update mailboxes set hour_full_at = hour_full_at - $2, day_full_at = day_full_at - $2
         where day_full_at >= $1";

    FORGET_LAST = "delete from mailboxes
         where key >= $1 and hour_full_at <= $2 and day_full_at <= $2";
}

/// The most mails that a mailbox gets over all forms, within any hour and any day.
///
/// Two thirds of each may come at once; the others come evenly over the rest of the time. So six an hour
/// are four at once and one every twenty minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxLimits {
    /// Within an hour, 1 or more.
    pub per_hour: u32,
    /// Within a day, 1 or more.
    pub per_day: u32,
}

/// A bucket.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// How many mails it holds.
    holds: i64,
    /// After how many milliseconds there is one more.
    each: i64,
}

impl Bucket {
    fn of(most: u32, within: Duration) -> Self {
        let within = i64::try_from(within.as_millis()).unwrap_or(i64::MAX);
        let most = i64::from(most.max(1));
        let holds = most - most / 3;
        Self {
            holds,
            // Rounded up, so that one more is never within the time.
            each: within / (most - holds + 1) + 1,
        }
    }

    /// After how many milliseconds it is full, if as many mails wait as ever may.
    fn most(self) -> i64 {
        let longest = i64::try_from(LONGEST_WAIT.as_millis()).unwrap_or(i64::MAX);
        (self.holds * self.each).saturating_add(longest)
    }

    /// When a mail may leave that makes the bucket full at that time.
    fn leaves_at(self, full_at: i64) -> i64 {
        full_at - self.holds * self.each
    }
}

/// Takes a mail for each form from its mailbox's buckets, and tells of each form, by its subject, when that
/// mail may leave, in milliseconds: none if there is no room within [`LONGEST_WAIT`]. What causes no mail
/// is to be [given back](give_back).
pub(super) async fn charge(
    conn: &mut Conn,
    forms: &[&SignUp],
) -> Result<BTreeMap<Uuid, Option<i64>>, Error> {
    // By key: in one order everywhere, so that two instances never wait for each other.
    let mut by_key: BTreeMap<[u8; 16], Vec<&SignUp>> = BTreeMap::new();
    let mut turns = BTreeMap::new();
    for one in forms {
        match one.mailbox {
            Some(key) if !one.newcomer => by_key.entry(key).or_default().push(one),
            // Or no address, which no form has that was checked.
            _ => drop(turns.insert(one.subject, Some(ms(one.now)))),
        }
    }
    let Some(first) = forms.first() else {
        return Ok(turns);
    };
    let limits = first.options.mailbox;
    let rows = by_key.iter().map(|(key, forms)| {
        let now = forms.iter().map(|one| ms(one.now)).max().unwrap_or(0);
        limits.row(key, now, forms.len())
    });
    for row in conn.bulk(&CHARGE, rows.collect()).await? {
        let key = <[u8; 16]>::try_from(row.blob("key")?).unwrap_or_default();
        let full = (row.int("hour_full_at")?, row.int("day_full_at")?);
        let forms = by_key.remove(&key).unwrap_or_default();
        for (behind, one) in (0..).zip(forms.iter().rev()) {
            let at = limits.turn(full, behind, (ms(one.now), LONGEST_WAIT));
            turns.insert(one.subject, at);
        }
    }
    Ok(turns)
}

/// Gives back what was taken for forms that cause no mail.
pub(super) async fn give_back(conn: &mut Conn, forms: &[&SignUp]) -> Result<(), Error> {
    let mut mails: BTreeMap<[u8; 16], i64> = BTreeMap::new();
    let charged = forms.iter().filter(|one| !one.newcomer);
    for key in charged.filter_map(|one| one.mailbox) {
        *mails.entry(key).or_default() += 1;
    }
    let Some(first) = forms.first() else {
        return Ok(());
    };
    let (hour, day) = first.options.mailbox.buckets();
    let rows = mails
        .iter()
        .map(|(key, mails)| values![key.as_slice(), *mails, hour.each, day.each]);
    conn.bulk(&GIVE_BACK, rows.collect()).await.map(|_| ())
}

/// Takes one mail that no form causes; when it may leave, in milliseconds, or none if it would have to wait
/// for longer: then nothing was taken.
pub(super) async fn charge_one(
    conn: &mut Conn,
    key: [u8; 16],
    now: i64,
    (longest, options): (Duration, &StoreOptions),
) -> Result<Option<i64>, Error> {
    let limits = &options.mailbox;
    let rows = vec![limits.row(&key, now, 1)];
    let row = conn.bulk(&CHARGE, rows).await?.pop();
    let row = row.ok_or(Error::RowNotFound)?;
    let full = (row.int("hour_full_at")?, row.int("day_full_at")?);
    if let Some(at) = limits.turn(full, 0, (now, longest)) {
        return Ok(Some(at));
    }
    let (hour, day) = limits.buckets();
    let rows = vec![values![key.as_slice(), 1_i64, hour.each, day.each]];
    conn.bulk(&GIVE_BACK, rows).await?;
    Ok(None)
}

impl Store {
    /// Takes a mail that is about to leave from its mailbox's buckets; whether there was room for it now. If
    /// not, nothing was taken, and it is to be dropped.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was taken.
    pub async fn has_room(&self, job: &OutboxJob, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let Some(key) = key_of(&*self.options.vault, job.recipient.email.expose()) else {
            return Ok(false);
        };
        let options = Arc::clone(&self.options);
        self.writer.write(TakeRoom { key, options, now }).await
    }
}

struct TakeRoom {
    key: [u8; 16],
    options: Arc<StoreOptions>,
    now: DateTime<Utc>,
}

impl Write for TakeRoom {
    type Out = bool;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<bool>, Error> {
        let now = ms(self.now);
        let at = charge_one(conn, self.key, now, (Duration::ZERO, &self.options)).await?;
        Ok(Done::of(at.is_some()))
    }
}

/// Dates what was taken in a time that never was ([`Store::set_back`]); both in milliseconds.
pub(super) async fn set_back(conn: &mut Conn, since: i64, by: i64) -> Result<(), Error> {
    conn.run(&SET_BACK, values![since, by]).await.map(|_| ())
}

/// In how many parts the mailboxes whose buckets are full are forgotten.
pub(super) const PARTS: u8 = 16;

/// Forgets those of a part, from 0; how many.
pub(super) async fn forget(conn: &mut Conn, part: u8, now: i64) -> Result<u64, Error> {
    let width = 16_u8;
    let from = part.saturating_mul(width);
    match from.checked_add(width) {
        Some(to) => {
            let values = values![[from].as_slice(), [to].as_slice(), now];
            conn.run(&FORGET, values).await
        }
        None => {
            conn.run(&FORGET_LAST, values![[from].as_slice(), now])
                .await
        }
    }
}

impl MailboxLimits {
    fn buckets(self) -> (Bucket, Bucket) {
        (
            Bucket::of(self.per_hour, HOUR),
            Bucket::of(self.per_day, DAY),
        )
    }

    fn row(self, key: &[u8; 16], now: i64, mails: usize) -> Vec<Value> {
        let (hour, day) = self.buckets();
        let mails = i64::try_from(mails).unwrap_or(i64::MAX);
        values![
            key.as_slice(),
            now,
            mails,
            hour.each,
            day.each,
            hour.most(),
            day.most()
        ]
    }

    /// When a mail may leave, behind which so many others were taken and after which the buckets will be full
    /// at these times; none if it would have to wait for longer.
    fn turn(
        self,
        (hour_full, day_full): (i64, i64),
        behind: i64,
        (now, longest): (i64, Duration),
    ) -> Option<i64> {
        let (hour, day) = self.buckets();
        let at = hour
            .leaves_at(hour_full - behind * hour.each)
            .max(day.leaves_at(day_full - behind * day.each))
            .max(now);
        let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        (at - now <= longest).then_some(at)
    }
}
