//! Arithmetic by Tera 1's rules: whole numbers stay whole and must not overflow; a division is
//! whole if it comes out even, and what is no number prints as `NaN`.

use tera::Value;

use super::Renderer;
use crate::template::compile::{Binary, Expr, Fill};
use crate::template::fault::{Fault, Rendering};
use crate::template::values;

/// A number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Signed(i64),
    /// Beyond what fits a signed one.
    Unsigned(u64),
    Decimal(f64),
}

impl Number {
    fn of(value: &Value) -> Option<Self> {
        if let Some(number) = value.as_i64() {
            Some(Self::Signed(number))
        } else if let Some(number) = value.as_u64() {
            Some(Self::Unsigned(number))
        } else {
            value.as_f64().map(Self::Decimal)
        }
    }

    pub(super) fn as_f64(self) -> f64 {
        match self {
            Self::Signed(number) => number as f64,
            Self::Unsigned(number) => number as f64,
            Self::Decimal(number) => number,
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Signed(number) => Value::from(number),
            Self::Unsigned(number) => Value::from(number),
            Self::Decimal(number) => Value::from(number),
        }
    }

    fn decimal(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self::Decimal(number))
    }
}

impl<'a> Renderer<'a> {
    /// An operand: its filters, if any, count.
    pub(super) fn as_number(&mut self, expr: &'a Expr) -> Rendering<Option<Number>> {
        if expr.filters.is_empty() && expr.default.is_none() {
            return self.number(&expr.fill);
        }
        let value = self.value(expr)?;
        match Number::of(&value) {
            Some(number) => Ok(Some(number)),
            None => Err(Fault::new(format!(
                "A number is needed here, but the filters give {}",
                values::kind(&value)
            ))
            .hint("add the filter `int` or `float` at their end")),
        }
    }

    /// What an expression begins with, as a number; none for what is no number.
    pub(super) fn number(&mut self, fill: &'a Fill) -> Rendering<Option<Number>> {
        let value = match fill {
            Fill::Math {
                left,
                right,
                operator,
            } => {
                let left = self.as_number(left)?;
                let right = self.as_number(right)?;
                return match (left, right) {
                    (Some(left), Some(right)) => calculate(left, right, *operator),
                    _ => Ok(None),
                };
            }
            Fill::Path(path) => self.path(path)?,
            Fill::Function(call) => self.function(call)?.0,
            Fill::Literal(value) => value.clone(),
            _ => {
                return Err(
                    Fault::new("Only numbers can be calculated with or compared")
                        .hint("join texts with `~`; compare them with == and != only"),
                );
            }
        };
        match Number::of(&value) {
            Some(number) => Ok(Some(number)),
            None => {
                let name = match fill {
                    Fill::Path(path) => format!("`{}` is", path.written),
                    _ => "this is".to_owned(),
                };
                Err(Fault::new(format!(
                    "Only numbers can be calculated with or compared, but {name} {}",
                    values::kind(&value)
                ))
                .hint("make a number of a text with `| int` or `| float`; join texts with `~`"))
            }
        }
    }
}

fn calculate(left: Number, right: Number, operator: Binary) -> Rendering<Option<Number>> {
    if operator == Binary::Divide {
        let result = left.as_f64() / right.as_f64();
        return Ok(if result.is_finite() && result.round() == result {
            Some(Number::Signed(result as i64))
        } else {
            Number::decimal(result)
        });
    }
    let whole = match (left, right) {
        (Number::Signed(left), Number::Signed(right)) => signed(left, right, operator)?,
        (Number::Decimal(_), _) | (_, Number::Decimal(_)) => None,
        (left, right) => unsigned(left, right, operator)?,
    };
    if whole.is_some() {
        return Ok(whole);
    }
    let (left, right) = (left.as_f64(), right.as_f64());
    Ok(Number::decimal(match operator {
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::Multiply => left * right,
        Binary::Remainder => left % right,
        Binary::Divide => left / right,
    }))
}

fn out_of_bounds() -> Fault {
    Fault::new("The result of this calculation is too large")
        .hint("calculate with smaller numbers, or with decimal ones (1.0)")
}

fn by_zero() -> Fault {
    Fault::new("There is no remainder of a division by zero")
        .hint("ask first with `if` whether the number is 0")
}

/// Whole numbers, wide enough that no step overflows.
fn whole(left: i128, right: i128, operator: Binary) -> Rendering<Option<i128>> {
    Ok(match operator {
        Binary::Add => left.checked_add(right),
        Binary::Subtract => left.checked_sub(right),
        Binary::Multiply => left.checked_mul(right),
        Binary::Remainder if right == 0 => return Err(by_zero()),
        Binary::Remainder => left.checked_rem(right),
        Binary::Divide => None,
    })
}

fn signed(left: i64, right: i64, operator: Binary) -> Rendering<Option<Number>> {
    let result = whole(i128::from(left), i128::from(right), operator)?;
    result
        .map(|number| i64::try_from(number).map(Number::Signed))
        .transpose()
        .map_err(|_| out_of_bounds())
}

fn unsigned(left: Number, right: Number, operator: Binary) -> Rendering<Option<Number>> {
    let natural = |number| match number {
        Number::Unsigned(number) => Some(number),
        Number::Signed(number) => u64::try_from(number).ok(),
        Number::Decimal(_) => None,
    };
    let (Some(left), Some(right)) = (natural(left), natural(right)) else {
        return Ok(None);
    };
    let result = whole(i128::from(left), i128::from(right), operator)?;
    result
        .map(|number| u64::try_from(number).map(Number::Unsigned))
        .transpose()
        .map_err(|_| out_of_bounds())
}
