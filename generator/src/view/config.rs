//! `config` as templates of one language see it.

use std::collections::BTreeMap;

use tera::Value;

use super::{object, strings};
use crate::settings::{LanguageSettings, Settings};

/// The value of `config` for templates of that language.
#[must_use]
pub fn config(settings: &Settings, lang: &str) -> Value {
    let own = settings
        .language(lang)
        .unwrap_or_else(|| settings.default_settings());
    let others: BTreeMap<String, Value> = settings
        .languages
        .iter()
        .filter(|(code, _)| *code != lang)
        .map(|(code, language)| (code.clone(), Value::from_serializable(language)))
        .collect();
    let search = object([(
        "index_format",
        Value::from_serializable(&own_format(settings)),
    )]);
    object([
        ("base_url", Value::from(settings.base_url.as_str())),
        ("mode", Value::from_serializable(&settings.mode)),
        ("title", Value::from(own.title.as_deref())),
        ("description", Value::from(own.description.as_deref())),
        ("languages", Value::from(others)),
        (
            "default_language",
            Value::from(settings.default_language.as_str()),
        ),
        ("generate_feed", Value::from(own.generate_feeds)),
        ("generate_feeds", Value::from(own.generate_feeds)),
        ("feed_filenames", strings(&own.feed_filenames)),
        ("taxonomies", taxonomies(own)),
        ("author", Value::from(settings.author.as_deref())),
        ("build_search_index", Value::from(own.build_search_index)),
        ("extra", settings.extra.clone()),
        ("markdown", Value::from_serializable(&settings.markdown)),
        ("search", search),
        ("generate_sitemap", Value::from(settings.generate_sitemap)),
        (
            "generate_robots_txt",
            Value::from(settings.generate_robots_txt),
        ),
        (
            "exclude_paginated_pages_in_sitemap",
            Value::from_serializable(&settings.exclude_paginated_pages_in_sitemap),
        ),
    ])
}

/// The index's form is the default language's for all.
fn own_format(settings: &Settings) -> crate::settings::IndexFormat {
    settings.default_settings().search.index_format
}

fn taxonomies(language: &LanguageSettings) -> Value {
    let all: Vec<Value> = language
        .taxonomies
        .iter()
        .map(Value::from_serializable)
        .collect();
    Value::from(all)
}
