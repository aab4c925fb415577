//! Functions that know nothing of the site's pages.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

#[expect(
    clippy::disallowed_types,
    reason = "`now` gives the author's own time, as in Zola"
)]
use chrono::Local;
use chrono::{SecondsFormat, Utc};
use tera::Value;

use super::addresses::no_language;
use crate::fields::nearest;
use crate::source::note_chance;
use crate::template::arguments::Arguments;
use crate::template::fault::{Fault, Rendering};
use crate::template::scope::Scope;

/// Longer lists are a mistake, and would take the memory of the machine.
const LONGEST_RANGE: usize = 1_000_000;

pub(super) fn range(args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let start = args.count("start")?.unwrap_or(0);
    let step = args.count("step_by")?.unwrap_or(1);
    let end = args
        .count("end")?
        .ok_or_else(|| args.fault("needs its argument `end`"))?;
    if start > end {
        return Err(args.fault("is given a `start` beyond its `end`"));
    }
    if step == 0 || (end - start) / step > LONGEST_RANGE {
        return Err(args
            .fault("would never end")
            .hint("use a larger `step_by` or a smaller `end`"));
    }
    let numbers: Vec<Value> = (start..end)
        .step_by(step)
        .map(|number| Value::from(number as u64))
        .collect();
    Ok(Value::from(numbers))
}

pub(super) fn throw(args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Err(Fault::new(args.required_text("message")?)
        .hint("the template stops the build here with throw(): do what its message asks for"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the template asks for the time, as in Zola"
)]
pub(super) fn now(args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    note_chance();
    let timestamp = args.flag("timestamp", false)?;
    let instant = Utc::now();
    Ok(if timestamp {
        Value::from(instant.timestamp())
    } else if args.flag("utc", false)? {
        Value::from(instant.to_rfc3339_opts(SecondsFormat::Nanos, false))
    } else {
        let local = instant.with_timezone(&Local);
        Value::from(local.to_rfc3339_opts(SecondsFormat::Nanos, false))
    })
}

pub(super) fn get_random(args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let start = args.integer("start")?.unwrap_or(0);
    let end = args
        .integer("end")?
        .ok_or_else(|| args.fault("needs its argument `end`"))?;
    let width = end
        .checked_sub(start)
        .and_then(|width| u64::try_from(width).ok())
        .filter(|width| *width > 0)
        .ok_or_else(|| args.fault("needs an `end` beyond its `start`"))?;
    note_chance();
    // The keys of a new hash state are random: good enough for a template.
    let random = RandomState::new().hash_one(0_u8) % width;
    Ok(Value::from(start.saturating_add_unsigned(random)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the template asks for the environment, as in Zola"
)]
pub(super) fn get_env(args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    note_chance();
    let name = args.required_text("name")?;
    match (std::env::var(name), args.get("default")) {
        (Ok(value), _) => Ok(Value::from(value)),
        (Err(_), Some(default)) => Ok(default.clone()),
        (Err(_), None) => Err(args
            .fault(format!("finds no environment variable `{name}`"))
            .hint("set it, or give a value with default=…")),
    }
}

/// A text of the site's settings, in the default language unless another is asked for.
pub(super) fn trans(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let key = args.required_text("key")?;
    let settings = scope.settings;
    let lang = args.text("lang")?.unwrap_or(&settings.default_language);
    let Some(language) = settings.language(lang) else {
        return Err(no_language(args, lang, scope));
    };
    if let Some(text) = language.translations.get(key) {
        return Ok(Value::from(text.as_str()));
    }
    let fault = args.fault(format!("finds no text `{key}` in the language `{lang}`"));
    let known = language.translations.keys().map(String::as_str);
    Err(match nearest(key, known) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault.hint(format!(
            "add it to the translations of `{lang}` in {}",
            settings.config_file
        )),
    })
}

/// Its own argument `v`.
#[cfg(test)]
pub(super) fn ret(args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Ok(args.get("v").cloned().unwrap_or_else(Value::none))
}
