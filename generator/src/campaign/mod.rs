//! The campaign: petitions, newsletters and the pages of their steps, gathered from the site's
//! pages into the one file that the petition service reads.
//!
//! Facts stand once, in the default language's page; texts stand in each language's page. What is
//! missing or wrong is reported for all forms and languages in one run.

mod facts;
mod fields;
mod forms;
mod languages;
mod partners;
mod shells;
mod steps;
mod table;
#[cfg(test)]
mod tests;
mod topics;

use std::collections::{BTreeMap, BTreeSet};

use campaign_file::{CampaignFile, Form, Language, Site, VERSION};
use tera::Value;

use crate::diagnostic::{Diagnostic, Outcome};
use crate::graph::{PageHead, PageId, SiteGraph};
use crate::settings::Settings;
use crate::source::{SourcePath, SourceTree};
use crate::template::{Scope, Templates};

/// A campaign as the pages describe it, before its page shells are rendered.
#[derive(Clone, Debug)]
pub struct Campaign {
    forms: BTreeMap<String, Form>,
    languages: BTreeMap<String, Language>,
}

/// Gathers the campaign of a site that has one (`groundswell.toml`); none where there is none.
#[must_use]
pub fn collect(
    settings: &Settings,
    sources: &SourceTree,
    graph: &SiteGraph,
) -> Outcome<Option<Campaign>> {
    let Some(wanted) = &settings.campaign else {
        return Outcome::clean(None);
    };
    let site = SiteSources { sources, graph };
    let mut faults = Vec::new();
    let languages = languages::collect(settings, wanted, &site, &mut faults);
    let forms = forms::collect(settings, &site, &mut faults);
    Outcome {
        value: Some(Campaign { forms, languages }),
        diagnostics: faults,
    }
}

/// The pages of petitions in preparation, in all languages: built, so that an editor can read them
/// by their address, but in no list of the site's pages (sitemap, search, feeds).
#[must_use]
pub fn unlisted(settings: &Settings, graph: &SiteGraph) -> BTreeSet<PageId> {
    if settings.campaign.is_none() {
        return BTreeSet::new();
    }
    let is_draft = |page: &&PageHead| {
        let state = page.front.extra.get_from_path("petition.state");
        state.is_some_and(|state| state.as_str() == Some("draft"))
    };
    let drafts = graph.pages.values().filter(is_draft);
    drafts.flat_map(|page| page.translations.clone()).collect()
}

/// Renders the page shells and puts the whole file together. `config` gives the value that
/// templates see under that name, by language code.
#[must_use]
pub fn complete(
    campaign: Campaign,
    settings: &Settings,
    templates: &Templates,
    scope: &Scope<'_>,
    config: &dyn Fn(&str) -> Value,
) -> Outcome<Option<String>> {
    let Some(wanted) = &settings.campaign else {
        return Outcome::clean(None);
    };
    let mut faults = Vec::new();
    let mut languages = campaign.languages;
    for (code, language) in &mut languages {
        match shells::render(
            &wanted.shell,
            code,
            settings,
            templates,
            scope,
            &config(code),
        ) {
            Ok(shell) => language.shell = shell,
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Outcome {
            value: None,
            diagnostics: faults,
        };
    }
    let file = CampaignFile {
        version: VERSION,
        site: Site {
            base_url: with_slash(&settings.base_url),
            default_language: settings.default_language.clone(),
        },
        languages,
        forms: campaign.forms,
    };
    // The format's own rules, with words of their own, after ours that name file and line.
    faults.extend(
        file.problems()
            .into_iter()
            .map(|problem| Diagnostic::error(problem).in_file(wanted.output.clone())),
    );
    let json = match file.to_json() {
        Ok(json) => Some(json),
        Err(error) => {
            faults.push(Diagnostic::error(error.to_string()).in_file(wanted.output.clone()));
            None
        }
    };
    Outcome {
        value: json.filter(|_| faults.is_empty()),
        diagnostics: faults,
    }
}

fn with_slash(address: &str) -> String {
    format!("{}/", address.trim_end_matches('/'))
}

/// Pages with the text of their files, to name lines.
struct SiteSources<'a> {
    sources: &'a SourceTree,
    graph: &'a SiteGraph,
}

impl<'a> SiteSources<'a> {
    /// The text of a page's file.
    fn text(&self, page: &PageHead) -> &'a str {
        let path = SourcePath(content_file(&page.id.0));
        self.sources
            .content
            .get(&path)
            .and_then(|file| file.text.as_deref())
            .unwrap_or_default()
    }

    /// The page's versions in all languages, by language code, itself included.
    fn versions(&self, page: &'a PageHead) -> BTreeMap<&'a str, &'a PageHead> {
        let mut versions: BTreeMap<&str, &PageHead> = page
            .translations
            .iter()
            .filter_map(|id| self.graph.pages.get(id))
            .map(|head| (head.lang.as_str(), head))
            .collect();
        versions.insert(&page.lang, page);
        versions
    }
}

/// A content file's path as messages name it: relative to the site's root.
fn content_file(id: &str) -> String {
    format!("content/{id}")
}
