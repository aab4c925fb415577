//! The countries that a form offers, in each language in the order of its alphabet.
//!
//! Names come from the Unicode CLDR. A language that has no list here gets the English one.

use std::sync::OnceLock;

use serde::Deserialize;

/// A country as a form shows it.
#[derive(Debug, Deserialize)]
pub struct Country {
    /// ISO 3166-1 alpha-2, upper case.
    pub code: String,
    /// Its name in the list's language.
    pub name: String,
}

struct List {
    lang: &'static str,
    json: &'static str,
    parsed: OnceLock<Vec<Country>>,
}

impl List {
    const fn new(lang: &'static str, json: &'static str) -> Self {
        Self {
            lang,
            json,
            parsed: OnceLock::new(),
        }
    }

    fn countries(&'static self) -> &'static [Country] {
        // The files are part of the program and tried by a test.
        self.parsed
            .get_or_init(|| serde_json::from_str(self.json).unwrap_or_default())
    }
}

static ENGLISH: List = List::new("en", include_str!("../../data/countries.en.json"));
static OTHERS: [List; 3] = [
    List::new("nl", include_str!("../../data/countries.nl.json")),
    List::new("fr", include_str!("../../data/countries.fr.json")),
    List::new("ar", include_str!("../../data/countries.ar.json")),
];

/// The countries in that language (`fr-BE` counts as `fr`), or else in English.
#[must_use]
pub fn countries(lang: &str) -> &'static [Country] {
    let primary = lang.split('-').next().unwrap_or_default();
    let list = OTHERS.iter().find(|list| list.lang == primary);
    list.unwrap_or(&ENGLISH).countries()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_list_has_the_same_countries() {
        let codes =
            |lang| -> BTreeSet<&str> { countries(lang).iter().map(|c| c.code.as_str()).collect() };
        let english = codes("en");
        assert!(english.len() > 240 && english.contains("NL"));
        for lang in ["nl", "fr", "ar"] {
            assert_eq!(codes(lang), english, "{lang}");
            assert_eq!(countries(lang).len(), english.len(), "{lang}: one twice");
        }
        assert_eq!(codes("xx"), english);
        assert_eq!(countries("fr-BE")[0].name, countries("fr")[0].name);
    }
}
