//! What goes into a statement.

use uuid::Uuid;

/// One parameter. Nulls have a type: PostgreSQL wants to know it.
#[derive(Clone, Debug)]
pub(in crate::store) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
}

/// The type of a column of rows that are written together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    Int,
    Text,
    Blob,
}

impl Kind {
    /// PostgreSQL's name for many of them.
    pub(super) fn array(self) -> &'static str {
        match self {
            Self::Int => "bigint[]",
            Self::Text => "text[]",
            Self::Blob => "bytea[]",
        }
    }
}

macro_rules! from {
    ($($variant:ident($value:ident: $type:ty) = $inner:expr;)+) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self::$variant(Some($inner))
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $inner))
            }
        }
    )+};
}

from! {
    Int(value: i64) = value;
    Int(value: u32) = i64::from(value);
    Text(value: String) = value;
    Text(value: &str) = value.to_owned();
    Text(value: &String) = value.clone();
    Blob(value: Vec<u8>) = value;
    Blob(value: &[u8]) = value.to_vec();
    Blob(value: Uuid) = value.as_bytes().to_vec();
}

/// Parameters for a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        vec![$(crate::store::engine::Value::from($value)),*]
    };
}

pub(in crate::store) use values;
