//! Expressions as conditions.

use tera::Value;

use super::Renderer;
use super::numbers::Number;
use crate::template::compile::{Compare, Expr, Fill, Test};
use crate::template::fault::{Fault, Rendering};
use crate::template::testers;
use crate::template::values;

impl<'a> Renderer<'a> {
    /// Whether an expression holds, by Tera 1's rules: a variable that is missing does not.
    pub(super) fn truth(&mut self, expr: &'a Expr) -> Rendering<bool> {
        let holds = match &expr.fill {
            Fill::Or(left, right) => self.truth(left)? || self.truth(right)?,
            Fill::And(left, right) => self.truth(left)? && self.truth(right)?,
            Fill::Compare {
                left,
                right,
                operator,
            } => match operator {
                Compare::Equal | Compare::Different => {
                    match self.equal(left, right)? {
                        // A number and something else are neither equal nor different.
                        None => return Ok(false),
                        Some(equal) => equal == (*operator == Compare::Equal),
                    }
                }
                _ => self.ordered(left, right, *operator)?,
            },
            Fill::Path(path) if expr.filters.is_empty() && expr.default.is_none() => {
                let found = self.look(path).unwrap_or_default();
                return Ok(found.is_some_and(|value| value.is_truthy()) != expr.negated);
            }
            Fill::Path(_) => {
                let truthy = self.value(expr).is_ok_and(|value| value.is_truthy());
                return Ok(truthy);
            }
            Fill::Math { .. } => self.number(&expr.fill)?.is_some_and(|n| n.as_f64() != 0.0),
            Fill::Literal(value) => value.is_truthy(),
            Fill::Text(value) => value.is_truthy(),
            Fill::In {
                needle,
                haystack,
                negated,
            } => self.contains(needle, haystack)? != *negated,
            Fill::Test(test) => self.test(test)?,
            Fill::Function(call) => {
                let (value, _) = self.function(call)?;
                value.as_bool().ok_or_else(|| {
                    Fault::new(format!(
                        "The function `{}` stands as a condition, but gives {}",
                        call.name,
                        values::kind(&value)
                    ))
                    .hint("set it to a variable first: {% set found = … %}{% if found %}")
                })?
            }
            Fill::Concat(_) => return Ok(self.value(expr)?.is_truthy()),
            Fill::Macro(call) => {
                let mut text = String::new();
                self.call_macro(call, &mut text)?;
                !text.is_empty()
            }
            Fill::Array(_) => {
                return Err(Fault::new("A list cannot stand as a condition")
                    .hint("ask for its `| length`, or set it to a variable first"));
            }
        };
        Ok(holds != expr.negated)
    }

    fn equal(&mut self, left: &'a Expr, right: &'a Expr) -> Rendering<Option<bool>> {
        let left = self.value(left)?;
        let right = self.value(right)?;
        if left.is_number() || right.is_number() {
            return Ok(match (values::float(&left), values::float(&right)) {
                (Some(left), Some(right)) => Some(left == right),
                _ => None,
            });
        }
        Ok(Some(values::same(&left, &right)))
    }

    fn ordered(&mut self, left: &'a Expr, right: &'a Expr, operator: Compare) -> Rendering<bool> {
        let left = self.as_number(left)?;
        let right = self.as_number(right)?;
        let (Some(left), Some(right)) = (left.map(Number::as_f64), right.map(Number::as_f64))
        else {
            return Err(Fault::new("What is not a number cannot be compared")
                .hint("compare texts with == and != only, or make numbers of them with `| int`"));
        };
        Ok(match operator {
            Compare::Less => left < right,
            Compare::LessOrEqual => left <= right,
            Compare::Greater => left > right,
            Compare::GreaterOrEqual => left >= right,
            Compare::Equal | Compare::Different => false,
        })
    }

    /// `needle in haystack`.
    pub(super) fn contains(&mut self, needle: &'a Expr, haystack: &'a Expr) -> Rendering<bool> {
        let needle = self.unescaped(needle)?;
        let haystack = self.unescaped(haystack)?;
        if let Some(items) = haystack.as_array() {
            return Ok(items.iter().any(|item| values::same(item, &needle)));
        }
        let word = || {
            needle.as_str().ok_or_else(|| {
                Fault::new(format!(
                    "Only a string can be looked for in {}, not {}",
                    values::kind(&haystack),
                    values::kind(&needle)
                ))
                .hint("make a string of it with `| as_str`")
            })
        };
        if let Some(text) = haystack.as_str() {
            return Ok(text.contains(word()?));
        }
        if let Some(map) = haystack.as_map() {
            return Ok(values::entry(map, word()?).is_some());
        }
        Err(Fault::new(format!(
            "`in` looks into lists, maps and strings, not into {}",
            values::kind(&haystack)
        ))
        .hint("write a list in square brackets: `x in [1, 2]`"))
    }

    /// `x is name(…)`.
    pub(super) fn test(&mut self, test: &'a Test) -> Rendering<bool> {
        let mut arguments: Vec<Value> = Vec::with_capacity(test.arguments.len());
        for argument in &test.arguments {
            arguments.push(self.unescaped(argument)?);
        }
        let subject = self.look(&test.subject).ok().flatten();
        let holds = testers::holds(&test.name, subject.as_ref(), &arguments)?;
        Ok(holds != test.negated)
    }
}
