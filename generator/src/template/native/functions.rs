//! Functions: those of the other dialect under the names and defaults of Zola 0.23.

use tera::{Error, Function, Kwargs, State, Tera, TeraResult, Value};

use super::host;
use crate::graph::SectionId;
use crate::source::note_chance;
use crate::template::arguments::Arguments;
use crate::template::fault::Fault;
use crate::template::functions;
use crate::template::scope::Scope;

/// How a function of 0.23 differs from the one of 0.22.
#[derive(Clone, Copy)]
struct Shared {
    name: &'static str,
    safe: bool,
    /// The language of the page is the default of the argument `lang`.
    own_lang: bool,
    /// `allow_missing` turns a fault into nothing.
    may_miss: bool,
}

const fn shared(name: &'static str) -> Shared {
    Shared {
        name,
        safe: false,
        own_lang: false,
        may_miss: false,
    }
}

const fn of_language(name: &'static str) -> Shared {
    Shared {
        own_lang: true,
        ..shared(name)
    }
}

const ALL: &[Shared] = &[
    shared("get_env"),
    shared("get_hash"),
    shared("get_image_metadata"),
    shared("load_data"),
    shared("now"),
    shared("resize_image"),
    of_language("get_taxonomy"),
    of_language("get_taxonomy_term"),
    of_language("trans"),
    Shared {
        may_miss: true,
        ..of_language("get_page")
    },
    Shared {
        may_miss: true,
        ..of_language("get_section")
    },
    Shared {
        safe: true,
        ..of_language("get_taxonomy_url")
    },
    Shared {
        safe: true,
        ..of_language("get_url")
    },
];

/// Registers them.
pub(super) fn register(tera: &mut Tera) {
    for function in ALL {
        tera.register_function(function.name, *function);
    }
    tera.register_function("get_random", get_random);
    tera.register_function("text_direction", TextDirection);
}

fn get_random(kwargs: Kwargs, state: &State<'_>) -> TeraResult<i64> {
    note_chance();
    tera_contrib::rand::get_random(kwargs, state)
}

impl Function<TeraResult<Value>> for Shared {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<Value> {
        let mut given: Vec<(&str, Value)> = kwargs
            .iter()
            // An argument that is nothing counts as not given.
            .filter(|(_, value)| !value.is_none() && !value.is_undefined())
            .filter_map(|(key, value)| Some((self.argument(key.as_str()?), whole(value))))
            .collect();
        let has = |name: &str, given: &[(&str, Value)]| given.iter().any(|(key, _)| *key == name);
        // Only content files have a language by themselves: other addresses are as written.
        let internal = self.name != "get_url"
            || given.iter().any(|(key, value)| {
                *key == "path" && value.as_str().is_some_and(|path| path.starts_with("@/"))
            });
        if self.own_lang
            && internal
            && !has("lang", &given)
            && let Some(lang) = state.get::<String>("lang")?
        {
            given.push(("lang", Value::from(lang)));
        }
        let allowed = kwargs.get::<bool>("allow_missing")?.unwrap_or(false);
        let answer = host::ask(|scope| {
            let given = self.for_scope(&given, scope);
            let arguments = Arguments::new("function", self.name, &given);
            let function = match self.name {
                "get_image_metadata" => Some(functions::DESCRIBED_IMAGE),
                name => functions::find(name),
            };
            let function = function
                .ok_or_else(|| Error::message(format!("there is no function {}", self.name)))?;
            (function.call)(&arguments, scope).map_err(|fault| error(fault.of_function(self.name)))
        });
        match answer {
            Err(_) if self.may_miss && allowed => Ok(Value::none()),
            answer => answer,
        }
    }

    fn is_safe(&self) -> bool {
        self.safe
    }
}

impl Shared {
    /// The name that an argument had in 0.22.
    fn argument<'k>(&self, key: &'k str) -> &'k str {
        match (self.name, key) {
            ("get_taxonomy_url", "term") => "name",
            _ => key,
        }
    }

    /// Arguments in the words of the graph: a term may be called by any text with its slug, a
    /// content file by its name in any language.
    fn for_scope<'g>(
        &self,
        given: &[(&'g str, Value)],
        scope: &Scope<'_>,
    ) -> Vec<(&'g str, Value)> {
        let text = |name: &str| {
            let found = given.iter().find(|(key, _)| *key == name);
            found.and_then(|(_, value)| value.as_str())
        };
        let lang = text("lang").unwrap_or(&scope.settings.default_language);
        let (key, known) = match self.name {
            "get_taxonomy_term" => (
                "term",
                text("kind")
                    .zip(text("term"))
                    .and_then(|(kind, term)| term_name(kind, term, lang, scope)),
            ),
            "get_page" | "get_section" => {
                ("path", text("path").and_then(|path| canonical(path, scope)))
            }
            _ => return given.to_vec(),
        };
        let mut given = given.to_vec();
        if let (Some(known), Some((_, value))) =
            (known, given.iter_mut().find(|(name, _)| *name == key))
        {
            *value = Value::from(known);
        }
        given
    }
}

/// A decimal number without a fraction as a whole one: Tera 2 takes it where that is wanted, and
/// its divisions make only such.
fn whole(value: &Value) -> Value {
    match value.as_f64() {
        Some(number) if value.is_f64() && number.fract() == 0.0 && number.abs() < 9e15 => {
            Value::from(number as i64)
        }
        _ => value.clone(),
    }
}

/// The name of the term that has the slug of this text.
fn term_name(kind: &str, term: &str, lang: &str, scope: &Scope<'_>) -> Option<String> {
    let slug = scope.settings.slugify.taxonomies.path(term);
    let taxonomies = scope.graph.taxonomies.get(lang)?;
    let taxonomy = taxonomies.iter().find(|taxonomy| taxonomy.name == kind)?;
    let found = taxonomy.terms.iter().find(|term| term.slug == slug)?;
    Some(found.name.to_string())
}

/// The name in the default language of a content file that is named in another.
fn canonical(path: &str, scope: &Scope<'_>) -> Option<String> {
    let path = functions::below_content(path, scope);
    let page = scope.graph.pages.get(path);
    let section = || scope.graph.sections.get(&SectionId(path.into()));
    let lang = page
        .map(|page| page.lang.to_string())
        .or_else(|| section().map(|section| section.lang.to_string()))?;
    let stem = path
        .strip_suffix(".md")?
        .strip_suffix(&format!(".{lang}"))?;
    (lang != scope.settings.default_language).then(|| format!("{stem}.md"))
}

/// What separates a fault from its hint while Tera 2 carries both as one text.
pub(super) const FIX: &str = "\u{1f}";

/// A fault as Tera 2 carries it, with its hint.
pub(super) fn error(mut fault: Fault) -> Error {
    // Tera's place is that of the call: a file that is read is named in words.
    if let Some((file, place)) = &fault.place {
        let place = place.map_or_else(String::new, |place| match place.column {
            Some(column) => format!(":{}:{column}", place.line),
            None => format!(":{}", place.line),
        });
        fault.message = format!("{}, in {file}{place}", fault.message);
    }
    Error::message(match fault.hint {
        Some(hint) => format!("{}{FIX}{hint}", fault.message),
        None => fault.message,
    })
}

/// Whether the language of the page, or another, is written from the left or from the right.
struct TextDirection;

impl Function<TeraResult<String>> for TextDirection {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<String> {
        let lang = match kwargs.get::<String>("lang")? {
            Some(lang) => Some(lang),
            None => state.get::<String>("lang")?,
        };
        host::ask(|scope| {
            let lang = lang.as_deref().unwrap_or(&scope.settings.default_language);
            let id: unic_langid::LanguageIdentifier = lang
                .parse()
                .map_err(|_| Error::message(format!("`{lang}` is not the code of a language")))?;
            let from_right = id.character_direction() == unic_langid::CharacterDirection::RTL;
            Ok(if from_right { "rtl" } else { "ltr" }.to_owned())
        })
    }
}
