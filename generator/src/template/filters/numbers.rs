//! Filters on numbers.

use tera::Value;

use crate::template::arguments::Arguments;
use crate::template::fault::Rendering;
use crate::template::scope::Scope;
use crate::template::values;

pub(super) fn abs(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    if value.as_u64().is_some() {
        return Ok(value.clone());
    }
    match value.as_i64() {
        Some(number) => Ok(Value::from(number.saturating_abs())),
        None => Ok(Value::from(args.numeric(value)?.abs())),
    }
}

pub(super) fn pluralize(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let number = args.numeric(value)?;
    let plural = args.text("plural")?.unwrap_or("s");
    let singular = args.text("singular")?.unwrap_or_default();
    let is_one = (number.abs() - 1.0).abs() <= f64::EPSILON;
    Ok(Value::from(if is_one { singular } else { plural }))
}

pub(super) fn round(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let number = args.numeric(value)?;
    let precision = args.integer("precision")?.unwrap_or(0);
    let precision = i32::try_from(precision).map_err(|_| args.fault("cannot be that precise"))?;
    let factor = if precision == 0 {
        1.0
    } else {
        10.0_f64.powi(precision)
    };
    let scaled = factor * number;
    let rounded = match args.text("method")?.unwrap_or("common") {
        "common" => scaled.round(),
        "ceil" => scaled.ceil(),
        "floor" => scaled.floor(),
        other => {
            return Err(args.fault(format!(
                "knows the methods common, ceil and floor, not `{other}`"
            )));
        }
    };
    Ok(decimal(rounded / factor))
}

pub(super) fn int(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let default = args.integer("default")?.unwrap_or(0);
    let base = args.integer("base")?.unwrap_or(10);
    if let Some(number) = value.as_i64() {
        return Ok(Value::from(number));
    }
    if value.is_number() {
        return Ok(Value::from(args.numeric(value)? as i64));
    }
    let text = value.as_str().ok_or_else(|| {
        args.fault(format!(
            "works on strings and numbers, not on {}",
            values::kind(value)
        ))
    })?;
    let radix = u32::try_from(base)
        .ok()
        .filter(|radix| (2..=36).contains(radix))
        .ok_or_else(|| args.fault("knows bases from 2 to 36"))?;
    let text = text.trim();
    let digits = match radix {
        2 => text.trim_start_matches("0b"),
        8 => text.trim_start_matches("0o"),
        16 => text.trim_start_matches("0x"),
        _ => text,
    };
    Ok(Value::from(match i64::from_str_radix(digits, radix) {
        Ok(number) => number,
        Err(_) if digits.contains('.') => digits.parse::<f64>().map_or(default, |f| f as i64),
        Err(_) => default,
    }))
}

pub(super) fn float(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let default = args.decimal("default")?.unwrap_or(0.0);
    if let Some(text) = value.as_str() {
        return Ok(decimal(text.trim().parse().unwrap_or(default)));
    }
    Ok(decimal(args.numeric(value)?))
}

/// A decimal number; null if it is none, as in JSON.
fn decimal(number: f64) -> Value {
    if number.is_finite() {
        Value::from(number)
    } else {
        Value::none()
    }
}
