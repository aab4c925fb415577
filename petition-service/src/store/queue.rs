//! Mails are put into the outbox, in the transaction of their cause.

use uuid::Uuid;

use super::engine::{Conn, Error, Value, bulks, values};
use super::records::OutboxKind;
use super::vault::Sealed;

bulks! {
    pub(super) INSERT(
        id Blob, attempt_id Blob, kind Text, priority Int, at Int, recipient Blob, hot_key_id Blob
    ) = "insert into outbox
             (id, attempt_id, kind, priority, state, tries, not_before, created_at, recipient,
              hot_key_id)
         select id, attempt_id, kind, priority, 'waiting', 0, at, at, recipient, hot_key_id
         from v where true";
}

/// A mail to send.
pub(super) struct NewMail {
    /// Its recipient is sealed for this row only.
    pub(super) id: Uuid,
    pub(super) attempt: Uuid,
    pub(super) kind: OutboxKind,
    /// Not before this time, in milliseconds.
    pub(super) at: i64,
    pub(super) recipient: Sealed,
}

/// Puts mails into the outbox.
pub(super) async fn queue(
    conn: &mut Conn,
    mails: impl IntoIterator<Item = NewMail>,
) -> Result<(), Error> {
    conn.bulk(&INSERT, rows(mails)).await.map(|_| ())
}

/// Their rows.
pub(super) fn rows(mails: impl IntoIterator<Item = NewMail>) -> Vec<Vec<Value>> {
    let rows = mails.into_iter().map(|mail| {
        values![
            mail.id,
            mail.attempt,
            mail.kind.name(),
            mail.kind.priority(),
            mail.at,
            mail.recipient.bytes,
            mail.recipient.key_id.as_slice()
        ]
    });
    rows.collect()
}
