//! A vault whose doors stand open.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::seal::{HotKey, KeyId};
use crate::domain::{Keys, Private, TokenSecret};
use crate::store::{NotSealed, Sealed, Vault, WrappedKey};

/// Seals nothing: tests of the store look at what would be sealed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OpenVault;

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

    fn knows(&self, _: [u8; 8]) -> bool {
        true
    }

    fn learn(&self, _: &[WrappedKey]) {}

    fn wrap(&self, key: &HotKey) -> Result<Vec<u8>, NotSealed> {
        let with = Keys::new(b"secret").wrapping_key();
        key.wrap(&with).map_err(|_| NotSealed)
    }

    fn unwrap_key(&self, id: KeyId, wrapped: &[u8]) -> Option<HotKey> {
        let with = Keys::new(b"secret").wrapping_key();
        HotKey::unwrap_from(id, wrapped, &with).ok()
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
