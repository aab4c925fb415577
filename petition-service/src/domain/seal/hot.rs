//! Short-lived keys, for what this program must read once more: the recipient of a mail that waits.
//!
//! Symmetric on purpose: whoever seals is the same program as whoever opens. What counts is that
//! both the key and the copy go.

use std::fmt;

use rand::RngCore;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::keys::KeyId;
use super::locked::{DoesNotOpen, SealFault, bound_to, lock, unlock};

/// Wraps hot keys for the database. Derived from the secret of the configuration
/// ([`crate::domain::Keys::wrapping_key`]), so that a copy of the database alone opens nothing.
#[derive(Clone)]
pub struct WrappingKey(pub(in crate::domain) Zeroizing<[u8; 32]>);

impl fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappingKey(…)")
    }
}

/// A key for an hour of recipients.
#[derive(Clone)]
pub struct HotKey {
    id: KeyId,
    key: Zeroizing<[u8; 32]>,
}

impl HotKey {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        let mut id = [0; 8];
        let mut key = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut id);
        rand::rng().fill_bytes(&mut *key);
        Self { id: KeyId(id), key }
    }

    /// Names it; stored with each recipient.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// For the database.
    ///
    /// # Errors
    /// [`SealFault`]: it cannot be stored, and must not be used.
    pub fn wrap(&self, with: &WrappingKey) -> Result<Vec<u8>, SealFault> {
        lock(&with.0, &wrapped_for(self.id), &*self.key)
    }

    /// From the database.
    ///
    /// # Errors
    /// [`DoesNotOpen`]: the secret of the configuration is another one than when it was made.
    pub fn unwrap_from(id: KeyId, wrapped: &[u8], with: &WrappingKey) -> Result<Self, DoesNotOpen> {
        let bytes = unlock(&with.0, &wrapped_for(id), wrapped)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| DoesNotOpen)?;
        let key = Zeroizing::new(key);
        Ok(Self { id, key })
    }

    /// Seals what the mail of this outbox row needs.
    ///
    /// # Errors
    /// [`SealFault`]: no row may be written.
    pub fn seal_recipient(&self, row: Uuid, plain: &[u8]) -> Result<Vec<u8>, SealFault> {
        lock(&self.key, &self.recipient_of(row), plain)
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`DoesNotOpen`].
    pub fn open_recipient(
        &self,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        unlock(&self.key, &self.recipient_of(row), sealed)
    }

    /// Seals a form of the journal.
    ///
    /// # Errors
    /// [`SealFault`]: it may not be written.
    pub fn seal_entry(&self, plain: &[u8]) -> Result<Vec<u8>, SealFault> {
        lock(&self.key, &bound_to(&[b"journal", &self.id.0]), plain)
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`DoesNotOpen`].
    pub fn open_entry(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        unlock(&self.key, &bound_to(&[b"journal", &self.id.0]), sealed)
    }

    fn recipient_of(&self, row: Uuid) -> Vec<u8> {
        bound_to(&[b"recipient", row.as_bytes(), &self.id.0])
    }
}

impl fmt::Debug for HotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HotKey({})", self.id)
    }
}

fn wrapped_for(id: KeyId) -> Vec<u8> {
    bound_to(&[b"hot key", &id.0])
}
