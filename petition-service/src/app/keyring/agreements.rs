//! The key agreements of the present second: one for each public key that is in use.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::domain::seal::{Agreement, KeyId, PublicKey, SealFault};

/// Agreements by the key agreed with. Each is good for the forms of one second of the clock: a stranger
/// who gets into this process's memory later finds nothing that opens an older form.
#[derive(Default)]
pub(super) struct Agreements(Mutex<BTreeMap<KeyId, (i64, Arc<Agreement>)>>);

impl Agreements {
    /// This second's agreement.
    ///
    /// # Errors
    /// [`SealFault`]: the key is a weak one.
    pub(super) fn with(
        &self,
        key: &PublicKey,
        now: DateTime<Utc>,
    ) -> Result<Arc<Agreement>, SealFault> {
        let (id, second) = (key.id(), now.timestamp());
        let mut all = self.all();
        if let Some((made, agreement)) = all.get(&id)
            && *made == second
        {
            return Ok(Arc::clone(agreement));
        }
        let agreement = Arc::new(key.agree()?);
        all.insert(id, (second, Arc::clone(&agreement)));
        Ok(agreement)
    }

    /// Lets go of those of other seconds: no form may come for hours.
    pub(super) fn forget(&self, now: DateTime<Utc>) {
        let second = now.timestamp();
        self.all().retain(|_, (made, _)| *made == second);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<KeyId, (i64, Arc<Agreement>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::Agreements;
    use crate::domain::Clock;
    use crate::domain::seal::PrivateKey;

    #[test]
    fn an_agreement_is_for_one_key_and_one_second() {
        let now = Clock::system().now();
        let now = now - Duration::from_nanos(u64::from(now.timestamp_subsec_nanos()));
        let (agreements, one) = (Agreements::default(), PrivateKey::generate().public());
        let first = agreements.with(&one, now).expect("agreed");
        let late = now + Duration::from_millis(999);
        let same = agreements.with(&one, late).expect("agreed");
        assert!(Arc::ptr_eq(&first, &same));
        let other = PrivateKey::generate().public();
        let other = agreements.with(&other, late).expect("agreed");
        assert!(!Arc::ptr_eq(&first, &other));
        let next = now + Duration::from_secs(1);
        let second = agreements.with(&one, next).expect("agreed");
        assert!(!Arc::ptr_eq(&first, &second));
        assert_eq!(agreements.all().len(), 2);
        agreements.forget(next);
        assert_eq!(agreements.all().len(), 1, "the other key's is old");
        agreements.forget(now);
        assert!(agreements.all().is_empty(), "a clock that was set back");
    }
}
