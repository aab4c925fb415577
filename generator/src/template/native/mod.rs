//! Templates of Zola 0.23: Tera 2 itself, with the same values and functions as the other dialect.

mod bounds;
mod builtins;
mod faults;
mod filters;
mod functions;
mod host;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use bounds::Written;
use tera::Tera;

use super::context::Context;
use super::load::{TemplateSource, Theme};
use super::scope::Scope;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::fields::nearest;
use crate::settings::Dialect;

/// The version that templates see.
const ZOLA_VERSION: &str = "0.23.6";

/// Templates of a site for Zola 0.23.
#[derive(Debug)]
pub(super) struct Native {
    tera: Tera,
    theme: Option<String>,
    /// The author's file of each template.
    files: BTreeMap<String, String>,
    /// What the author wrote, for the places of faults.
    sources: BTreeMap<String, Arc<str>>,
}

/// The dialect that templates are written in: components are the newer's, macros and imports the
/// older's. Where neither is met it is the older one.
pub(super) fn look(site: &[TemplateSource], theme: Option<&Theme>) -> Dialect {
    let theirs = theme.into_iter().flat_map(|theme| &theme.templates);
    let texts = || {
        site.iter()
            .chain(theirs.clone())
            .map(|source| &*source.text)
    };
    let any = |words: &[&str]| texts().any(|text| has_tag(text, words));
    let older = any(&["macro", "import"]);
    let newer = any(&["component", "endcomponent"]) || texts().any(|text| text.contains("{{<"));
    if newer && !older {
        Dialect::Zola023
    } else {
        Dialect::Zola022
    }
}

/// Whether a tag `{% word …` stands in a text.
fn has_tag(text: &str, words: &[&str]) -> bool {
    text.split("{%").skip(1).any(|rest| {
        let tag = rest.trim_start_matches('-').trim_start();
        let word = tag.split(|c: char| !c.is_ascii_alphanumeric()).next();
        word.is_some_and(|word| words.contains(&word))
    })
}

/// Characters that Zola 0.23 escapes.
fn escape(text: &str, out: &mut dyn Write) -> std::io::Result<()> {
    pulldown_cmark_escape::escape_html(pulldown_cmark_escape::IoWriter(out), text)
}

impl Native {
    /// Parses the site's templates, the theme's and the built-in ones. Tera reports the faults of
    /// all of them at once.
    pub(super) fn load(site: &[TemplateSource], theme: Option<&Theme>) -> Outcome<Self> {
        let mut tera = Tera::default();
        let mut prefixes = Vec::new();
        if let Some(theme) = theme {
            prefixes.push(format!("{}/templates/", theme.name));
        }
        prefixes.push(builtins::PREFIX.to_owned());
        // It fails only where there are templates already.
        let _none_yet = tera.set_fallback_prefixes(prefixes);
        tera.set_escape_fn(escape);
        filters::register(&mut tera);
        functions::register(&mut tera);
        bounds::register(&mut tera);
        tera.global_context().insert("zola_version", ZOLA_VERSION);

        let (mut files, mut sources) = (BTreeMap::new(), BTreeMap::new());
        let mut templates: Vec<(String, String)> = Vec::new();
        for (name, text) in builtins::ALL {
            templates.push(((*name).to_owned(), (*text).to_owned()));
        }
        for source in theme.into_iter().flat_map(|theme| &theme.templates) {
            let prefix = theme.map(|theme| theme.name.as_str()).unwrap_or_default();
            let name = format!("{prefix}/templates/{}", source.name);
            files.insert(name.clone(), source.file.clone());
            sources.insert(name.clone(), Arc::clone(&source.text));
            templates.push((name, bounds::with_counts(whole(source))));
        }
        for source in site {
            files.insert(source.name.clone(), source.file.clone());
            sources.insert(source.name.clone(), Arc::clone(&source.text));
            templates.retain(|(name, _)| *name != source.name);
            templates.push((source.name.clone(), bounds::with_counts(whole(source))));
        }
        let added = tera.add_raw_templates(templates);
        let native = Self {
            tera,
            theme: theme.map(|theme| theme.name.clone()),
            files,
            sources,
        };
        let diagnostics = match added {
            Ok(()) => Vec::new(),
            Err(error) => {
                let theirs = theme.into_iter().flat_map(|theme| &theme.templates);
                let sources: Vec<&TemplateSource> = site.iter().chain(theirs).collect();
                match faults::of_parent(&error, &sources) {
                    Some(fault) => vec![fault],
                    None => native.faults(&error),
                }
            }
        };
        Outcome {
            value: native,
            diagnostics,
        }
    }

    /// Whether a template is found under this name, the theme's and the built-in ones too.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.tera.contains_template(name)
    }

    /// The name under which a template is found.
    pub(super) fn resolve(&self, name: &str) -> Option<&str> {
        let found = |name: &str| {
            let known = self.files.get_key_value(name);
            known.map(|(known, _)| known.as_str())
        };
        found(name)
            .or_else(|| found(&format!("{}/templates/{name}", self.theme.as_ref()?)))
            .or_else(|| builtins::find(name))
    }

    /// The author's file of a template.
    pub(super) fn file(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }

    /// Renders a template.
    pub(super) fn render(
        &self,
        name: &str,
        context: &Context,
        scope: &Scope<'_>,
    ) -> Result<String, Diagnostic> {
        if !self.contains(name) {
            let fault = Diagnostic::error(format!("There is no template `{name}`"));
            return Err(match nearest(name, self.files.keys().map(String::as_str)) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint(format!("write templates/{name}")),
            });
        }
        host::during(scope, || {
            bounds::counted(|| {
                let mut page = bounds::Page::default();
                let done = self.tera.render_to(name, &variables(context), &mut page);
                page.text(done).map_err(|error| {
                    let fault = self.fault(&error, None);
                    match (
                        &fault.file,
                        self.resolve(name).and_then(|name| self.file(name)),
                    ) {
                        (None, Some(file)) => fault.in_file(file),
                        _ => fault,
                    }
                })
            })
        })
    }

    /// Renders a body that is a template itself and begins on this line of its file.
    pub(super) fn render_content(
        &self,
        source: &str,
        (file, first_line): (&str, usize),
        context: &Context,
        scope: &Scope<'_>,
    ) -> Result<String, Diagnostic> {
        let skipped = &scope.settings.skip_content_templating;
        let below = file.strip_prefix("content/").unwrap_or(file);
        if !(source.contains("{{") || source.contains("{%")) || skipped.is_match(below) {
            return Ok(source.to_owned());
        }
        let content = Written {
            text: source,
            file,
            first_line,
        };
        let counted = bounds::with_counts(content);
        host::during(scope, || {
            bounds::counted(|| {
                let (variables, mut page) = (variables(context), bounds::Page::default());
                let done = self
                    .tera
                    .render_str_to(&counted, &variables, false, &mut page);
                page.text(done)
                    .map_err(|error| self.fault(&error, Some(content)))
            })
        })
    }
}

/// A template as its file holds it.
fn whole(source: &TemplateSource) -> Written<'_> {
    Written {
        text: &source.text,
        file: &source.file,
        first_line: 1,
    }
}

fn variables(context: &Context) -> tera::Context {
    let mut variables = tera::Context::new();
    // The version is the dialect's own, in all templates.
    for (name, value) in context.iter().filter(|(name, _)| *name != "zola_version") {
        variables.insert_value(name.to_owned(), value.clone());
    }
    variables
}
