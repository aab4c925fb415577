//! How much a network may have of what all share: on all instances together.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::Network;
use crate::store::{NetworkCount, Store, StoreError};

/// The wider network of an address (/24, /48) may have so many times what the address itself (/32,
/// /64) may: many people behind one of them are one school, not one attacker.
const WIDER: u32 = 5;

/// The most counts that are kept here. What a network beyond them sends is not counted: the captcha and
/// the budgets stand in its way all the same, and a flood of addresses must not fill the memory.
const MOST: usize = 200_000;

/// The most networks of which is asked in one go what they used elsewhere.
const ASKED: usize = 2_000;

/// Hours for which is kept what could not be added up.
const KEPT: i64 = 24;

/// For how long after a network came it is asked what it used elsewhere.
const LIVELY: i64 = 120;

/// What is limited. Each has a count of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Forms that are sent.
    Forms,
    /// Challenges of the captcha.
    Challenges,
    /// Forms without a captcha's answer.
    Unproven,
    /// Codes that are typed and mails that are asked for again: as many as challenges.
    Waiting,
    /// Links pressed that do not exist: as many as challenges.
    Strange,
}

impl Share {
    fn name(self) -> &'static str {
        match self {
            Self::Forms => "forms",
            Self::Challenges => "challenges",
            Self::Unproven => "unproven",
            Self::Waiting => "waiting",
            Self::Strange => "strange",
        }
    }
}

/// What an address may have in an hour.
#[derive(Clone, Copy, Debug)]
pub struct NetworkLimits {
    /// Forms.
    pub forms: u32,
    /// Challenges.
    pub challenges: u32,
    /// Forms without a captcha's answer.
    pub unproven: u32,
}

/// Counts what networks use.
///
/// Counting is local, so that nobody waits for it; [`Networks::exchange`], called every second, adds it
/// up in the database and learns what was used elsewhere. So a limit L may be overshot: with k
/// instances and a network that sends r requests a second to each, by at most (k − 1) · r for each
/// second that the exchange takes to come round, and never by more than (k − 1) · L in an hour, which
/// is also the bound while the database is not there. One instance alone overshoots nothing.
///
/// The window slides: of the hour before counts what has not yet been left behind.
pub struct Networks {
    limits: NetworkLimits,
    counts: Mutex<HashMap<Key, Count>>,
}

/// A network's keyed hash for one purpose, and the hour since 1970.
type Key = ([u8; 16], i64);

#[derive(Clone, Copy, Default)]
struct Count {
    /// Used on all instances, as far as it was added up.
    known: u64,
    /// Used here since then.
    mine: u64,
    /// On its way to the database.
    sent: u64,
    /// When it last came here, in unix seconds.
    last: i64,
}

impl Count {
    fn total(&self) -> u64 {
        self.known + self.mine + self.sent
    }
}

/// Challenges for each form that a network may send: not every form that is begun is sent.
const CHALLENGES_PER_FORM: u32 = 5;

/// A network's share in the budget of forms without a captcha's answer is one part in so many:
/// otherwise a few networks could use it all up.
const UNPROVEN_SHARES: u32 = 10;

impl NetworkLimits {
    /// What follows from how many forms an address may send in an hour, and how many without a captcha's
    /// answer all may send together.
    #[must_use]
    pub fn of(forms: u32, unproven_of_all: u32) -> Self {
        Self {
            forms,
            challenges: forms.saturating_mul(CHALLENGES_PER_FORM),
            unproven: unproven_of_all.div_ceil(UNPROVEN_SHARES),
        }
    }
}

impl Networks {
    /// Nothing is used yet.
    #[must_use]
    pub fn new(limits: NetworkLimits) -> Self {
        Self {
            limits,
            counts: Mutex::default(),
        }
    }

    /// Takes one from the share of a network and of the wider one around it.
    ///
    /// # Errors
    /// One of them is used up: how long until the next.
    pub fn take(
        &self,
        share: Share,
        network: &Network,
        now: DateTime<Utc>,
    ) -> Result<(), Duration> {
        let limits = self.limits_of(share, network);
        let mut counts = self.lock();
        let moment = Moment::of(now);
        for (key, limit) in limits {
            moment.allows(&counts, key, u64::from(limit))?;
        }
        let room = counts.len() < MOST;
        for (key, _) in limits {
            let place = (key, moment.hour);
            if room || counts.contains_key(&place) {
                let count = counts.entry(place).or_default();
                count.mine += 1;
                count.last = now.timestamp();
            }
        }
        Ok(())
    }

    /// Whether nothing is left of a network's share. Takes nothing.
    pub fn is_used_up(&self, share: Share, network: &Network, now: DateTime<Utc>) -> bool {
        let counts = self.lock();
        let moment = Moment::of(now);
        let limits = self.limits_of(share, network);
        let allows = |(key, limit)| moment.allows(&counts, key, u64::from(limit)).is_ok();
        !limits.into_iter().all(allows)
    }

    /// A network and the wider one around it, with what they may have in an hour.
    fn limits_of(&self, share: Share, network: &Network) -> [([u8; 16], u32); 2] {
        let (limit, wider) = match share {
            Share::Forms => (self.limits.forms, WIDER),
            Share::Challenges | Share::Waiting | Share::Strange => (self.limits.challenges, WIDER),
            // Of a small budget, no part of which may go to one neighbourhood.
            Share::Unproven => (self.limits.unproven, 1),
        };
        let [near, wide] = network.keys(share.name());
        [(near, limit), (wide, limit.saturating_mul(wider))]
    }

    /// Adds up in the database what was used here, and learns what was used elsewhere.
    ///
    /// # Errors
    /// [`StoreError`]: it is added with the next.
    pub async fn exchange(&self, store: &Store, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mine = self.to_send();
        let sent: Vec<NetworkCount> = mine.clone();
        match store.add_network_counts(mine).await {
            Ok(added) => self.learn(&added, true),
            Err(error) => {
                // It may have arrived all the same: then it counts twice, on the safe side.
                self.take_back(&sent);
                return Err(error);
            }
        }
        if store.is_shared() {
            let asked = self.lively(&sent, now);
            self.learn(&store.network_counts(asked).await?, false);
        }
        Ok(())
    }

    /// Forgets the hours that no longer count.
    pub fn tidy(&self, now: DateTime<Utc>) {
        let hour = Moment::of(now).hour;
        let mut counts = self.lock();
        // A clock that was set back leaves hours behind that have not come yet.
        counts.retain(|(_, of), count| {
            let waits = count.mine > 0 && (hour - of).abs() <= KEPT;
            waits || (hour - 1..=hour).contains(of)
        });
        counts.shrink_to_fit();
    }

    fn to_send(&self) -> Vec<NetworkCount> {
        let mut counts = self.lock();
        let used = counts.iter_mut().filter(|(_, count)| count.mine > 0);
        let mut sent: Vec<NetworkCount> = used
            .map(|((network, hour), count)| {
                count.sent = count.mine;
                count.mine = 0;
                NetworkCount {
                    network: *network,
                    hour: *hour,
                    used: count.sent,
                }
            })
            .collect();
        // In one order everywhere, so that two instances never wait for each other.
        sent.sort_by_key(|count| (count.network, count.hour));
        sent
    }

    fn take_back(&self, sent: &[NetworkCount]) {
        let mut counts = self.lock();
        for NetworkCount { network, hour, .. } in sent {
            if let Some(count) = counts.get_mut(&(*network, *hour)) {
                count.mine += std::mem::take(&mut count.sent);
            }
        }
    }

    /// Takes up sums; `all`: what was on its way is in them.
    fn learn(&self, sums: &[NetworkCount], all: bool) {
        let mut counts = self.lock();
        for sum in sums {
            if let Some(count) = counts.get_mut(&(sum.network, sum.hour)) {
                count.known = count.known.max(sum.used);
                if all {
                    count.sent = 0;
                }
            }
        }
    }

    /// Networks that came lately, but for those whose sum is just known.
    fn lively(&self, known: &[NetworkCount], now: DateTime<Utc>) -> Vec<NetworkCount> {
        let known: std::collections::HashSet<Key> = known
            .iter()
            .map(|count| (count.network, count.hour))
            .collect();
        let since = now.timestamp() - LIVELY;
        let counts = self.lock();
        let lively = counts
            .iter()
            .filter(|(key, count)| count.last >= since && !known.contains(*key));
        lively
            .take(ASKED)
            .map(|((network, hour), _)| NetworkCount {
                network: *network,
                hour: *hour,
                used: 0,
            })
            .collect()
    }

    // Counts are whole after any panic: there is no half-done change to fear.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time in its hour.
struct Moment {
    hour: i64,
    /// Seconds since its begin.
    second: i64,
}

const HOUR: i64 = 3600;

impl Moment {
    fn of(now: DateTime<Utc>) -> Self {
        Self {
            hour: now.timestamp().div_euclid(HOUR),
            second: now.timestamp().rem_euclid(HOUR),
        }
    }

    /// Whether one more is within the limit; if not, how long until it is.
    fn allows(
        &self,
        counts: &HashMap<Key, Count>,
        key: [u8; 16],
        limit: u64,
    ) -> Result<(), Duration> {
        let of = |hour| counts.get(&(key, hour)).map_or(0, Count::total);
        let (before, now) = (of(self.hour - 1) as f64, of(self.hour) as f64);
        let (limit, hour) = (limit.max(1) as f64, HOUR as f64);
        let passed = self.second as f64 / hour;
        if before * (1.0 - passed) + now + 1.0 <= limit {
            return Ok(());
        }
        let room = limit - 1.0 - now;
        let wait = if room >= 0.0 {
            // Within this hour, as the one before is left behind.
            1.0 - room / before - passed
        } else {
            // In the next, as this one is.
            1.0 - passed + 1.0 - (limit - 1.0) / now
        };
        Err(Duration::from_secs_f64(
            (wait * hour).clamp(1.0, 2.0 * hour).ceil(),
        ))
    }
}

#[cfg(test)]
mod tests;
