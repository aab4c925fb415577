//! What became of mails.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::batch::Message;
use super::engine::{Conn, Error, Value, bulks, values};
use super::ms;
use super::remind::{self, Reminder};
use super::writer::{Done, Hot, Reply};

bulks! {
    // Whoever sent it: sent is sent.
    SENT(id Blob, at Int) =
        "update outbox set state = 'sent', done_at = v.at, leased_by = null,
             recipient = null, hot_key_id = null, reason = null
         from v where outbox.id = v.id and outbox.state = 'waiting'";

    // Only by who has it: it may be told twice, and another instance may have it by now.
    RETRY(id Blob, holder Text, at Int, reason Text, doubt Int) =
        "update outbox set tries = outbox.tries + 1, doubts = outbox.doubts + v.doubt,
             not_before = v.at, leased_by = null, reason = v.reason
         from v where outbox.id = v.id and outbox.state = 'waiting' and outbox.leased_by = v.holder";

    // Whom it was for is forgotten if nothing can mend it.
    DEAD(id Blob, holder Text, at Int, reason Text, for_good Int) =
        "update outbox set tries = outbox.tries + 1, state = 'dead', done_at = v.at,
             leased_by = null, reason = v.reason,
             recipient = case when v.for_good = 1 then null else outbox.recipient end,
             hot_key_id = case when v.for_good = 1 then null else outbox.hot_key_id end
         from v where outbox.id = v.id and outbox.state = 'waiting' and outbox.leased_by = v.holder";

    RELEASED(id Blob, holder Text) =
        "update outbox set leased_by = null
         from v where outbox.id = v.id and outbox.state = 'waiting' and outbox.leased_by = v.holder";
}

/// How a try ended.
pub(super) enum Settled {
    /// With the reminder that is to follow.
    Sent(DateTime<Utc>, Option<Reminder>),
    Retry {
        at: DateTime<Utc>,
        reason: String,
        doubt: bool,
    },
    Dead {
        at: DateTime<Utc>,
        reason: String,
        for_good: bool,
    },
    Released,
}

/// A mail whose try has ended.
pub(super) struct Settle {
    pub(super) id: Uuid,
    /// The instance that tells.
    pub(super) holder: String,
    pub(super) how: Settled,
}

impl Hot for Settle {
    type Out = ();

    async fn run_all(conn: &mut Conn, all: &[Self]) -> Result<Vec<Done<()>>, Error> {
        let mut sorted: Vec<&Self> = all.iter().collect();
        sorted.sort_by_key(|one| one.id);
        let rows = |row: fn(&Self) -> Option<Vec<Value>>| {
            sorted.iter().filter_map(|one| row(one)).collect::<Vec<_>>()
        };
        let sent = rows(|one| match &one.how {
            Settled::Sent(at, _) => Some(values![one.id, ms(*at)]),
            _ => None,
        });
        let retry = rows(|one| match &one.how {
            Settled::Retry { at, reason, doubt } => {
                let doubt = i64::from(*doubt);
                Some(values![one.id, &one.holder, ms(*at), reason, doubt])
            }
            _ => None,
        });
        let dead = rows(|one| match &one.how {
            Settled::Dead {
                at,
                reason,
                for_good,
            } => {
                let for_good = i64::from(*for_good);
                Some(values![one.id, &one.holder, ms(*at), reason, for_good])
            }
            _ => None,
        });
        let released = rows(|one| match &one.how {
            Settled::Released => Some(values![one.id, &one.holder]),
            _ => None,
        });
        conn.bulk(&SENT, sent).await?;
        let reminders = sorted.iter().filter_map(|one| match &one.how {
            Settled::Sent(_, reminder) => reminder.as_ref(),
            _ => None,
        });
        remind::queue(conn, &reminders.collect::<Vec<_>>()).await?;
        conn.bulk(&RETRY, retry).await?;
        conn.bulk(&DEAD, dead).await?;
        conn.bulk(&RELEASED, released).await?;
        Ok(all.iter().map(|_| Done::of(())).collect())
    }

    fn message(self, reply: Reply<()>) -> Message {
        Message::Settle(self, reply)
    }
}
