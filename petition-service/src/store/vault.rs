//! What the store hands to be sealed, and gets opened. The keys are elsewhere.

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::{Private, TokenSecret};

/// Sealed bytes, and the name of the key that opens them.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Names the key.
    pub key_id: [u8; 8],
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

/// Stands in for a vault where there is none yet: it seals NOTHING. To be replaced by one with keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenVault;

impl OpenVault {
    fn as_it_is(plain: &[u8]) -> Sealed {
        Sealed {
            bytes: plain.to_vec(),
            key_id: [0; 8],
        }
    }
}

impl Vault for OpenVault {
    fn seal_form(&self, _: &str, _: Uuid, plain: &[u8]) -> Result<Sealed, NotSealed> {
        Ok(Self::as_it_is(plain))
    }

    fn seal_recipient(&self, _: Uuid, plain: &[u8]) -> Result<Sealed, NotSealed> {
        Ok(Self::as_it_is(plain))
    }

    fn open_recipient(&self, _: Uuid, sealed: &Sealed) -> Option<Private<Vec<u8>>> {
        Some(Private::new(sealed.bytes.clone()))
    }

    fn seal_with_token(&self, _: &TokenSecret, plain: &[u8]) -> Result<Vec<u8>, NotSealed> {
        Ok(plain.to_vec())
    }

    fn open_with_token(&self, _: &TokenSecret, sealed: &[u8]) -> Option<Private<Vec<u8>>> {
        Some(Private::new(sealed.to_vec()))
    }

    fn mark(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut mark = [0; 16];
        for (to, from) in mark.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        mark
    }
}
