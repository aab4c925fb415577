//! Keyed hashes, and the tokens that stand in mails.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rand::RngCore;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::seal::WrappingKey;

/// What makes the mark of an address one of [`Keys::suppression_key`].
pub const SUPPRESSION: &[u8] = b"suppression";

/// What the service derives from its secret.
#[derive(Clone)]
pub struct Keys(Hmac<Sha256>);

impl Keys {
    /// Keys from the secret of the configuration (any length; 32 random bytes are good).
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        // HMAC's block: a key of that length is taken as it is and cannot fail.
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        for (to, from) in block.iter_mut().zip(Sha256::digest(secret)) {
            *to = from;
        }
        Self(Hmac::new(&block))
    }

    /// Equal for the same mailbox on the same form; tells nothing without the secret.
    #[must_use]
    pub fn dedupe_key(&self, form_id: &str, canonical: &str) -> [u8; 32] {
        self.mac("dedupe", &[form_id, canonical])
    }

    /// Stands for a network (`192.0.2.0/24`) where the network itself must not be kept.
    #[must_use]
    pub fn network_key(&self, prefix: &str) -> [u8; 32] {
        self.mac("network", &[prefix])
    }

    /// Equal for equal parts of what was typed; tells nothing of them without the secret.
    #[must_use]
    pub fn content_mark(&self, parts: &[&[u8]]) -> [u8; 16] {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = self.mac_of("content", parts);
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
    }

    /// Stands for a mailbox that wants no mail, over all forms.
    #[must_use]
    pub fn suppression_key(&self, canonical: &str) -> [u8; 16] {
        self.content_mark(&[SUPPRESSION, canonical.as_bytes()])
    }

    /// Wraps hot keys for the database.
    #[must_use]
    pub fn wrapping_key(&self) -> WrappingKey {
        WrappingKey(Zeroizing::new(self.mac("hot keys", &[])))
    }

    fn mac(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        self.mac_of(purpose, &parts)
    }

    fn mac_of(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        for part in parts {
            // With its length before it, no part can run over into the next.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Confirms a signature.
    ConfirmSignature,
    /// Withdraws a signature.
    Withdraw,
    /// Confirms a subscription.
    ConfirmSubscription,
    /// Ends a subscription.
    Unsubscribe,
    /// Waits, in the cookie of the browser that sent the form, for the confirmation.
    Wait,
    /// Opens the page of a reader's preferences.
    Manage,
    /// Gives a person's copy of what is known.
    Export,
    /// Erases it.
    Erase,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 8] = [
        Self::ConfirmSignature,
        Self::Withdraw,
        Self::ConfirmSubscription,
        Self::Unsubscribe,
        Self::Wait,
        Self::Manage,
        Self::Export,
        Self::Erase,
    ];

    /// Its name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfirmSignature => "confirm_signature",
            Self::Withdraw => "withdraw",
            Self::ConfirmSubscription => "confirm_subscription",
            Self::Unsubscribe => "unsubscribe",
            Self::Wait => "wait",
            Self::Manage => "manage",
            Self::Export => "export",
            Self::Erase => "erase",
        }
    }

    /// The purpose of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// The first part of the address that takes such a token (`confirm`).
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::ConfirmSignature | Self::ConfirmSubscription => "confirm",
            Self::Withdraw => "withdraw",
            Self::Unsubscribe => "unsubscribe",
            Self::Wait => "wait",
            Self::Manage => "manage",
            Self::Export => "export",
            Self::Erase => "erase",
        }
    }
}

/// How many bytes of a token, and of its hash, are the time when it was made.
const TIME: usize = 5;

/// 27 random bytes after the time when they were made (the last five bytes of its milliseconds since 1970),
/// as text for an address or a cookie. Only its hash is stored, after the same time: tokens of one minute stand
/// beside each other in the database's index, whatever its size, where random ones would each touch a page
/// of their own.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSecret(String);

impl TokenSecret {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        // Its first six bytes are the milliseconds.
        let now = Uuid::now_v7().into_bytes();
        for (to, from) in bytes.iter_mut().zip(now.into_iter().skip(1).take(TIME)) {
            *to = from;
        }
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// One that a visitor brought, if it has the shape of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// Its text (43 characters, safe in an address): for the mail or the cookie, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its hash together with what it is used for: equal secrets give hashes that nobody can
    /// tell to be of one secret.
    #[must_use]
    pub fn hash_for(&self, id: &str) -> TokenHash {
        // The secret has a fixed length and holds no space: no two pairs run into each other.
        TokenHash::of(&format!("{id} {}", self.0))
    }

    /// What is stored of it: its time, and 27 bytes of its hash.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        let mut hash = TokenHash::of(&self.0);
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).unwrap_or_default();
        for (to, from) in hash.0.iter_mut().zip(bytes.into_iter().take(TIME)) {
            *to = from;
        }
        hash
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

/// The SHA-256 of a token: what is stored and looked up.
#[derive(Clone, Copy, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// The hash of a token's text.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A hash as it was stored; none if it has another length.
    #[must_use]
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

// Takes as long for a near miss as for a far one.
impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_depends_on_everything() {
        let keys = Keys::new(b"secret");
        let key = keys.dedupe_key("ab", "c");
        assert_eq!(key, Keys::new(b"secret").dedupe_key("ab", "c"));
        assert_ne!(key, keys.dedupe_key("a", "bc"));
        assert_ne!(key, Keys::new(b"Secret").dedupe_key("ab", "c"));
        assert_ne!(keys.dedupe_key("a", ""), keys.network_key("a"));
    }

    #[test]
    fn tokens_are_fresh_and_do_not_print() {
        let token = TokenSecret::generate();
        assert_ne!(token, TokenSecret::generate());
        assert_eq!(token.expose().len(), 43);
        assert_eq!(
            TokenSecret::parse(token.expose()).unwrap().hash(),
            token.hash()
        );
        for bad in [
            "",
            "abc",
            token.expose().get(1..).unwrap(),
            &format!("{}=", token.expose()),
        ] {
            assert!(TokenSecret::parse(bad).is_none(), "{bad}");
        }
        assert!(!format!("{token:?} {:?}", token.hash()).contains(token.expose()));
    }
}
