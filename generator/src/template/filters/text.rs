//! Filters that change what stands in a text.

use std::sync::LazyLock;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode};
use regex::Regex;
use tera::Value;

use crate::template::arguments::Arguments;
use crate::template::fault::Rendering;
use crate::template::scope::Scope;
use crate::template::{limits, values};

static TAGS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(<!--.*?-->|<[^>]*>)").ok());
static BETWEEN_TAGS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r">\s+<").ok());

/// What Python's `quote` encodes: all but letters, digits, `_.-~/` and bytes that are no ASCII.
const QUOTED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'#')
    .add(b'?')
    .add(b'{')
    .add(b'}')
    .add(b':')
    .add(b';')
    .add(b'=')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'|')
    .add(b'!')
    .add(b'$')
    .add(b'&')
    .add(b'\'')
    .add(b'(')
    .add(b')')
    .add(b'*')
    .add(b'+')
    .add(b',');

/// A pattern as written: `\n` and `\t` mean the characters.
fn pattern(written: &str) -> String {
    written.replace("\\n", "\n").replace("\\t", "\t")
}

pub(super) fn trim_start_matches(
    value: &Value,
    args: &Arguments<'_>,
    _: &Scope<'_>,
) -> Rendering<Value> {
    let pat = pattern(args.required_text("pat")?);
    Ok(Value::from(args.subject(value)?.trim_start_matches(&*pat)))
}

pub(super) fn trim_end_matches(
    value: &Value,
    args: &Arguments<'_>,
    _: &Scope<'_>,
) -> Rendering<Value> {
    let pat = pattern(args.required_text("pat")?);
    Ok(Value::from(args.subject(value)?.trim_end_matches(&*pat)))
}

pub(super) fn split(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let pat = pattern(args.required_text("pat")?);
    let text = args.subject(value)?;
    limits::items(text.split(&*pat).take(limits::ENOUGH).count())?;
    let parts: Vec<Value> = text.split(&*pat).map(Value::from).collect();
    Ok(Value::from(parts))
}

pub(super) fn replace(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let (from, to) = (args.required_text("from")?, args.required_text("to")?);
    let text = args.subject(value)?;
    if to.len() > from.len() {
        let more = text.matches(from).count().saturating_mul(to.len());
        limits::text(more.saturating_add(text.len()))?;
    }
    Ok(Value::from(text.replace(from, to)))
}

pub(super) fn addslashes(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let text = args.subject(value)?;
    Ok(Value::from(
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\'', "\\'"),
    ))
}

pub(super) fn escape(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    Ok(Value::from(values::escape(args.subject(value)?).as_ref()))
}

pub(super) fn escape_xml(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let mut out = String::new();
    for c in args.subject(value)?.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            _ => out.push(c),
        }
    }
    Ok(Value::from(out))
}

pub(super) fn linebreaksbr(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let text = args.subject(value)?;
    Ok(Value::from(
        text.replace("\r\n", "<br>").replace('\n', "<br>"),
    ))
}

pub(super) fn striptags(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    without(value, args, TAGS.as_ref(), "")
}

pub(super) fn spaceless(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    without(value, args, BETWEEN_TAGS.as_ref(), "><")
}

fn without(
    value: &Value,
    args: &Arguments<'_>,
    pattern: Option<&Regex>,
    instead: &str,
) -> Rendering<Value> {
    let text = args.subject(value)?;
    Ok(match pattern {
        Some(pattern) => Value::from(pattern.replace_all(text, instead).as_ref()),
        None => value.clone(),
    })
}

pub(super) fn indent(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let text = args.subject(value)?;
    let prefix = args.text("prefix")?.unwrap_or("    ");
    let first = args.flag("first", false)?;
    let blank = args.flag("blank", false)?;
    let more = text.lines().count().saturating_mul(prefix.len());
    limits::text(more.saturating_add(text.len()))?;
    let mut out = String::with_capacity(text.len() * 2);
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let indented = if index == 0 {
            first
        } else {
            blank || !line.trim_start().is_empty()
        };
        if indented {
            out.push_str(prefix);
        }
        out.push_str(line);
    }
    Ok(Value::from(out))
}

pub(super) fn urlencode(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let text = args.subject(value)?;
    Ok(Value::from(
        percent_encode(text.as_bytes(), QUOTED).to_string(),
    ))
}

pub(super) fn urlencode_strict(
    value: &Value,
    args: &Arguments<'_>,
    _: &Scope<'_>,
) -> Rendering<Value> {
    let text = args.subject(value)?;
    Ok(Value::from(
        percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string(),
    ))
}
