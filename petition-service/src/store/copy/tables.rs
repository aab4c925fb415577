//! What a database holds, table by table: how a row is read, and how it is written elsewhere.
//!
//! Leases are left out: they belong to the instances at work. So are the numbers of the logs' rows,
//! which mean nothing but the order: that is kept.

use crate::store::engine::{Bulk, Kind, Statement};

/// A table whose rows can be copied.
pub(in crate::store) struct Table {
    pub(in crate::store) name: &'static str,
    /// All rows; parents stand before what hangs on them by the order of the tables.
    pub(in crate::store) read: Statement,
    pub(in crate::store) write: Bulk,
    /// Whether there is any row, as `found`.
    pub(in crate::store) any: Statement,
    pub(in crate::store) columns: &'static [(&'static str, Kind)],
}

macro_rules! tables {
    // A flag is a boolean on PostgreSQL and a number on SQLite; it travels as a number.
    (@read $column:ident Flag) => {
        concat!("cast(case when ", stringify!($column), " then 1 else 0 end as bigint) as ", stringify!($column))
    };
    (@read $column:ident $kind:ident) => { stringify!($column) };
    (@write $column:ident Flag) => { concat!(stringify!($column), " = 1") };
    (@write $column:ident $kind:ident) => { stringify!($column) };
    (@kind Flag) => { Kind::Int };
    (@kind $kind:ident) => { Kind::$kind };
    (@columns $($column:ident $kind:ident),*) => {
        &[$((stringify!($column), tables!(@kind $kind))),*]
    };
    ($($table:ident $order:literal: $first:ident $kind:ident $(, $column:ident $more:ident)*;)*) => {
        /// All of them; what refers to another table stands after it.
        pub(in crate::store) static TABLES: &[&Table] = &[$({ static TABLE: Table = Table {
            name: stringify!($table),
            read: Statement::both(concat!(
                "select ", tables!(@read $first $kind) $(, ", ", tables!(@read $column $more))*,
                " from ", stringify!($table), $order
            )),
            write: Bulk::new(
                tables!(@columns $first $kind $(, $column $more)*),
                Statement::both(concat!(
                    "insert into ", stringify!($table), " (",
                    stringify!($first) $(, ", ", stringify!($column))*, ") select ",
                    tables!(@write $first $kind) $(, ", ", tables!(@write $column $more))*, " from v where true"
                )),
            ),
            any: Statement::both(concat!(
                "select exists (select 1 from ", stringify!($table), ") as found"
            )),
            columns: tables!(@columns $first $kind $(, $column $more)*),
        }; &TABLE }),*];
    };
}

tables! {
    subjects "": id Blob, form_id Text, kind Text, dedupe_key Blob, state Text, attempt_id Blob,
        mails Int, last_mail_at Int, last_notice_at Int, last_form_at Int, reminded_at Int,
        created_at Int, confirmed_at Int, ended_at Int, lang Text, topics Text, paused_until Int;
    attempts "": id Blob, subject_id Blob, sealed Blob, key_id Blob, says Blob, lang Text,
        form_page Text, country Text, shows_name Flag, partner Text, topics Text, nonce_hash Blob,
        network Blob, consent_sha256 Text, consent_version Text, privacy_version Text,
        created_at Int, confirmed_at Int, confirmed_how Text, newsletter_id Text,
        newsletter_key Blob, newsletter_sha256 Text, newsletter_version Text;
    tokens "": hash Blob, attempt_id Blob, purpose Text, sealed Blob, created_at Int,
        expires_at Int;
    codes "": attempt_id Blob, hash Blob, tries Int, expires_at Int;
    outbox "": id Blob, attempt_id Blob, kind Text, priority Int, state Text, tries Int,
        doubts Int, not_before Int, leased_by Text, created_at Int, done_at Int,
        recipient Blob, hot_key_id Blob, payload Text, reason Text;
    confirmations " order by seq": form_id Text, subject_id Blob, delta Int, country Text, at Int;
    to_count " order by seq": form_id Text, country Text, delta Int;
    counts "": form_id Text, total Int, at Int;
    counts_by_country "": form_id Text, country Text, total Int;
    public_signers "": subject_id Blob, form_id Text, name Text, country Text, at Int;
    suppressions "": key Blob, reason Text, at Int;
    mailboxes "": key Blob, hour_full_at Int, day_full_at Int;
    hot_keys "": id Blob, wrapped Blob, created_at Int;
    used_challenges "": nonce Text, expires_at Int, dedupe_key Blob;
    mail_budget "": hour Int, used Int;
    network_counts "": network Blob, hour Int, used Int;
}
