//! What kind of fault a driver reports.

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
