//! What a newsletter's readers can choose to hear about, and its words in each language.

use std::collections::BTreeMap;

use campaign_file::{MOST_TOPICS, is_topic};
use serde_json::Value as Json;

use super::table::Table;
use crate::diagnostic::Diagnostic;
use crate::fields::nearest;

const HINT: &str = "short names that never change: topics = [\"news\", \"research\"]";

/// The topics' names, in the order shown.
pub(super) fn names(table: &mut Table<'_>, faults: &mut Vec<Diagnostic>) -> Vec<String> {
    let written = table.texts("topics", faults).unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    for name in written {
        if !is_topic(&name) {
            let message = format!("`{name}` cannot be the name of a topic");
            let hint = "use up to 32 lower-case letters, digits and hyphens; its words stand with the texts";
            faults.push(table.fault_at("topics", message).hint(hint));
        } else if names.contains(&name) {
            let message = format!("the topic `{name}` is listed twice");
            faults.push(table.fault_at("topics", message).hint(HINT));
        } else {
            names.push(name);
        }
    }
    if names.len() > MOST_TOPICS {
        let message = format!("a newsletter has {MOST_TOPICS} topics at most");
        let hint = "nobody reads through a longer list: put some together";
        faults.push(table.fault_at("topics", message).hint(hint));
    }
    names
}

/// Their words in the language of a page: `[extra.newsletter_texts.topics]`, `news = "…"`.
pub(super) fn texts(
    table: &mut Table<'_>,
    topics: &[String],
    lang: &str,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, String> {
    let written = table.entries("topics", faults).unwrap_or_default();
    for name in written.keys().filter(|name| !topics.contains(name)) {
        let hint = match nearest(name, topics.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "take it away, or add it to `topics` under `[extra.newsletter]`".to_owned(),
        };
        let message = format!("the newsletter has no topic `{name}`");
        faults.push(table.fault_at("topics", message).hint(hint));
    }
    let mut texts = BTreeMap::new();
    for name in topics {
        let words = written.get(name).and_then(Json::as_str).map(str::trim);
        match words.filter(|words| !words.is_empty()) {
            Some(words) => {
                texts.insert(name.clone(), words.to_owned());
            }
            None => faults.push(
                table
                    .fault_at(
                        "topics",
                        format!(
                            "the words of the topic `{name}` are missing in the language `{lang}`"
                        ),
                    )
                    .hint(format!(
                        "under `[extra.newsletter_texts.topics]` write {name} = \"…\""
                    )),
            ),
        }
    }
    texts
}
