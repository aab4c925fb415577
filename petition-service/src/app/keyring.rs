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

/// How long a key has been known, in time that no clock tells, when it is destroyed if nothing lies under it:
/// longer than anybody seals under it, whatever the clocks of instances show. A restart begins it anew.
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
    /// The one that seals.
    current: Option<Current>,
    /// All that open.
    all: BTreeMap<KeyId, Known>,
}

struct Current {
    key: HotKey,
    since: DateTime<Utc>,
    /// The same in steady time.
    since_steady: Duration,
}

impl Current {
    /// Whether it has sealed for so long, by the clock or by the time that nobody sets.
    fn is_older(&self, than: Duration, clock: &Clock) -> bool {
        clock.now() >= self.since + than || clock.steady().saturating_sub(self.since_steady) >= than
    }
}

struct Known {
    key: HotKey,
    /// In steady time.
    since: Duration,
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

    /// Makes a new key when the present one has served its hour, and destroys those forgotten. A clock that
    /// jumps makes the hour shorter, and no key is destroyed for it.
    ///
    /// # Errors
    /// The database did not take it: the present one goes on for half an hour.
    pub async fn turn(&self, store: &Store) -> anyhow::Result<()> {
        let is_over = |current: &Current| {
            current.is_older(HOUR, &self.clock) || self.clock.now() < current.since
        };
        let over = self.read().current.as_ref().is_none_or(is_over);
        if over {
            self.rotate(store).await?;
        }
        store.destroy_hot_keys(self.forgotten()).await?;
        let stored = store.hot_keys().await?;
        self.learned(&stored);
        let kept: Vec<[u8; 8]> = stored.iter().map(|key| key.id).collect();
        self.write().all.retain(|id, _| kept.contains(&id.0));
        Ok(())
    }

    /// The keys that nobody seals under any more.
    fn forgotten(&self) -> Vec<[u8; 8]> {
        let (hot, now) = (self.read(), self.clock.steady());
        let current = hot.current.as_ref().map(|current| current.key.id());
        let old = hot.all.iter().filter(|(id, known)| {
            Some(**id) != current && now.saturating_sub(known.since) >= FORGOTTEN
        });
        old.map(|(id, _)| id.0).collect()
    }

    /// Lets go of what could still open the forms of the last seconds.
    pub fn forget_agreements(&self) {
        self.agreements.forget(self.clock.now());
    }

    async fn rotate(&self, store: &Store) -> anyhow::Result<()> {
        let (key, since, since_steady) =
            (HotKey::generate(), self.clock.now(), self.clock.steady());
        let wrapped = WrappedKey {
            id: key.id().0,
            wrapped: key.wrap(&self.wrapping)?,
        };
        // What is sealed before the key is stored could not be opened after a fall.
        store.add_hot_key(wrapped, since).await?;
        let mut hot = self.write();
        let known = Known {
            key: key.clone(),
            since: since_steady,
        };
        hot.all.insert(key.id(), known);
        hot.current = Some(Current {
            key,
            since,
            since_steady,
        });
        Ok(())
    }

    /// Takes up keys; how many of them are known now.
    fn learned(&self, keys: &[WrappedKey]) -> usize {
        let (mut hot, since) = (self.write(), self.clock.steady());
        let mut known = 0;
        for WrappedKey { id, wrapped } in keys {
            let id = KeyId(*id);
            if let Entry::Vacant(place) = hot.all.entry(id) {
                let Ok(key) = HotKey::unwrap_from(id, wrapped, &self.wrapping) else {
                    tracing::error!(%id, "a hot key does not open with this secret");
                    continue;
                };
                place.insert(Known { key, since });
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
        let current = hot.current.as_ref().ok_or(NotSealed)?;
        if current.is_older(TOO_OLD, &self.clock) {
            return Err(NotSealed);
        }
        let key = &current.key;
        Ok(Sealed {
            bytes: key.seal_recipient(mail, plain).map_err(|_| NotSealed)?,
            key_id: key.id().0,
        })
    }

    fn open_recipient(&self, mail: Uuid, sealed: &Sealed) -> Option<Private<Vec<u8>>> {
        let hot = self.read();
        let key = &hot.all.get(&KeyId(sealed.key_id))?.key;
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
