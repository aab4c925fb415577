//! What kind of fault a driver reports.

use sqlx::sqlite::SqliteError;

use super::Error;

/// PostgreSQL's codes for two transactions that stood in each other's way: deadlock, serialization.
const IN_THE_WAY: [&str; 2] = ["40P01", "40001"];

/// The connection is of no more use.
pub(in crate::store) fn is_gone(error: &Error) -> bool {
    match error {
        Error::Io(_)
        | Error::Tls(_)
        | Error::Protocol(_)
        | Error::PoolClosed
        | Error::PoolTimedOut
        | Error::WorkerCrashed => true,
        // 08: connection fault; 57P: the server is told to end, or ends by itself.
        Error::Database(error) => error
            .code()
            .is_some_and(|code| code.starts_with("08") || code.starts_with("57P")),
        _ => false,
    }
}

/// The same transaction may succeed if it is begun once more.
pub(in crate::store) fn is_retried(error: &Error) -> bool {
    match error {
        Error::Database(fault) => fault
            .code()
            .is_some_and(|code| IN_THE_WAY.contains(&code.as_ref())),
        _ => false,
    }
}

/// SQLite's codes for a file that cannot be used now: busy, locked, read-only, I/O, corrupt, full,
/// cannot be opened, no database.
const FILE_DOWN: [u32; 8] = [5, 6, 8, 10, 11, 13, 14, 26];

/// The same for PostgreSQL: connection, resources (a full disk too), the operator's doing, I/O; a
/// server that became read-only.
const SERVER_DOWN: [&str; 5] = ["08", "53", "57", "58", "25006"];

/// The database cannot be used now: no fault of the request, which may succeed later.
pub(in crate::store) fn is_down(error: &Error) -> bool {
    if is_gone(error) {
        return true;
    }
    let Error::Database(fault) = error else {
        return false;
    };
    let Some(code) = fault.code() else {
        return false;
    };
    if fault.try_downcast_ref::<SqliteError>().is_some() {
        // The lowest byte of a code is the kind of it.
        let kind = code.parse::<u32>().map(|code| code & 0xff);
        return kind.is_ok_and(|kind| FILE_DOWN.contains(&kind));
    }
    SERVER_DOWN.iter().any(|start| code.starts_with(start))
}
