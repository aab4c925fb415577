//! The forms: every page with `[extra.petition]` or `[extra.newsletter]`, in all its languages.

use std::collections::BTreeMap;

use campaign_file::{ConsentText, Form, FormKind, FormLanguage};

use super::facts::{self, Facts};
use super::table::Table;
use super::{SiteSources, content_file, fields, topics};
use crate::diagnostic::Diagnostic;
use crate::graph::PageHead;
use crate::settings::Settings;

/// What a page's form is called in front matter.
#[derive(Clone, Copy)]
struct Kind {
    facts: &'static str,
    texts: &'static str,
    read: fn(Table<'_>, &mut Vec<Diagnostic>) -> Option<Facts>,
}

const KINDS: [Kind; 2] = [
    Kind {
        facts: "extra.petition",
        texts: "extra.petition_texts",
        read: facts::petition,
    },
    Kind {
        facts: "extra.newsletter",
        texts: "extra.newsletter_texts",
        read: facts::newsletter,
    },
];

/// Every form of the site by id.
pub(super) fn collect(
    settings: &Settings,
    site: &SiteSources<'_>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Form> {
    let mut forms: BTreeMap<String, Form> = BTreeMap::new();
    let mut origins: BTreeMap<String, String> = BTreeMap::new();
    for page in site.graph.pages.values() {
        for kind in KINDS {
            let Some(table) = open(site, page, kind.facts, faults) else {
                continue;
            };
            if page.lang != settings.default_language {
                faults.push(
                    table
                        .fault(format!(
                            "`[{}]` stands in a translation, but facts stand once, in the default language's page",
                            kind.facts
                        ))
                        .hint(format!(
                            "remove it here; texts go under `[{}]`",
                            kind.texts
                        )),
                );
                continue;
            }
            let place = table
                .fault_at("id", "")
                .hint("give one of the two another id");
            let Some(facts) = (kind.read)(table, faults) else {
                continue;
            };
            let file = content_file(&page.id.0);
            if let Some(other) = origins.insert(facts.id.clone(), file) {
                faults.push(Diagnostic {
                    message: format!("the id `{}` is already taken by {other}", facts.id),
                    ..place
                });
                continue;
            }
            let id = facts.id.clone();
            let form = form(settings, site, page, kind, facts, faults);
            forms.insert(id, form);
        }
    }
    unknown_newsletters(&forms, &origins, faults);
    unknown_petitions(site, faults);
    forms
}

fn open<'a>(
    site: &SiteSources<'a>,
    page: &PageHead,
    name: &'static str,
    faults: &mut Vec<Diagnostic>,
) -> Option<Table<'a>> {
    let file = content_file(&page.id.0);
    match Table::open(file, site.text(page), &page.front.extra, name) {
        Ok(table) => table,
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

/// A form with its texts in each language that it has.
fn form(
    settings: &Settings,
    site: &SiteSources<'_>,
    page: &PageHead,
    kind: Kind,
    facts: Facts,
    faults: &mut Vec<Diagnostic>,
) -> Form {
    let versions = site.versions(page);
    let wanted: Vec<String> = facts
        .languages
        .unwrap_or_else(|| settings.languages.keys().cloned().collect());
    for code in wanted
        .iter()
        .filter(|c| !settings.languages.contains_key(*c))
    {
        faults.push(
            Diagnostic::error(format!(
                "`languages` names `{code}`, which the site does not have"
            ))
            .in_file(content_file(&page.id.0))
            .about(format!("{}.languages", kind.facts))
            .hint(format!(
                "take it away, or add [languages.{code}] to the configuration"
            )),
        );
    }
    let mut languages = BTreeMap::new();
    for code in wanted
        .iter()
        .filter(|c| settings.languages.contains_key(*c))
    {
        let Some(version) = versions.get(code.as_str()) else {
            faults.push(
                Diagnostic::error(format!(
                    "the form `{}` has no page in the language `{code}`",
                    facts.id
                ))
                .in_file(content_file(&page.id.0))
                .about(format!("{}.languages", kind.facts))
                .hint(format!(
                    "write its translation beside it, or say which languages it has: languages = [\"{}\"]",
                    settings.default_language
                )),
            );
            continue;
        };
        let texts = texts(site, version, kind, &facts.kind, faults);
        languages.extend(texts.map(|texts| (code.clone(), texts)));
    }
    if let FormKind::Petition(_) = facts.kind {
        add_form_pages(site, page, &mut languages);
    }
    Form {
        kind: facts.kind,
        consent_version: facts.consent_version,
        languages,
    }
}

/// The texts of one language's page.
fn texts(
    site: &SiteSources<'_>,
    page: &PageHead,
    kind: Kind,
    facts: &FormKind,
    faults: &mut Vec<Diagnostic>,
) -> Option<FormLanguage> {
    let file = content_file(&page.id.0);
    let title = page.front.title.clone().filter(|t| !t.trim().is_empty());
    if title.is_none() {
        faults.push(
            Diagnostic::error("a page with a form needs a `title`")
                .in_file(file.clone())
                .at(1, 1)
                .hint("write one at the head of the file: title = \"…\""),
        );
    }
    let Some(mut table) = open(site, page, kind.texts, faults) else {
        faults.push(
            Diagnostic::error(format!(
                "the consent text is missing in the language `{}`: there is no `[{}]`",
                page.lang, kind.texts
            ))
            .in_file(file)
            .about(kind.facts)
            .hint(format!("add `[{}]` with `consent = \"…\"`", kind.texts)),
        );
        return None;
    };
    let consent = table.required_text(
        "consent",
        "say in this language what the visitor agrees to: consent = \"…\"",
        faults,
    );
    let mut addressee = Some(String::new());
    let mut newsletter_consent = None;
    let mut fields = BTreeMap::new();
    let mut words = BTreeMap::new();
    if let FormKind::Newsletter(letter) = facts {
        words = topics::texts(&mut table, &letter.topics, &page.lang, faults);
    }
    if let FormKind::Petition(petition) = facts {
        addressee = table.required_text(
            "addressee",
            "name to whom the petition is addressed: addressee = \"…\"",
            faults,
        );
        newsletter_consent = if petition.newsletter.is_some() {
            table.required_text(
                "newsletter_consent",
                "the facts offer a newsletter: say what ticking its box means: newsletter_consent = \"…\"",
                faults,
            )
        } else {
            table.text("newsletter_consent", faults)
        };
        fields = fields::texts(&mut table, &petition.fields, &page.lang, faults);
    }
    table.unknown_keys(faults);
    Some(FormLanguage {
        title: title?,
        addressee: addressee?,
        page: page.permalink.clone(),
        form_pages: Vec::new(),
        consent: ConsentText::new(consent?),
        newsletter_consent: newsletter_consent.map(ConsentText::new),
        fields,
        topics: words,
    })
}

/// Adds the pages that show a petition's form at their end (`extra.petition_page`).
fn add_form_pages(
    site: &SiteSources<'_>,
    petition: &PageHead,
    languages: &mut BTreeMap<String, FormLanguage>,
) {
    for page in site.graph.pages.values() {
        let named = page.front.extra.get_from_path("petition_page");
        if named.and_then(|value| value.as_str()) != Some(&*petition.id.0) {
            continue;
        }
        if let Some(language) = languages.get_mut(&page.lang) {
            language.form_pages.push(page.permalink.clone());
        }
    }
}

/// Pages that show the form of a page without one: the theme would show none, and nobody be told.
fn unknown_petitions(site: &SiteSources<'_>, faults: &mut Vec<Diagnostic>) {
    let is_petition = |file: &str| {
        let page = site.graph.pages.get(file);
        page.is_some_and(|page| {
            let facts = page.front.extra.get_from_path("petition");
            facts.is_some_and(|facts| !facts.is_undefined())
        })
    };
    for page in site.graph.pages.values() {
        let named = page.front.extra.get_from_path("petition_page");
        let Some(named) = named.and_then(|value| value.as_str()) else {
            continue;
        };
        if !is_petition(named) {
            faults.push(
                Diagnostic::error(format!("`{named}` is the page of no petition"))
                    .in_file(content_file(&page.id.0))
                    .about("extra.petition_page")
                    .hint("name the file of the default language's page below content/, as in \"petitions/a/index.md\""),
            );
        }
    }
}

fn unknown_newsletters(
    forms: &BTreeMap<String, Form>,
    origins: &BTreeMap<String, String>,
    faults: &mut Vec<Diagnostic>,
) {
    let newsletters: Vec<&str> = forms
        .iter()
        .filter(|(_, form)| matches!(form.kind, FormKind::Newsletter(_)))
        .map(|(id, _)| id.as_str())
        .collect();
    for (id, form) in forms {
        let FormKind::Petition(facts) = &form.kind else {
            continue;
        };
        let unknown = facts
            .newsletter
            .as_deref()
            .filter(|newsletter| !newsletters.contains(newsletter));
        if let Some(newsletter) = unknown {
            faults.push(
                Diagnostic::error(format!(
                    "the petition `{id}` offers the newsletter `{newsletter}`, which no page describes"
                ))
                .in_file(origins.get(id).cloned().unwrap_or_default())
                .about("extra.petition.newsletter")
                .hint(match newsletters.as_slice() {
                    [] => "write a page with [extra.newsletter], or take the line away".to_owned(),
                    known => format!("newsletters of this site: {}", known.join(", ")),
                }),
            );
        }
    }
}
