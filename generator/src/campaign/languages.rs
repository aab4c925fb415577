//! The languages: name, direction, steps and the service's words.

use std::collections::BTreeMap;

use campaign_file::{Direction, Language, texts};

use super::{SiteSources, steps, with_slash};
use crate::diagnostic::Diagnostic;
use crate::fields::Place;
use crate::settings::{CampaignSettings, Settings};
use crate::source::read_text;

/// Every language of the site that is complete.
pub(super) fn collect(
    settings: &Settings,
    wanted: &CampaignSettings,
    site: &SiteSources<'_>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Language> {
    let all_steps = steps::collect(site, faults);
    let none = BTreeMap::new();
    let mut languages = BTreeMap::new();
    for (code, own) in &settings.languages {
        let words = words(settings, wanted, code, faults);
        let steps = steps::complete(code, all_steps.get(code).unwrap_or(&none), faults);
        let (Some(words), Some((steps, privacy))) = (words, steps) else {
            continue;
        };
        languages.insert(
            code.clone(),
            Language {
                name: words.name,
                direction: words.direction,
                site_title: own.title.clone().unwrap_or_default(),
                home: home(settings, code),
                privacy,
                steps,
                shell: String::new(),
                texts: words.texts,
            },
        );
    }
    languages
}

fn home(settings: &Settings, code: &str) -> String {
    let base = with_slash(&settings.base_url);
    if code == settings.default_language {
        base
    } else {
        format!("{base}{code}/")
    }
}

/// What a language's file of texts says.
struct Words {
    /// The language's own name.
    name: String,
    /// In which direction it is written: the theme reads it here too.
    direction: Direction,
    /// The service's words.
    texts: BTreeMap<String, String>,
}

/// The language's file of texts.
fn words(
    settings: &Settings,
    wanted: &CampaignSettings,
    code: &str,
    faults: &mut Vec<Diagnostic>,
) -> Option<Words> {
    let file = wanted.texts_file(code);
    let text = match read_text(&settings.root().join(&file), &file) {
        Ok(text) => text,
        Err(fault) => {
            faults.push(fault.hint(format!(
                "each language needs its texts: copy the file of the language `{}` and translate it",
                settings.default_language
            )));
            return None;
        }
    };
    let table: toml::Table = match toml::from_str(&text) {
        Ok(table) => table,
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start);
            let fault = Diagnostic::error(format!("This is not valid TOML: {}", error.message()));
            faults.push(
                Place::of(&text, start, 1)
                    .mark(fault.in_file(file))
                    .hint("each line is a key, an equals sign and a text between double quotes"),
            );
            return None;
        }
    };
    let mut words = BTreeMap::new();
    let service = table.get("service").and_then(toml::Value::as_table);
    for (key, value) in service.into_iter().flatten() {
        if let Some(word) = value.as_str() {
            words.insert(key.clone(), word.trim().to_owned());
        }
    }
    let problems = texts::problems(&words);
    if !problems.is_empty() {
        faults.extend(problems.into_iter().map(|problem| {
            let line = line_of(&text, &problem);
            Diagnostic::error(problem)
                .in_file(file.clone())
                .at(line, 1)
                .hint("the service's words stand under `[service]`")
        }));
        return None;
    }
    let theme = |key: &str| {
        let table = table.get("theme").and_then(|theme| theme.get(key));
        table.and_then(toml::Value::as_str)
    };
    let direction = match theme("direction") {
        None | Some("ltr") => Direction::Ltr,
        Some("rtl") => Direction::Rtl,
        Some(other) => {
            let line = line_of(&text, "`direction`");
            faults.push(
                Diagnostic::error(format!("`{other}` is no direction of writing"))
                    .in_file(file)
                    .at(line, 1)
                    .hint("\"ltr\" (from left to right) or \"rtl\" (from right to left)"),
            );
            return None;
        }
    };
    Some(Words {
        name: theme("language_name").unwrap_or(code).to_owned(),
        direction,
        texts: words,
    })
}

/// The line of the key that a problem names first (between backquotes), else the line of `[service]`.
fn line_of(text: &str, problem: &str) -> usize {
    let key = problem.split('`').nth(1).unwrap_or_default();
    let find = |wanted: &dyn Fn(&str) -> bool| {
        text.lines()
            .position(|line| wanted(line.trim()))
            .map(|index| index + 1)
    };
    find(&|line| {
        line.split('=')
            .next()
            .is_some_and(|name| name.trim() == key)
    })
    .or_else(|| find(&|line| line == "[service]"))
    .unwrap_or(1)
}
