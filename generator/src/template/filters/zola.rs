//! Zola's filters.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_format::{Locale, ToFormattedString};
use regex::Regex;
use tera::Value;

use crate::template::arguments::Arguments;
use crate::template::fault::{Rendering, of_pattern};
use crate::template::scope::Scope;
use crate::template::{limits, values};

pub(super) fn markdown(value: &Value, args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let text = args.subject(value)?;
    let inline = args.flag("inline", false)?;
    let renderer = scope
        .markdown
        .ok_or_else(|| args.fault("cannot be used where Markdown is being rendered already"))?;
    Ok(Value::from(renderer.render(text, inline, None)?))
}

pub(super) fn base64_encode(
    value: &Value,
    args: &Arguments<'_>,
    _: &Scope<'_>,
) -> Rendering<Value> {
    Ok(Value::from(STANDARD.encode(args.subject(value)?)))
}

pub(super) fn base64_decode(
    value: &Value,
    args: &Arguments<'_>,
    _: &Scope<'_>,
) -> Rendering<Value> {
    let bytes = STANDARD
        .decode(args.subject(value)?)
        .map_err(|error| args.fault(format!("is given what is not Base64: {error}")))?;
    String::from_utf8(bytes)
        .map(Value::from)
        .map_err(|_| args.fault("is given Base64 of what is not text"))
}

pub(super) fn regex_replace(
    value: &Value,
    args: &Arguments<'_>,
    _: &Scope<'_>,
) -> Rendering<Value> {
    let text = args.subject(value)?;
    let pattern = Regex::new(args.required_text("pattern")?).map_err(|error| {
        let reason = of_pattern(&error);
        args.fault(format!("is given no regular expression: {reason}"))
    })?;
    let rep = args.required_text("rep")?;
    // Each group that the replacement names holds no more than the text, over all finds.
    let named = rep.matches('$').count().saturating_mul(text.len());
    let plain = pattern.find_iter(text).count().saturating_mul(rep.len());
    limits::text(plain.saturating_add(named).saturating_add(text.len()))?;
    Ok(Value::from(pattern.replace_all(text, rep).as_ref()))
}

/// Thousands as the locale groups them.
pub(super) fn num_format(
    value: &Value,
    args: &Arguments<'_>,
    scope: &Scope<'_>,
) -> Rendering<Value> {
    let number = value.as_i64().ok_or_else(|| {
        args.fault(format!(
            "works on whole numbers, not on {}",
            values::kind(value)
        ))
    })?;
    let name = args
        .text("locale")?
        .unwrap_or(&scope.settings.default_language);
    let locale = Locale::from_name(name).map_err(|_| {
        args.fault(format!("knows no locale `{name}`"))
            .hint("write a language such as \"nl\" or \"pt\"")
    })?;
    Ok(Value::from(number.to_formatted_string(&locale)))
}
