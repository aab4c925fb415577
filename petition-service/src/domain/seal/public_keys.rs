//! Which public key a form is sealed to.

use std::collections::BTreeMap;

use super::keys::PublicKey;

/// One key for all forms, and keys of their own for some.
#[derive(Clone, Debug)]
pub struct PublicKeys {
    all: PublicKey,
    own: BTreeMap<String, PublicKey>,
}

impl PublicKeys {
    /// The key for all forms, and the keys of single forms by their ids.
    #[must_use]
    pub fn new(all: PublicKey, own: impl IntoIterator<Item = (String, PublicKey)>) -> Self {
        let own = own.into_iter().collect();
        Self { all, own }
    }

    /// The key to which a form is sealed.
    #[must_use]
    pub fn of(&self, form_id: &str) -> &PublicKey {
        self.own.get(form_id).unwrap_or(&self.all)
    }

    /// The key for all forms that have none of their own.
    #[must_use]
    pub fn all(&self) -> &PublicKey {
        &self.all
    }

    /// The forms that have a key of their own.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.own.keys().map(String::as_str)
    }
}
