//! Personal data under lock: who can read what this program stores.
//!
//! - A form is sealed to a *public key* ([`Agreement::seal`]): whoever runs the server cannot open it,
//!   only the holder of the private key can, on another machine ([`PrivateKey::open`]).
//! - What the program itself must read once more (the address of a mail that waits) lies under a
//!   *hot key* ([`HotKey`]) that is destroyed soon after.
//! - What only the bearer of a link may make readable lies under a key made of the link's token
//!   ([`seal_with_token`]): the program keeps the token's hash, which opens nothing.
//!
//! All say of each piece where it belongs (form, attempt, key): put elsewhere, it does not open.

mod attempt;
mod content;
mod hot;
mod keys;
mod locked;
mod public_keys;
mod row;
mod token;

#[cfg(test)]
mod tests;

pub use attempt::{Agreement, Place};
pub use content::Content;
pub use hot::{HotKey, WrappingKey};
pub use keys::{KeyFault, KeyId, PrivateKey, PublicKey};
pub use locked::{DoesNotOpen, SealFault};
pub use public_keys::PublicKeys;
pub use row::SealedRow;
pub use token::{open_with_token, seal_with_token};
pub use zeroize::Zeroizing;
