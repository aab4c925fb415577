//! A form sealed to the campaign's public key: HPKE (RFC 9180), a fresh key agreement for each.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::keys::{KeyId, PrivateKey, PublicKey};
use super::locked::{DoesNotOpen, SealFault, VERSION, bound_to};

/// Says what the key agreement is for; part of every key.
const INFO: &[u8] = b"groundswell attempt 1";

/// Bytes of the sender's fresh key, before the ciphertext.
const ENCAPSULATED: usize = 32;

/// Where a sealed form belongs: it opens nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The petition or newsletter.
    pub form_id: &'a str,
    /// The attempt whose row holds it.
    pub attempt_id: Uuid,
}

impl Place<'_> {
    fn bytes(&self, key: KeyId) -> Vec<u8> {
        bound_to(&[
            b"attempt",
            self.form_id.as_bytes(),
            self.attempt_id.as_bytes(),
            &key.0,
        ])
    }
}

impl PublicKey {
    /// Seals bytes: version, the sender's fresh key, ciphertext with its tag.
    ///
    /// # Errors
    /// [`SealFault`]: nothing is sealed, and nothing may be stored.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, SealFault> {
        let (fresh, locked) =
            hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
                &OpModeS::Base,
                &self.0,
                INFO,
                plain,
                &place.bytes(self.id()),
            )
            .map_err(|_| SealFault)?;
        let mut sealed = Vec::with_capacity(1 + ENCAPSULATED + locked.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&fresh.to_bytes());
        sealed.extend_from_slice(&locked);
        Ok(sealed)
    }
}

impl PrivateKey {
    /// Opens what was sealed to this key for this place.
    ///
    /// # Errors
    /// [`DoesNotOpen`], without a reason.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        let Some((&VERSION, rest)) = sealed.split_first() else {
            return Err(DoesNotOpen);
        };
        let (fresh, locked) = rest.split_at_checked(ENCAPSULATED).ok_or(DoesNotOpen)?;
        self.open_parts(fresh, locked, INFO, &place.bytes(self.public().id()))
    }

    /// The standard's own operation, as its test vectors know it.
    pub(super) fn open_parts(
        &self,
        fresh: &[u8],
        locked: &[u8],
        info: &[u8],
        aad: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        let fresh = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(fresh);
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.0,
            &fresh.map_err(|_| DoesNotOpen)?,
            info,
            locked,
            aad,
        )
        .map(Zeroizing::new)
        .map_err(|_| DoesNotOpen)
    }
}
