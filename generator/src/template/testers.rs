//! `x is odd`: Tera 1's tests.

use regex::Regex;
use tera::Value;

use super::fault::{Fault, Rendering, of_pattern};
use super::values;
use crate::fields::nearest;

const NAMES: [&str; 13] = [
    "defined",
    "undefined",
    "odd",
    "even",
    "string",
    "number",
    "divisibleby",
    "iterable",
    "object",
    "starting_with",
    "ending_with",
    "containing",
    "matching",
];

/// Whether the test holds for the subject; none: the variable is missing.
pub(super) fn holds(name: &str, subject: Option<&Value>, arguments: &[Value]) -> Rendering<bool> {
    if !NAMES.contains(&name) {
        let fault = Fault::new(format!("There is no test `{name}`"));
        return Err(match nearest(name, NAMES.iter().copied()) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint(format!("known tests: {}", NAMES.join(", "))),
        });
    }
    let takes = match name {
        "divisibleby" | "starting_with" | "ending_with" | "containing" | "matching" => 1,
        _ => 0,
    };
    if arguments.len() > takes {
        return Err(
            Fault::new(format!("The test `{name}` takes {takes} arguments"))
                .of_test(name)
                .or_hint(|| format!("write it without any: value is {name}")),
        );
    }
    match name {
        "defined" => return Ok(subject.is_some()),
        "undefined" => return Ok(subject.is_none()),
        _ => {}
    }
    let Some(subject) = subject else {
        return Err(Fault::new(format!(
            "The test `{name}` is asked of a variable that is missing"
        ))
        .hint("ask with `is defined` first"));
    };
    let call = Asked {
        name,
        subject,
        argument: arguments.first(),
    };
    call.holds().map_err(|fault| fault.of_test(name))
}

struct Asked<'a> {
    name: &'a str,
    subject: &'a Value,
    argument: Option<&'a Value>,
}

impl Asked<'_> {
    fn holds(&self) -> Rendering<bool> {
        let subject = self.subject;
        Ok(match self.name {
            "string" => subject.is_string(),
            "number" => subject.is_number(),
            "iterable" => subject.is_array() || subject.is_map(),
            "object" => subject.is_map(),
            "odd" => self.number(Some(subject))? % 2.0 != 0.0,
            "even" => self.number(Some(subject))? % 2.0 == 0.0,
            "divisibleby" => self.number(Some(subject))? % self.number(self.argument)? == 0.0,
            "starting_with" => self
                .text(Some(subject))?
                .starts_with(self.text(self.argument)?),
            "ending_with" => self
                .text(Some(subject))?
                .ends_with(self.text(self.argument)?),
            "matching" => {
                let pattern = Regex::new(self.text(self.argument)?).map_err(|error| {
                    let reason = of_pattern(&error);
                    Fault::new(format!("This is not a regular expression: {reason}"))
                })?;
                pattern.is_match(self.text(Some(subject))?)
            }
            _ => self.contains()?,
        })
    }

    fn contains(&self) -> Rendering<bool> {
        if let Some(items) = self.subject.as_array() {
            let Some(wanted) = self.argument else {
                return Err(Fault::new("The test `containing` needs an argument"));
            };
            return Ok(items.iter().any(|item| values::same(item, wanted)));
        }
        let wanted = self.text(self.argument)?;
        if let Some(map) = self.subject.as_map() {
            return Ok(values::entry(map, wanted).is_some());
        }
        Ok(self.text(Some(self.subject))?.contains(wanted))
    }

    fn number(&self, value: Option<&Value>) -> Rendering<f64> {
        value.and_then(values::float).ok_or_else(|| {
            Fault::new(format!(
                "The test `{}` is about numbers, but got {}",
                self.name,
                value.map_or("nothing", values::kind)
            ))
        })
    }

    fn text<'v>(&self, value: Option<&'v Value>) -> Rendering<&'v str> {
        value.and_then(Value::as_str).ok_or_else(|| {
            Fault::new(format!(
                "The test `{}` is about strings, but got {}",
                self.name,
                value.map_or("nothing", values::kind)
            ))
        })
    }
}
