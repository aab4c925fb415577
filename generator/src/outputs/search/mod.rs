//! The search index of a language.

mod elastic;
mod rows;
mod text;

pub(crate) use text::plain_text;

use rows::Row;

use crate::diagnostic::Diagnostic;
use crate::graph::SiteGraph;
use crate::markup::Bodies;
use crate::settings::{Dialect, IndexFormat, SearchSettings, Settings};

/// The extension of the index's file. Its form is that of the default language for all.
pub(super) fn extension(settings: &Settings) -> &'static str {
    match settings.default_settings().search.index_format {
        IndexFormat::ElasticlunrJavascript | IndexFormat::FuseJavascript => "js",
        IndexFormat::ElasticlunrJson | IndexFormat::FuseJson => "json",
    }
}

/// The script that reads an index for elasticlunr (its licence lies beside it).
pub(super) const SCRIPT: &[u8] = include_bytes!("elasticlunr.min.js");

/// Whether that script is part of the site.
pub(super) fn needs_script(settings: &Settings) -> bool {
    matches!(
        settings.default_settings().search.index_format,
        IndexFormat::ElasticlunrJavascript | IndexFormat::ElasticlunrJson
    )
}

/// The index of a language's sections and pages.
pub(super) fn index(
    lang: &str,
    settings: &Settings,
    graph: &SiteGraph,
    bodies: &Bodies,
) -> Result<String, Diagnostic> {
    let shared = &settings.default_settings().search;
    // In Zola 0.22 what the default language says holds for all, in 0.23 each says it for itself.
    let own = settings
        .language(lang)
        .filter(|_| graph.dialect == Dialect::Zola023)
        .map(|language| SearchSettings {
            index_format: shared.index_format,
            ..language.search.clone()
        });
    let search = own.as_ref().unwrap_or(shared);
    let rows = rows::collect(lang, search, graph, bodies);
    let json = match search.index_format {
        IndexFormat::ElasticlunrJavascript | IndexFormat::ElasticlunrJson => {
            elastic::index(lang, search, &rows).map_err(|fault| {
                let own = format!("languages.{lang}.build_search_index");
                let key = match lang == settings.default_language {
                    true => "build_search_index".to_owned(),
                    false => own,
                };
                fault.in_file(settings.config_file.clone()).about(key)
            })?
        }
        IndexFormat::FuseJavascript | IndexFormat::FuseJson => fuse(&rows)?,
    };
    Ok(match search.index_format {
        IndexFormat::ElasticlunrJavascript | IndexFormat::FuseJavascript => {
            format!("window.searchIndex = {json}")
        }
        IndexFormat::ElasticlunrJson | IndexFormat::FuseJson => json,
    })
}

fn fuse(rows: &[Row]) -> Result<String, Diagnostic> {
    serde_json::to_string(rows)
        .map_err(|error| Diagnostic::error(format!("the search index cannot be written: {error}")))
}
