//! Filters on whole texts: case, length, trimming.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use tera::Value;
use unicode_segmentation::UnicodeSegmentation;

use crate::template::arguments::Arguments;
use crate::template::fault::Rendering;
use crate::template::scope::Scope;
use crate::template::{limits, values};

static WORDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(?P<first>[\w'])(?P<rest>[\w']*)\b").ok());

pub(super) fn upper(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Ok(Value::from(args.subject(value)?.to_uppercase()))
}

pub(super) fn lower(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Ok(Value::from(args.subject(value)?.to_lowercase()))
}

pub(super) fn trim(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Ok(Value::from(args.subject(value)?.trim()))
}

pub(super) fn trim_start(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Ok(Value::from(args.subject(value)?.trim_start()))
}

pub(super) fn trim_end(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Ok(Value::from(args.subject(value)?.trim_end()))
}

pub(super) fn capitalize(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let mut chars = args.subject(value)?.chars();
    Ok(Value::from(match chars.next() {
        None => String::new(),
        Some(first) => first.to_uppercase().collect::<String>() + &chars.as_str().to_lowercase(),
    }))
}

pub(super) fn title(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let text = args.subject(value)?;
    let Some(words) = WORDS.as_ref() else {
        return Ok(value.clone());
    };
    let titled = words.replace_all(text, |found: &Captures<'_>| {
        let part = |name| found.name(name).map_or("", |part| part.as_str());
        format!(
            "{}{}",
            part("first").to_uppercase(),
            part("rest").to_lowercase()
        )
    });
    Ok(Value::from(titled.as_ref()))
}

pub(super) fn slugify(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Ok(Value::from(slug::slugify(args.subject(value)?)))
}

pub(super) fn wordcount(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let words = args.subject(value)?.split_whitespace().count();
    Ok(Value::from(words as u64))
}

/// Cuts after `length` characters as people see them, and adds `end`.
pub(super) fn truncate(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let text = args.subject(value)?;
    let length = args.count("length")?.unwrap_or(255);
    let end = args.text("end")?.unwrap_or("…");
    let cut = text.grapheme_indices(true).nth(length);
    Ok(match cut.and_then(|(at, _)| text.get(..at)) {
        Some(head) => Value::from(format!("{head}{end}")),
        None => value.clone(),
    })
}

pub(super) fn length(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let length = if let Some(text) = value.as_str() {
        text.chars().count()
    } else if let Some(items) = value.as_array() {
        items.len()
    } else if let Some(map) = value.as_map() {
        map.len()
    } else {
        return Err(args.fault(format!(
            "works on lists, maps and strings, not on {}",
            values::kind(value)
        )));
    };
    Ok(Value::from(length as u64))
}

pub(super) fn reverse(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    if let Some(items) = value.as_array() {
        return Ok(Value::from(items.iter().rev().cloned().collect::<Vec<_>>()));
    }
    let text = value.as_str().ok_or_else(|| {
        args.fault(format!(
            "works on lists and strings, not on {}",
            values::kind(value)
        ))
    })?;
    Ok(Value::from(text.chars().rev().collect::<String>()))
}

pub(super) fn as_str(value: &Value, _: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Ok(Value::from(values::printed(value)))
}

pub(super) fn json_encode(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let pretty = args.get("pretty").and_then(Value::as_bool).unwrap_or(false);
    limits::json(value)?;
    let json = values::json(value);
    let text = if pretty {
        serde_json::to_string_pretty(&json)
    } else {
        serde_json::to_string(&json)
    };
    text.map(Value::from).map_err(|error| args.fault(error))
}
