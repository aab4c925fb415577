//! Sealing under a token itself: who presents the token lets it be opened, for the time of a request.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::locked::{DoesNotOpen, SealFault, bound_to, lock, unlock};
use crate::domain::TokenSecret;

/// Seals bytes that belong to a token's row. `purpose` is what the token is good for: bytes sealed
/// for one purpose do not open for another.
///
/// # Errors
/// [`SealFault`]: nothing is sealed.
pub fn seal_with_token(
    token: &TokenSecret,
    purpose: &str,
    plain: &[u8],
) -> Result<Vec<u8>, SealFault> {
    let key = key(token, purpose).ok_or(SealFault)?;
    lock(&key, &belongs_to(purpose), plain)
}

/// Opens them with the same token.
///
/// # Errors
/// [`DoesNotOpen`].
pub fn open_with_token(
    token: &TokenSecret,
    purpose: &str,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
    let key = key(token, purpose).ok_or(DoesNotOpen)?;
    unlock(&key, &belongs_to(purpose), sealed)
}

/// The stored hash of a token is its plain SHA-256, from which this key cannot be made.
fn key(token: &TokenSecret, purpose: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, token.expose().as_bytes())
        .expand(&belongs_to(purpose), &mut *key)
        .ok()?;
    Some(key)
}

fn belongs_to(purpose: &str) -> Vec<u8> {
    bound_to(&[b"token", purpose.as_bytes()])
}
