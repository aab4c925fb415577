//! `filesizeformat`: a number of bytes for people.

use tera::Value;

use crate::template::arguments::Arguments;
use crate::template::fault::Rendering;
use crate::template::scope::Scope;
use crate::template::values;

const DECIMAL: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
const BINARY: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// Two decimals, none where they are zero; steps of 1024 in both styles, as in Tera 1.
pub(super) fn filesizeformat(
    value: &Value,
    args: &Arguments<'_>,
    _: &Scope<'_>,
) -> Rendering<Value> {
    let bytes = value.as_u64().ok_or_else(|| {
        args.fault(format!(
            "works on whole numbers of bytes, not on {}",
            values::kind(value)
        ))
    })?;
    let units = if args.flag("binary", false)? {
        BINARY
    } else {
        DECIMAL
    };
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or_default();
    let rounded = (size * 100.0).round() / 100.0;
    let number = if (rounded - rounded.trunc()).abs() < f64::EPSILON {
        format!("{rounded:.0}")
    } else {
        format!("{rounded:.2}")
    };
    Ok(Value::from(format!("{number} {name}")))
}
