//! The templates of a site and its theme, taken from its sources.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Outcome;
use crate::settings::Settings;
use crate::source::{SourceFile, SourcePath, SourceTree};
use crate::template::{TemplateSource, Templates, Theme};

/// Parses them all, in the dialect that is set or seen.
pub(super) fn load(settings: &Settings, sources: &SourceTree) -> Outcome<Templates> {
    let site = template_sources(&sources.templates, "templates/");
    let theme = settings.layout.theme.as_ref().map(|name| {
        let folder = format!("themes/{name}/templates/");
        Theme {
            name: name.clone(),
            templates: template_sources(&sources.theme_templates, &folder),
        }
    });
    Templates::load_as(settings.dialect, &site, theme)
}

fn template_sources(files: &BTreeMap<SourcePath, SourceFile>, folder: &str) -> Vec<TemplateSource> {
    files
        .values()
        .filter_map(|file| {
            Some(TemplateSource {
                name: file.path.0.strip_prefix(folder)?.to_owned(),
                file: file.path.0.clone(),
                text: Arc::clone(file.text.as_ref()?),
            })
        })
        .collect()
}
