//! Languages of code for which there is no grammar: one warning for each, however often it stands.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::fields::Place;
use crate::markup::Bodies;

/// A warning for each such language, at the first place where it stands.
pub(super) fn missing(bodies: &Bodies) -> Vec<Diagnostic> {
    let pages = bodies.pages.iter().map(|(id, body)| (&*id.0, body));
    let sections = bodies.sections.iter().map(|(id, body)| (&*id.0, body));
    let mut found: BTreeMap<&str, (usize, &str, Option<Place>)> = BTreeMap::new();
    for (file, body) in sections.chain(pages) {
        for language in &body.unknown_languages {
            let first = found
                .entry(language.name.as_str())
                .or_insert((0, file, language.place));
            first.0 += 1;
        }
    }
    found
        .into_iter()
        .map(|(name, (times, file, place))| {
            let more = match times {
                1 => String::new(),
                2 => " (and 1 more time)".to_owned(),
                times => format!(" (and {} more times)", times - 1),
            };
            let fault = Diagnostic::warning(format!(
                "There is no grammar for the language `{name}`: its code is shown plain{more}"
            ))
            .in_file(format!("content/{file}"))
            .hint("correct its name, or add its grammar to `extra_grammars`");
            match place {
                Some(place) => place.mark(fault),
                None => fault,
            }
        })
        .collect()
}
