//! A form sealed to the campaign's public key: HPKE (RFC 9180), its key agreement and its export of secrets.

use std::fmt;

use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::keys::{KeyId, PrivateKey, PublicKey};
use super::locked::{DoesNotOpen, SealFault, bound_to, lock, unlock};

/// Says what the key agreement is for; part of every key.
const INFO: &[u8] = b"groundswell attempt 2";

/// The first byte of a sealed form.
const VERSION: u8 = 2;

/// Bytes of the sender's fresh key.
const FRESH: usize = 32;

/// Bytes of the key of one form.
const KEY: usize = 32;

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

/// A key agreement with the holder of a private key, for the forms of a moment: each is sealed under a
/// key of its own that is derived from it (the standard's secret export, section 5.3). An agreement
/// takes most of the time of a seal. Who has this value can open what was sealed with it: it is
/// not stored, and dropped after its moment.
pub struct Agreement {
    with: KeyId,
    fresh: [u8; FRESH],
    secret: AeadCtxS<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>,
}

impl PublicKey {
    /// Agrees on secrets that only this value and the holder of the private key can have.
    ///
    /// # Errors
    /// [`SealFault`]: the key is a weak one.
    pub fn agree(&self) -> Result<Agreement, SealFault> {
        let (fresh, secret): (<X25519HkdfSha256 as Kem>::EncappedKey, _) =
            hpke::setup_sender(&OpModeS::Base, &self.0, INFO).map_err(|_| SealFault)?;
        Ok(Agreement {
            with: self.id(),
            fresh: fresh.to_bytes().into(),
            secret,
        })
    }

    /// Seals bytes with an agreement for them alone; see [`Agreement::seal`].
    ///
    /// # Errors
    /// [`SealFault`]: nothing is sealed, and nothing may be stored.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, SealFault> {
        self.agree()?.seal(place, plain)
    }
}

impl Agreement {
    /// Seals bytes: version, the agreement's fresh key, what [`lock`] makes of them under a key for
    /// this place.
    ///
    /// # Errors
    /// [`SealFault`]: nothing is sealed, and nothing may be stored.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, SealFault> {
        let place = place.bytes(self.with);
        let mut key = Zeroizing::new([0; KEY]);
        self.secret
            .export(&place, &mut *key)
            .map_err(|_| SealFault)?;
        let locked = lock(&key, &place, plain)?;
        let mut sealed = Vec::with_capacity(1 + FRESH + locked.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.fresh);
        sealed.extend_from_slice(&locked);
        Ok(sealed)
    }
}

impl fmt::Debug for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Agreement({})", self.with)
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
        let (fresh, locked) = rest.split_at_checked(FRESH).ok_or(DoesNotOpen)?;
        let place = place.bytes(self.public().id());
        let key = self.exported(fresh, INFO, &place)?;
        unlock(&key, &place, locked)
    }

    /// The standard's own operation, as its test vectors know it.
    pub(super) fn exported(
        &self,
        fresh: &[u8],
        info: &[u8],
        context: &[u8],
    ) -> Result<Zeroizing<[u8; KEY]>, DoesNotOpen> {
        let fresh = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(fresh);
        let fresh = fresh.map_err(|_| DoesNotOpen)?;
        let secret: AeadCtxR<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256> =
            hpke::setup_receiver(&OpModeR::Base, &self.0, &fresh, info).map_err(|_| DoesNotOpen)?;
        let mut key = Zeroizing::new([0; KEY]);
        secret.export(context, &mut *key).map_err(|_| DoesNotOpen)?;
        Ok(key)
    }
}
