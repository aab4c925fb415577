//! Public figures that many ask for at once: read from the database about once a second, whoever asks.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A figure younger than this is not read again.
const FRESH: Duration = Duration::from_secs(1);

/// How long it may take to read one anew before another visitor tries.
const READING: Duration = Duration::from_secs(3);

/// Figures by name. While one is read anew, everybody else gets the old one; if it cannot be read,
/// so does whoever tried: it tells of what time it is.
pub(super) struct Fresh<T>(Mutex<BTreeMap<String, Known<T>>>);

struct Known<T> {
    value: T,
    at: Instant,
    reading_since: Option<Instant>,
}

impl<T> Default for Fresh<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Fresh<T> {
    /// The figure of this name, which `read` reads. Names are kept for ever: take them from a set that
    /// has an end.
    ///
    /// # Errors
    /// What `read` says, if there is no older figure.
    pub(super) async fn get<E>(
        &self,
        name: &str,
        read: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let old = self.known(name);
        if let Some((value, true)) = old {
            return Ok(value);
        }
        match (read.await, old) {
            (Ok(value), _) => {
                let known = Known {
                    value: value.clone(),
                    at: Instant::now(),
                    reading_since: None,
                };
                self.all().insert(name.to_owned(), known);
                Ok(value)
            }
            (Err(_), Some((old, _))) => Ok(old),
            (Err(error), None) => Err(error),
        }
    }

    /// What is known, and whether it is good enough: young, or being read anew by another.
    fn known(&self, name: &str) -> Option<(T, bool)> {
        let mut all = self.all();
        let known = all.get_mut(name)?;
        let is_read = known
            .reading_since
            .is_some_and(|since| since.elapsed() < READING);
        let good = known.at.elapsed() < FRESH || is_read;
        if !good {
            known.reading_since = Some(Instant::now());
        }
        Some((known.value.clone(), good))
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Known<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{FRESH, Fresh, READING};

    fn made_older(figures: &Fresh<i64>, by: Duration) {
        for known in figures.all().values_mut() {
            known.at = Instant::now().checked_sub(by).expect("a running machine");
        }
    }

    #[tokio::test]
    async fn a_young_figure_is_not_read_again() {
        let figures = Fresh::default();
        let first = figures.get("a", async { Err("no database") }).await;
        assert_eq!(first, Err("no database"));
        assert_eq!(figures.get("a", async { Ok::<_, &str>(1) }).await, Ok(1));
        assert_eq!(figures.get("a", async { Ok::<_, &str>(2) }).await, Ok(1));
        assert_eq!(figures.get("b", async { Ok::<_, &str>(3) }).await, Ok(3));
        made_older(&figures, FRESH);
        assert_eq!(figures.get("a", async { Ok::<_, &str>(4) }).await, Ok(4));
    }

    #[tokio::test]
    async fn one_visitor_reads_and_the_others_get_the_old_one() {
        let figures = Fresh::default();
        let old = figures.get("a", async { Ok::<_, &str>(1) }).await;
        assert_eq!(old, Ok(1));
        made_older(&figures, FRESH);
        let nested = figures.get("a", async {
            let meanwhile = figures.get("a", async { Ok::<_, &str>(9) }).await;
            assert_eq!(meanwhile, Ok(1));
            Err::<i64, _>("no database")
        });
        assert_eq!(nested.await, Ok(1), "an old figure is better than none");
        for known in figures.all().values_mut() {
            // Whoever read has gone away.
            known.reading_since = Instant::now().checked_sub(READING);
        }
        assert_eq!(figures.get("a", async { Ok::<_, &str>(2) }).await, Ok(2));
    }
}
