//! The arguments of a filter or function, read by name and kind.

use tera::Value;

use super::fault::{Fault, Rendering};
use super::values;

/// Arguments by name.
pub(super) struct Arguments<'a> {
    what: &'static str,
    name: &'a str,
    given: &'a [(&'a str, Value)],
}

impl<'a> Arguments<'a> {
    /// Those of the filter or function (`what`) of that name.
    pub(super) fn new(what: &'static str, name: &'a str, given: &'a [(&'a str, Value)]) -> Self {
        Self { what, name, given }
    }

    /// A fault of this call.
    pub(super) fn fault(&self, message: impl std::fmt::Display) -> Fault {
        Fault::new(format!("The {} `{}` {message}", self.what, self.name))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.given
            .iter()
            .find(|(given, _)| *given == name)
            .map(|(_, value)| value)
    }

    fn wrong(&self, name: &str, wanted: &str, value: &Value) -> Fault {
        self.fault(format!(
            "wants {wanted} as `{name}`, not {}",
            values::kind(value)
        ))
    }

    pub(super) fn text(&self, name: &str) -> Rendering<Option<&'a str>> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value
                .as_str()
                .map(Some)
                .ok_or_else(|| self.wrong(name, "a string", value)),
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Rendering<&'a str> {
        self.text(name)?
            .ok_or_else(|| self.fault(format!("needs its argument `{name}`")))
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> Rendering<bool> {
        match self.get(name) {
            None => Ok(default),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| self.wrong(name, "true or false", value)),
        }
    }

    pub(super) fn count(&self, name: &str) -> Rendering<Option<usize>> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .map(Some)
                .ok_or_else(|| self.wrong(name, "a whole number from 0", value)),
        }
    }

    pub(super) fn integer(&self, name: &str) -> Rendering<Option<i64>> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value
                .as_i64()
                .map(Some)
                .ok_or_else(|| self.wrong(name, "a whole number", value)),
        }
    }

    pub(super) fn decimal(&self, name: &str) -> Rendering<Option<f64>> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => values::float(value)
                .map(Some)
                .ok_or_else(|| self.wrong(name, "a number", value)),
        }
    }

    /// The value that a filter is applied to, as text.
    pub(super) fn subject<'v>(&self, value: &'v Value) -> Rendering<&'v str> {
        value
            .as_str()
            .ok_or_else(|| self.fault(format!("works on strings, not on {}", values::kind(value))))
    }

    /// The value that a filter is applied to, as a list.
    pub(super) fn list<'v>(&self, value: &'v Value) -> Rendering<&'v [Value]> {
        value
            .as_array()
            .ok_or_else(|| self.fault(format!("works on lists, not on {}", values::kind(value))))
    }

    /// The value that a filter is applied to, as a number.
    pub(super) fn numeric(&self, value: &Value) -> Rendering<f64> {
        values::float(value)
            .ok_or_else(|| self.fault(format!("works on numbers, not on {}", values::kind(value))))
    }
}
