//! A newsletter's topics as boxes to tick.

use askama::Template;
use campaign_file::FormKind;

use super::shell;
use crate::campaign::FormIn;

struct Topic<'a> {
    name: &'a str,
    words: &'a str,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "topics.html")]
struct Topics<'a> {
    legend: &'a str,
    optional: &'a str,
    note: &'a str,
    errors: Option<&'a str>,
    topics: Vec<Topic<'a>>,
}

/// The boxes as HTML; empty if the form has no topics.
pub(super) fn boxes(form: FormIn<'_>, ticked: &[String], errors: Option<&str>) -> String {
    let FormKind::Newsletter(facts) = &form.form.kind else {
        return String::new();
    };
    if facts.topics.is_empty() {
        return String::new();
    }
    let topics = facts.topics.iter().map(|name| Topic {
        name,
        words: form.texts.topics.get(name).unwrap_or(name),
        ticked: ticked.contains(name),
    });
    shell::render(&Topics {
        legend: form.voice.text("topics_legend"),
        optional: form.voice.text("optional"),
        note: form.voice.text("topics_note"),
        errors,
        topics: topics.collect(),
    })
}
