//! Filters and tests that Zola 0.23 adds to Tera 2's own.

use std::sync::Arc;

use tera::{Error, Filter, Kwargs, Map, State, StringInput, Tera, TeraResult, Value};

use super::functions::error;
use super::host;
use crate::source::note_chance;
use crate::template::arguments::Arguments;
use crate::template::filters;
use crate::template::limits;
use crate::template::scope::MarkdownPlace;

/// Registers them.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("base64_encode", tera_contrib::base64::b64_encode);
    tera.register_filter("base64_decode", tera_contrib::base64::b64_decode);
    tera.register_filter("regex_replace", RegexReplace::default());
    tera.register_filter("replace", replace);
    tera.register_filter("join", join);
    tera.register_filter("striptags", tera_contrib::regex::striptags);
    tera.register_filter("spaceless", tera_contrib::regex::spaceless);
    tera.register_filter("urlencode", tera_contrib::urlencode::urlencode);
    tera.register_filter(
        "urlencode_strict",
        tera_contrib::urlencode::urlencode_strict,
    );
    tera.register_filter("json_encode", tera_contrib::json::json_encode);
    tera.register_filter(
        "filesizeformat",
        tera_contrib::filesize_format::filesize_format,
    );
    tera.register_filter("format", tera_contrib::format::format);
    tera.register_filter("slugify", tera_contrib::slug::slug);
    tera.register_filter("date", Date);
    tera.register_filter("shuffle", shuffle);
    tera.register_filter("num_format", NumFormat);
    tera.register_filter("markdown", Markdown);
    tera.register_test("matching", tera_contrib::regex::Matching::default());
    tera.register_test("before", tera_contrib::dates::is_before);
    tera.register_test("after", tera_contrib::dates::is_after);
}

fn shuffle(list: Vec<Value>, kwargs: Kwargs, state: &State<'_>) -> TeraResult<Vec<Value>> {
    note_chance();
    tera_contrib::rand::shuffle(list, kwargs, state)
}

/// Tera's `replace`, which may not make a text that no memory could hold.
#[expect(clippy::needless_pass_by_value, reason = "Tera calls filters so")]
fn replace(text: StringInput<'_>, kwargs: Kwargs, state: &State<'_>) -> TeraResult<Value> {
    let from = kwargs.must_get::<&str>("from")?;
    let to = kwargs.must_get::<StringInput<'_>>("to")?;
    let is_safe = state.autoescaping_enabled() && (text.is_safe() || to.is_safe());
    let replaced = |text: &str, to: &str| {
        let grown = text.matches(from).count().saturating_mul(to.len());
        limits::text(grown.saturating_add(text.len())).map_err(error)?;
        Ok::<_, Error>(text.replace(from, to))
    };
    if is_safe {
        let replaced = replaced(&text.rendered(state)?, &to.rendered(state)?)?;
        Ok(Value::safe_string(&replaced))
    } else {
        replaced(text.as_str(), to.as_str()).map(Value::from)
    }
}

/// Tera's `join`, bounded alike.
#[expect(clippy::needless_pass_by_value, reason = "Tera calls filters so")]
fn join(items: &[Value], kwargs: Kwargs, state: &State<'_>) -> TeraResult<Value> {
    let sep = kwargs.get::<StringInput<'_>>("sep")?;
    let is_safe = state.autoescaping_enabled()
        && (items.iter().any(|item| item.is_string() && item.is_safe())
            || sep.as_ref().is_some_and(StringInput::is_safe));
    let sep = match &sep {
        Some(sep) if is_safe => sep.rendered(state)?,
        Some(sep) => sep.as_str().into(),
        None => "".into(),
    };
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(&sep);
        }
        match is_safe {
            true if item.is_undefined() => {}
            true => text.push_str(&state.escape_if_needed(item)?),
            false => text.push_str(&item.to_string()),
        }
        limits::text(text.len()).map_err(error)?;
    }
    Ok(if is_safe {
        Value::safe_string(&text)
    } else {
        Value::from(text)
    })
}

/// `regex_replace`, bounded alike.
#[derive(Default)]
struct RegexReplace(tera_contrib::regex::RegexReplace);

impl Filter<&str, TeraResult<String>> for RegexReplace {
    fn call(&self, text: &str, kwargs: Kwargs, state: &State<'_>) -> TeraResult<String> {
        // At most each byte is replaced, and a name in `rep` holds no more than the text.
        let rep = kwargs.must_get::<&str>("rep")?;
        let named = rep.matches('$').count().saturating_mul(text.len());
        let plain = text.len().saturating_add(1).saturating_mul(rep.len());
        limits::text(named.saturating_add(plain)).map_err(error)?;
        self.0.call(text, kwargs, state)
    }
}

/// The filter `date`. A locale wants a pattern of Unicode (`d MMMM y`): Zola 0.23.5 refuses one of
/// `strftime` beside it, the releases before took no notice of the locale, and so does this.
struct Date;

impl<'a> Filter<&'a Value, TeraResult<String>> for Date {
    fn call(&self, value: &'a Value, kwargs: Kwargs, state: &State<'_>) -> TeraResult<String> {
        let format = kwargs.get::<&str>("format")?;
        if format.is_some_and(|format| !format.contains('%')) {
            return tera_contrib::dates::date(value, kwargs, state);
        }
        let kept = kwargs
            .iter()
            .filter_map(|(key, value)| Some((key.as_str()?, value.clone())))
            .filter(|(key, _)| *key != "locale");
        let kept: Map = kept
            .map(|(key, value)| (key.to_owned().into(), value))
            .collect();
        tera_contrib::dates::date(value, Kwargs::new(Arc::new(kept)), state)
    }
}

/// The filter `num_format`, the same as in 0.22.
struct NumFormat;

impl<'a> Filter<&'a Value, TeraResult<Value>> for NumFormat {
    fn call(&self, value: &'a Value, kwargs: Kwargs, _: &State<'_>) -> TeraResult<Value> {
        let given: Vec<(&str, Value)> = kwargs
            .iter()
            .filter_map(|(key, value)| Some((key.as_str()?, value.clone())))
            .collect();
        host::ask(|scope| {
            let filter = filters::find("num_format")
                .ok_or_else(|| Error::message("there is no filter num_format"))?;
            let arguments = Arguments::new("filter", "num_format", &given);
            filter(value, &arguments, scope).map_err(error)
        })
    }
}

/// Markdown as HTML, with links and language of the page or section in sight.
struct Markdown;

impl<'a> Filter<&'a str, TeraResult<String>> for Markdown {
    fn call(&self, text: &'a str, kwargs: Kwargs, state: &State<'_>) -> TeraResult<String> {
        let inline = kwargs.get::<bool>("inline")?.unwrap_or(false);
        let own = match state.get::<Value>("page")? {
            Some(page) => Some(page),
            None => state.get::<Value>("section")?,
        };
        let lang = state.get::<String>("lang")?;
        let place = own.filter(Value::is_map).map(|own| MarkdownPlace {
            permalink: own
                .get_from_path("permalink")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            lang: lang.unwrap_or_default(),
        });
        host::ask(|scope| {
            let renderer = scope.markdown.ok_or_else(|| {
                Error::message("`markdown` cannot be used where Markdown is being rendered already")
            })?;
            renderer
                .render(text, inline, place.as_ref())
                .map_err(|fault| Error::message(fault.to_string()))
        })
    }
}
