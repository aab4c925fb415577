//! SQLite and PostgreSQL behind one connection. Only here a driver is named.

mod address;
mod chain;
mod conn;
mod fault;
mod open;
mod row;
mod statement;
mod throw_away;
mod value;

pub use address::Address;
pub(super) use chain::{Chain, Part};
pub(super) use conn::{Conn, Pool};
pub(super) use fault::{is_down, is_gone, is_retried};
pub(super) use open::{Connector, open};
pub(super) use row::Row;
pub(super) use statement::{Bulk, Statement, bulks, statements};
pub use throw_away::ThrowAway;
pub(super) use value::{Kind, Value, values};

/// What a driver says when it did not do it.
pub(super) type Error = sqlx::Error;
