//! The keys of a running service: public ones from its configuration, hot ones that come and go.

mod agreements;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::seal::{self, HotKey, KeyId, Place, PublicKeys, WrappingKey};
use crate::domain::{Clock, Keys, Private, TokenSecret};
use crate::store::{NotSealed, Sealed, Store, Vault, WrappedKey};
use agreements::Agreements;

/// How long recipients are sealed under one hot key.
const HOUR: Duration = Duration::from_secs(3600);

/// After that a key that could not be followed by a newer one is not used: it may be destroyed by
/// another instance that thinks it forgotten.
const TOO_OLD: Duration = Duration::from_secs(3 * 1800);

/// When a key under which nothing lies any more is destroyed.
const FORGOTTEN: Duration = Duration::from_secs(2 * 3600);

/// What a token's copy of the address is for.
const ADDRESS: &str = "address";

/// The keys of a running service.
pub struct Keyring {
    public: PublicKeys,
    keys: Keys,
    wrapping: WrappingKey,
    clock: Clock,
    agreements: Agreements,
    hot: RwLock<Hot>,
}

#[derive(Default)]
struct Hot {
    /// The one that seals, and since when.
    current: Option<(HotKey, DateTime<Utc>)>,
    /// All that open.
    all: BTreeMap<KeyId, HotKey>,
}

impl Keyring {
    /// The keys of a configuration; no hot one yet.
    #[must_use]
    pub fn new(public: PublicKeys, keys: &Keys, clock: Clock) -> Self {
        Self {
            public,
            keys: keys.clone(),
            wrapping: keys.wrapping_key(),
            clock,
            agreements: Agreements::default(),
            hot: RwLock::default(),
        }
    }

    /// Takes up the keys of the database, and makes one for this instance.
    ///
    /// # Errors
    /// The database cannot be read or written, or its keys were wrapped with another secret: with this
    /// one no mail that waits could be sent, and nobody would be known again.
    pub async fn begin(&self, store: &Store) -> anyhow::Result<()> {
        let stored = store.hot_keys().await.context("the hot keys")?;
        if self.learned(&stored) < stored.len() {
            bail!(
                "`secrets.key` is not the one that this database was begun with: put the old one back, \
                 or mails that wait are lost and people who signed are not known again"
            );
        }
        self.rotate(store).await.context("the hot keys")
    }

    /// Makes a new key when the present one has served its hour, and destroys those forgotten.
    ///
    /// # Errors
    /// The database did not take it: the present one goes on for half an hour.
    pub async fn turn(&self, store: &Store) -> anyhow::Result<()> {
        let now = self.clock.now();
        let since = self.read().current.as_ref().map(|(_, since)| *since);
        if since.is_none_or(|since| now >= since + HOUR || now < since) {
            self.rotate(store).await?;
        }
        store.destroy_hot_keys(now - FORGOTTEN).await?;
        let stored = store.hot_keys().await?;
        self.learned(&stored);
        let kept: Vec<[u8; 8]> = stored.iter().map(|key| key.id).collect();
        self.write().all.retain(|id, _| kept.contains(&id.0));
        Ok(())
    }

    /// Lets go of what could still open the forms of the last seconds.
    pub fn forget_agreements(&self) {
        self.agreements.forget(self.clock.now());
    }

    async fn rotate(&self, store: &Store) -> anyhow::Result<()> {
        let (key, now) = (HotKey::generate(), self.clock.now());
        let wrapped = WrappedKey {
            id: key.id().0,
            wrapped: key.wrap(&self.wrapping)?,
        };
        // What is sealed before the key is stored could not be opened after a fall.
        store.add_hot_key(wrapped, now).await?;
        let mut hot = self.write();
        hot.all.insert(key.id(), key.clone());
        hot.current = Some((key, now));
        Ok(())
    }

    /// Takes up keys; how many of them are known now.
    fn learned(&self, keys: &[WrappedKey]) -> usize {
        let mut hot = self.write();
        let mut known = 0;
        for WrappedKey { id, wrapped } in keys {
            let id = KeyId(*id);
            if let Entry::Vacant(place) = hot.all.entry(id) {
                let Ok(key) = HotKey::unwrap_from(id, wrapped, &self.wrapping) else {
                    tracing::error!(%id, "a hot key does not open with this secret");
                    continue;
                };
                place.insert(key);
            }
            known += 1;
        }
        known
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Hot> {
        self.hot.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Hot> {
        self.hot.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for Keyring {
    fn seal_form(&self, form_id: &str, attempt: Uuid, plain: &[u8]) -> Result<Sealed, NotSealed> {
        let key = self.public.of(form_id);
        let place = Place {
            form_id,
            attempt_id: attempt,
        };
        let agreement = self.agreements.with(key, self.clock.now());
        let sealed = agreement.and_then(|agreement| agreement.seal(place, plain));
        Ok(Sealed {
            bytes: sealed.map_err(|_| NotSealed)?,
            key_id: key.id().0,
        })
    }

    fn seal_recipient(&self, mail: Uuid, plain: &[u8]) -> Result<Sealed, NotSealed> {
        let hot = self.read();
        let (key, since) = hot.current.as_ref().ok_or(NotSealed)?;
        if self.clock.now() >= *since + TOO_OLD {
            return Err(NotSealed);
        }
        Ok(Sealed {
            bytes: key.seal_recipient(mail, plain).map_err(|_| NotSealed)?,
            key_id: key.id().0,
        })
    }

    fn open_recipient(&self, mail: Uuid, sealed: &Sealed) -> Option<Private<Vec<u8>>> {
        let hot = self.read();
        let key = hot.all.get(&KeyId(sealed.key_id))?;
        let opened = key.open_recipient(mail, &sealed.bytes).ok()?;
        Some(Private::new(opened.to_vec()))
    }

    fn knows(&self, key_id: [u8; 8]) -> bool {
        self.read().all.contains_key(&KeyId(key_id))
    }

    fn learn(&self, keys: &[WrappedKey]) {
        self.learned(keys);
    }

    fn wrap(&self, key: &HotKey) -> Result<Vec<u8>, NotSealed> {
        key.wrap(&self.wrapping).map_err(|_| NotSealed)
    }

    fn unwrap_key(&self, id: KeyId, wrapped: &[u8]) -> Option<HotKey> {
        HotKey::unwrap_from(id, wrapped, &self.wrapping).ok()
    }

    fn seal_with_token(&self, token: &TokenSecret, plain: &[u8]) -> Result<Vec<u8>, NotSealed> {
        seal::seal_with_token(token, ADDRESS, plain).map_err(|_| NotSealed)
    }

    fn open_with_token(&self, token: &TokenSecret, sealed: &[u8]) -> Option<Private<Vec<u8>>> {
        let opened = seal::open_with_token(token, ADDRESS, sealed).ok()?;
        Some(Private::new(opened.to_vec()))
    }

    fn mark(&self, parts: &[&[u8]]) -> [u8; 16] {
        self.keys.content_mark(parts)
    }
}
