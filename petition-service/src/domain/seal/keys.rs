//! The key pair of a campaign, and its text form.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, Serializable};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What a public key's text begins with.
const PUBLIC: &str = "gwpk1";
/// What a private key's text begins with.
const PRIVATE: &str = "gwsk1";
/// Bytes of a key.
const KEY: usize = 32;
/// Bytes after the key that show a slip of the pen.
const CHECKSUM: usize = 4;

/// Names a key without telling it: the first bytes of the public key's SHA-256, or random ones for
/// a hot key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    /// An id as it was stored; none if it has another length.
    #[must_use]
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// An id as it is written: 16 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sound = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| sound)?;
        Some(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Why a text is no key. Never holds the text: it may be a private key in the wrong place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// A private key where the public one belongs.
    #[error(
        "this is a private key (gwsk1…), which must never lie on the server: write the public key (gwpk1…) \
         and take the private one away"
    )]
    Private,
    /// A public key where the private one belongs.
    #[error("this is a public key (gwpk1…), which opens nothing: give the private key (gwsk1…)")]
    Public,
    /// Something else.
    #[error("this is no key: a public key begins with gwpk1, a private key with gwsk1")]
    Shape,
    /// A part is missing or misspelt.
    #[error("this key is not whole, or a letter of it is wrong: copy it once more")]
    Checksum,
    /// It would seal to nobody, or to everybody.
    #[error("this key is a weak one that nothing can be sealed to: make another")]
    Weak,
}

/// Seals. Can lie on the server, and be seen by anybody.
#[derive(Clone)]
pub struct PublicKey(pub(super) <X25519HkdfSha256 as Kem>::PublicKey);

impl PublicKey {
    /// Reads a key's text.
    ///
    /// # Errors
    /// [`KeyFault`]: why it is none.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        if text.trim().starts_with(PRIVATE) {
            return Err(KeyFault::Private);
        }
        let bytes = decode(text, PUBLIC)?;
        let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&bytes);
        let key = Self(key.map_err(|_| KeyFault::Checksum)?);
        // The few points of low order pass every test of form; only using them shows it.
        X25519HkdfSha256::encap(&key.0, None).map_err(|_| KeyFault::Weak)?;
        Ok(key)
    }

    /// Names it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let hash: [u8; 32] = Sha256::digest(self.0.to_bytes()).into();
        let [a, b, c, d, e, f, g, h, ..] = hash;
        KeyId([a, b, c, d, e, f, g, h])
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for PublicKey {}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(PUBLIC, &self.0.to_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

/// Opens what was sealed to its public key. Never lies on the server.
pub struct PrivateKey(pub(super) <X25519HkdfSha256 as Kem>::PrivateKey);

impl PrivateKey {
    /// A new one, of the system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self(X25519HkdfSha256::gen_keypair().0)
    }

    /// Reads a key's text, or that of its file: lines that begin with `#` are for people.
    ///
    /// # Errors
    /// [`KeyFault`]: why it is none.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        let mut lines = text.lines().map(str::trim);
        let text = lines
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .unwrap_or_default();
        if text.starts_with(PUBLIC) {
            return Err(KeyFault::Public);
        }
        let bytes = decode(text, PRIVATE)?;
        let key = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&bytes);
        key.map(Self).map_err(|_| KeyFault::Checksum)
    }

    /// The key that seals to this one.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(X25519HkdfSha256::sk_to_pk(&self.0))
    }

    /// The text of its file, with what a person who finds it must know.
    #[must_use]
    pub fn to_file(&self) -> Zeroizing<String> {
        let public = self.public();
        Zeroizing::new(format!(
            "# The private key to {public} (key {}). Whoever has it can read what was sealed to it.\n\
             # Keep it away from the server.\n{}\n",
            public.id(),
            *self.expose()
        ))
    }

    /// Its text: for a file that only its owner reads, never for a log.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(<[u8; KEY]>::from(self.0.to_bytes()));
        Zeroizing::new(encode(PRIVATE, &*bytes))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// Over the prefix too: a key cannot become the other kind by its first letters.
fn checksum(prefix: &str, key: &[u8]) -> [u8; CHECKSUM] {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(prefix)
        .chain_update(key)
        .finalize()
        .into();
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}

fn encode(prefix: &str, key: &[u8]) -> String {
    let mut bytes = Zeroizing::new(Vec::with_capacity(KEY + CHECKSUM));
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(&checksum(prefix, key));
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(&*bytes))
}

fn decode(text: &str, prefix: &str) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    let rest = text.trim().strip_prefix(prefix).ok_or(KeyFault::Shape)?;
    let bytes = URL_SAFE_NO_PAD.decode(rest);
    let mut bytes = Zeroizing::new(bytes.map_err(|_| KeyFault::Checksum)?);
    let Some((key, sum)) = bytes.split_at_checked(KEY) else {
        return Err(KeyFault::Checksum);
    };
    if sum != checksum(prefix, key) {
        return Err(KeyFault::Checksum);
    }
    bytes.truncate(KEY);
    Ok(bytes)
}
