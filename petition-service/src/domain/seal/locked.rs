//! What the kinds of seal share: additional data with lengths, and a box under a symmetric key.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngCore;
use zeroize::Zeroizing;

/// The first byte. Another one will stand for another way of locking.
const VERSION: u8 = 1;

/// Bytes of a nonce: so many that random ones never meet.
const NONCE: usize = 24;

/// It was sealed to another key, belongs elsewhere, or was changed: there is no telling which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the seal does not open: another key, another place, or changed bytes")]
pub struct DoesNotOpen;

/// It could not be sealed. There is no other way to keep it: the form is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the data could not be sealed")]
pub struct SealFault;

/// Where something belongs, as bytes: each part with its length before it, so that none can run
/// over into the next.
pub(super) fn bound_to(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Locks bytes away under a key: version, nonce, ciphertext with its tag.
pub(super) fn lock(key: &[u8; 32], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealFault> {
    let mut nonce = [0; NONCE];
    rand::rng().fill_bytes(&mut nonce);
    let cipher = XChaCha20Poly1305::new(key.into());
    let locked = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad })
        .map_err(|_| SealFault)?;
    let mut sealed = Vec::with_capacity(1 + NONCE + locked.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&locked);
    Ok(sealed)
}

/// The bytes that [`lock`] put away.
pub(super) fn unlock(
    key: &[u8; 32],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
    let Some((&VERSION, rest)) = sealed.split_first() else {
        return Err(DoesNotOpen);
    };
    let (nonce, locked) = rest.split_first_chunk::<NONCE>().ok_or(DoesNotOpen)?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: locked, aad })
        .map(Zeroizing::new)
        .map_err(|_| DoesNotOpen)
}
