//! A wrapper for what must not get into a log.

use std::fmt;

/// A personal value. It has no `Display`, and `Debug` shows `…`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself: to store or to send it, never to log it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, taken out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_print() {
        let name = Private::new("Anna".to_owned());
        assert_eq!(format!("{name:?} {:?}", Some(&name)), "… Some(…)");
        assert_eq!(name.expose(), "Anna");
    }
}
