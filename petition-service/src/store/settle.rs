//! What became of mails.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::batch::Message;
use super::engine::{Conn, Error, Value, bulks, values};
use super::ms;
use super::writer::{Done, Hot, Reply};

bulks! {
    // Whoever sent it: sent is sent.
    SENT(id Blob, at Int) =
        "update outbox set state = 'sent', done_at = v.at, leased_until = null, leased_by = null,
             recipient = null, hot_key_id = null, reason = null
         from v where outbox.id = v.id and outbox.state = 'waiting'";

    // Only by whose turn it is: another instance may be sending what this one gave up.
    RETRY(id Blob, holder Text, at Int, reason Text) =
        "update outbox set tries = outbox.tries + 1, not_before = v.at, leased_until = null,
             leased_by = null, reason = v.reason
         from v where outbox.id = v.id and outbox.state = 'waiting'
             and (outbox.leased_by is null or outbox.leased_by = v.holder)";

    DEAD(id Blob, holder Text, at Int, reason Text) =
        "update outbox set tries = outbox.tries + 1, state = 'dead', done_at = v.at,
             leased_until = null, leased_by = null, reason = v.reason
         from v where outbox.id = v.id and outbox.state = 'waiting'
             and (outbox.leased_by is null or outbox.leased_by = v.holder)";

    RELEASED(id Blob, holder Text) =
        "update outbox set leased_until = null, leased_by = null
         from v where outbox.id = v.id and outbox.state = 'waiting' and outbox.leased_by = v.holder";
}

/// How a try ended.
pub(super) enum Settled {
    Sent(DateTime<Utc>),
    Retry(DateTime<Utc>, String),
    Dead(DateTime<Utc>, String),
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
            Settled::Sent(at) => Some(values![one.id, ms(*at)]),
            _ => None,
        });
        let retry = rows(|one| match &one.how {
            Settled::Retry(at, reason) => Some(values![one.id, &one.holder, ms(*at), reason]),
            _ => None,
        });
        let dead = rows(|one| match &one.how {
            Settled::Dead(at, reason) => Some(values![one.id, &one.holder, ms(*at), reason]),
            _ => None,
        });
        let released = rows(|one| match &one.how {
            Settled::Released => Some(values![one.id, &one.holder]),
            _ => None,
        });
        conn.bulk(&SENT, sent).await?;
        conn.bulk(&RETRY, retry).await?;
        conn.bulk(&DEAD, dead).await?;
        conn.bulk(&RELEASED, released).await?;
        Ok(all.iter().map(|_| Done::of(())).collect())
    }

    fn message(self, reply: Reply<()>) -> Message {
        Message::Settle(self, reply)
    }
}
