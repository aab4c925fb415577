//! Expressions to values.

use std::borrow::Cow;

use tera::Value;

use super::Renderer;
use crate::fields::nearest;
use crate::template::compile::{Expr, Fill, Path, Step};
use crate::template::fault::{Fault, Rendering};
use crate::template::values::{self, Stride};
use crate::template::{limits, outline};

/// Shows everything in sight.
const DUMP: &str = "__tera_context";

impl<'a> Renderer<'a> {
    /// The value of an expression that is not printed: never escaped.
    pub(super) fn unescaped(&mut self, expr: &'a Expr) -> Rendering<Value> {
        let before = std::mem::replace(&mut self.escape, false);
        let value = self.value(expr);
        self.escape = before;
        value
    }

    /// The value of an expression, escaped where what it begins with or its last filter asks for
    /// it and the template's name says so.
    pub(super) fn value(&mut self, expr: &'a Expr) -> Rendering<Value> {
        let (mut value, mut needs_escape) = match &expr.fill {
            Fill::Path(path) => match self.path_or_default(path, expr)? {
                Some(value) => (value, path.head != DUMP),
                // `not` of what is not there holds.
                None => return Ok(Value::from(true)),
            },
            fill => self.fill(fill, expr)?,
        };
        for filter in &expr.filters {
            (value, needs_escape) = self.filter(&value, filter)?;
        }
        if expr.negated {
            return Ok(Value::from(!value.is_truthy()));
        }
        if self.escape
            && needs_escape
            && !expr.safe
            && let Some(text) = value.as_str()
            && let Cow::Owned(escaped) = values::escape(text)
        {
            return Ok(Value::from(escaped));
        }
        Ok(value)
    }

    /// A variable, or the value of the filter `default` where it is missing or null; none if it is
    /// missing and only asked whether it is not there.
    fn path_or_default(&mut self, path: &'a Path, expr: &'a Expr) -> Rendering<Option<Value>> {
        let found = self.look(path).unwrap_or_default();
        let missing = found.as_ref().is_none_or(values::is_null);
        match (&expr.default, found) {
            (Some(default), _) if missing => match default {
                Some(default) => self.value(default).map(Some),
                None => Err(
                    Fault::new("The filter `default` needs its argument `value`")
                        .hint(format!("write `{} | default(value=…)`", path.written)),
                ),
            },
            (_, Some(value)) => Ok(Some(value)),
            (_, None) if expr.negated => Ok(None),
            // What went wrong is only now worth finding out.
            (_, None) => self.path(path).map(Some),
        }
    }

    fn fill(&mut self, fill: &'a Fill, expr: &'a Expr) -> Rendering<(Value, bool)> {
        Ok(match fill {
            Fill::Literal(value) => (value.clone(), false),
            Fill::Text(value) => (value.clone(), true),
            Fill::Path(path) => (self.path(path)?, true),
            Fill::Array(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.value(item)?);
                }
                let list = Value::from(list);
                limits::list(&list)?;
                (list, false)
            }
            Fill::Concat(parts) => self.concat(parts)?,
            Fill::Function(call) => self.function(call)?,
            Fill::Macro(call) => {
                let mut text = String::new();
                self.call_macro(call, &mut text)?;
                limits::text(text.len())?;
                (Value::from(text), false)
            }
            Fill::Test(test) => (Value::from(self.test(test)?), false),
            Fill::In {
                needle,
                haystack,
                negated,
            } => (
                Value::from(self.contains(needle, haystack)? != *negated),
                false,
            ),
            Fill::Math { .. } => (
                self.number(fill)?
                    .map_or_else(|| Value::from("NaN"), super::numbers::Number::into_value),
                false,
            ),
            Fill::And(..) | Fill::Or(..) | Fill::Compare { .. } => {
                (Value::from(self.truth(expr)?), false)
            }
        })
    }

    /// `a ~ b`: strings and numbers only.
    fn concat(&mut self, parts: &'a [Fill]) -> Rendering<(Value, bool)> {
        let mut text = String::new();
        let mut needs_escape = false;
        for part in parts {
            let value = match part {
                Fill::Path(path) => self.path(path)?,
                Fill::Function(call) => {
                    let (value, unsafe_text) = self.function(call)?;
                    needs_escape = unsafe_text;
                    value
                }
                Fill::Literal(value) => {
                    values::print(value, &mut text);
                    continue;
                }
                Fill::Text(value) => value.clone(),
                _ => {
                    return Err(Fault::new("`~` joins variables, strings and numbers only")
                        .hint("set the rest to a variable first: {% set part = … %}"));
                }
            };
            if let Some(part) = value.as_str() {
                text.push_str(part);
            } else if value.is_number() {
                text.push_str(&values::json(&value).to_string());
            } else {
                return Err(Fault::new(format!(
                    "`~` joins strings and numbers, not {}",
                    values::kind(&value)
                ))
                .hint(
                    "join what is in it, or make it a string with `| as_str` or `| join(sep=…)`",
                ));
            }
            limits::text(text.len())?;
        }
        Ok((Value::from(text), needs_escape))
    }

    /// The value of a variable.
    pub(super) fn path(&self, path: &Path) -> Rendering<Value> {
        match self.look(path)? {
            Some(value) => Ok(value),
            None => Err(self.missing(path, self.steps(path)?.as_deref().unwrap_or(&path.steps))),
        }
    }

    /// The value of a variable, none if it is not there: themes ask for many that are not.
    pub(super) fn look(&self, path: &Path) -> Rendering<Option<Value>> {
        if path.head == DUMP {
            return Ok(Some(Value::from(self.stack.dump())));
        }
        let steps = self.steps(path)?;
        Ok(self
            .stack
            .find(&path.head, steps.as_deref().unwrap_or(&path.steps)))
    }

    /// The steps of a path once those in brackets are looked up; none if there are no such.
    fn steps(&self, path: &Path) -> Rendering<Option<Vec<Step>>> {
        if path.steps.iter().all(|step| matches!(step, Step::Key(_))) {
            return Ok(None);
        }
        let mut steps = Vec::with_capacity(path.steps.len());
        for step in &path.steps {
            steps.push(Step::Key(match step {
                Step::Key(step) => Stride::new(step.key()),
                Step::Variable(inner) => Stride::new(self.index(path, inner)?),
            }));
        }
        Ok(Some(steps))
    }

    fn index(&self, path: &Path, inner: &Path) -> Rendering<String> {
        let value = self.path(inner)?;
        if let Some(text) = value.as_str() {
            return Ok(text.to_owned());
        }
        if value.is_number() {
            return Ok(values::json(&value).to_string());
        }
        Err(Fault::new(format!(
            "`{}` is {}, which cannot stand between the brackets of `{}`",
            inner.written,
            values::kind(&value),
            path.written
        ))
        .hint("only a string (a key) or a number (a place in a list) stands there"))
    }

    /// Says how far the way into a variable went, and what is there.
    fn missing(&self, path: &Path, steps: &[Step]) -> Fault {
        let Some(mut value) = self.stack.find(&path.head, &[]) else {
            let fault = Fault::new(format!("There is no variable `{}` here", path.head));
            let names = self.stack.names();
            return match nearest(&path.head, names.iter().map(String::as_str)) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint(format!(
                    "ask first with `if {}`, or give a value with `| default(value=…)`",
                    path.written
                )),
            };
        };
        let mut way = path.head.clone();
        let keys = steps.iter().filter_map(|step| match step {
            Step::Key(step) => Some(step.key()),
            Step::Variable(_) => None,
        });
        for step in keys {
            let next = values::step(&value, step).map(|next| outline::unrolled(next).into_owned());
            let Some(next) = next else {
                let fault = Fault::new(format!("There is no `{step}` in `{way}`"));
                let keys: Vec<String> = value
                    .as_map()
                    .map(|map| map.keys().map(values::key_text).collect())
                    .unwrap_or_default();
                return match nearest(step, keys.iter().map(String::as_str)) {
                    Some(near) => fault.hint(format!("did you mean `{near}`?")),
                    None => fault.hint(format!(
                        "ask first with `if {}`, or give a value with `| default(value=…)`",
                        path.written
                    )),
                };
            };
            way.push('.');
            way.push_str(step);
            value = next;
        }
        Fault::new(format!("There is no `{}` here", path.written))
            .hint("give a value with `| default(value=…)`")
    }
}
