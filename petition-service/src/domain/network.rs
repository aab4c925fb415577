//! Where a request comes from, as far as it is kept: keyed hashes of its networks.

use sha2::{Digest, Sha256};

use super::Keys;

/// Stands for an address (IPv4 /32, IPv6 /64) and for the wider network around it (/24, /48). Tells
/// nothing about them without the secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Network {
    near: [u8; 32],
    wide: [u8; 32],
}

impl Network {
    /// Of two prefixes as text (`192.0.2.7/32`, `192.0.2.0/24`).
    #[must_use]
    pub fn of(keys: &Keys, near: &str, wide: &str) -> Self {
        Self {
            near: keys.network_key(near),
            wide: keys.network_key(wide),
        }
    }

    /// The keys under which is counted what the two use for a purpose: those of two purposes cannot be
    /// told to be of one network.
    #[must_use]
    pub fn keys(&self, purpose: &str) -> [[u8; 16]; 2] {
        [self.near, self.wide].map(|key| {
            let hash = Sha256::new()
                .chain_update(key)
                .chain_update(purpose)
                .finalize();
            let mut key = [0; 16];
            for (to, from) in key.iter_mut().zip(hash) {
                *to = from;
            }
            key
        })
    }
}
