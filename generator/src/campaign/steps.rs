//! The pages to which the service sends a visitor: those with `extra.step`.

use std::collections::BTreeMap;

use campaign_file::StepPages;
use percent_encoding::{CONTROLS, utf8_percent_encode};

use super::{SiteSources, content_file};
use crate::diagnostic::Diagnostic;

/// The name of the privacy notice among the steps.
const PRIVACY: &str = "privacy";

/// The addresses of one language's steps, by name.
type Steps = BTreeMap<String, String>;

/// The steps of every language, by language code.
pub(super) fn collect(
    site: &SiteSources<'_>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Steps> {
    let mut found: BTreeMap<String, Steps> = BTreeMap::new();
    for page in site.graph.pages.values() {
        let Some(value) = page.front.extra.get_from_path("step") else {
            continue;
        };
        let Some(name) = value.as_str() else {
            continue;
        };
        let file = content_file(&page.id.0);
        if name != PRIVACY && !StepPages::NAMES.contains(&name) {
            faults.push(
                Diagnostic::error(format!("there is no step `{name}`"))
                    .in_file(file)
                    .about("extra.step")
                    .hint(format!(
                        "known steps: {}, {PRIVACY}",
                        StepPages::NAMES.join(", ")
                    )),
            );
            continue;
        }
        let steps = found.entry(page.lang.clone()).or_default();
        // The service sends it in a header, where letters beyond ASCII cannot stand.
        let address = utf8_percent_encode(&page.permalink, CONTROLS).to_string();
        if let Some(other) = steps.insert(name.to_owned(), address) {
            faults.push(
                Diagnostic::error(format!(
                    "two pages of the language `{}` are the step `{name}`: this one and {other}",
                    page.lang
                ))
                .in_file(file)
                .about("extra.step")
                .hint("let one of the two be the step, and take `step` away from the other"),
            );
        }
    }
    found
}

/// A language's steps and privacy notice, or a fault for each that is missing.
pub(super) fn complete(
    code: &str,
    steps: &Steps,
    faults: &mut Vec<Diagnostic>,
) -> Option<(StepPages, String)> {
    let mut take = |name: &str| {
        let address = steps.get(name).cloned();
        if address.is_none() {
            faults.push(
                Diagnostic::error(format!(
                    "no page of the language `{code}` is the step `{name}`"
                ))
                .in_file("content/".to_owned())
                .hint(format!(
                    "write one and give it `[extra]` with `step = \"{name}\"`"
                )),
            );
        }
        address
    };
    // All of them first, so that one run names all that are missing.
    let [
        check_mail,
        signed,
        subscribed,
        withdrawn,
        unsubscribed,
        expired,
        error,
    ] = StepPages::NAMES.map(&mut take);
    let privacy = take(PRIVACY);
    let steps = StepPages {
        check_mail: check_mail?,
        signed: signed?,
        subscribed: subscribed?,
        withdrawn: withdrawn?,
        unsubscribed: unsubscribed?,
        expired: expired?,
        error: error?,
    };
    Some((steps, privacy?))
}
