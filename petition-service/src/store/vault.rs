//! What the store hands to be sealed, and gets opened. The keys are elsewhere.

use std::fmt;

use uuid::Uuid;

use super::hot_keys::WrappedKey;
use crate::domain::seal::{HotKey, KeyId};
use crate::domain::{Private, TokenSecret};

/// Sealed bytes, and the name of the key that opens them.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Names the key.
    pub key_id: [u8; 8],
}

impl Sealed {
    /// Nothing, where what is to be sealed lies elsewhere.
    pub(super) fn nothing() -> Self {
        Self {
            bytes: Vec::new(),
            key_id: [0; 8],
        }
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// It could not be sealed; nothing was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be sealed")]
pub struct NotSealed;

/// Seals what is stored. Called outside of transactions, but for the newsletter of a petition's form.
pub trait Vault: Send + Sync + 'static {
    /// Seals what was typed into a form, so that this process cannot open it.
    ///
    /// # Errors
    /// [`NotSealed`].
    fn seal_form(&self, form_id: &str, attempt: Uuid, plain: &[u8]) -> Result<Sealed, NotSealed>;

    /// Seals a mail's recipient until the mail has left.
    ///
    /// # Errors
    /// [`NotSealed`].
    fn seal_recipient(&self, mail: Uuid, plain: &[u8]) -> Result<Sealed, NotSealed>;

    /// Opens a mail's recipient, if its key is still there.
    fn open_recipient(&self, mail: Uuid, sealed: &Sealed) -> Option<Private<Vec<u8>>>;

    /// Whether a recipient under this key can be opened here.
    fn knows(&self, key_id: [u8; 8]) -> bool;

    /// Takes up keys that other instances made.
    fn learn(&self, keys: &[WrappedKey]);

    /// Wraps the key of a journal, which lies before what it seals.
    ///
    /// # Errors
    /// [`NotSealed`].
    fn wrap(&self, key: &HotKey) -> Result<Vec<u8>, NotSealed>;

    /// The key that was wrapped, if the secret is the one of then.
    fn unwrap_key(&self, id: KeyId, wrapped: &[u8]) -> Option<HotKey>;

    /// Seals something so that only the token's holder can have it opened.
    ///
    /// # Errors
    /// [`NotSealed`].
    fn seal_with_token(&self, token: &TokenSecret, plain: &[u8]) -> Result<Vec<u8>, NotSealed>;

    /// Opens it again.
    fn open_with_token(&self, token: &TokenSecret, sealed: &[u8]) -> Option<Private<Vec<u8>>>;

    /// Equal for equal parts, and tells nothing of them without the secret.
    fn mark(&self, parts: &[&[u8]]) -> [u8; 16];
}

/// For those who look after the database and hold no keys: nothing is sealed, and nothing opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoKeys;

impl Vault for NoKeys {
    fn seal_form(&self, _: &str, _: Uuid, _: &[u8]) -> Result<Sealed, NotSealed> {
        Err(NotSealed)
    }

    fn seal_recipient(&self, _: Uuid, _: &[u8]) -> Result<Sealed, NotSealed> {
        Err(NotSealed)
    }

    fn open_recipient(&self, _: Uuid, _: &Sealed) -> Option<Private<Vec<u8>>> {
        None
    }

    fn knows(&self, _: [u8; 8]) -> bool {
        false
    }

    fn learn(&self, _: &[WrappedKey]) {}

    fn wrap(&self, _: &HotKey) -> Result<Vec<u8>, NotSealed> {
        Err(NotSealed)
    }

    fn unwrap_key(&self, _: KeyId, _: &[u8]) -> Option<HotKey> {
        None
    }

    fn seal_with_token(&self, _: &TokenSecret, _: &[u8]) -> Result<Vec<u8>, NotSealed> {
        Err(NotSealed)
    }

    fn open_with_token(&self, _: &TokenSecret, _: &[u8]) -> Option<Private<Vec<u8>>> {
        None
    }

    fn mark(&self, _: &[&[u8]]) -> [u8; 16] {
        [0; 16]
    }
}
