//! The evaluator against Tera 1 itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Context, Effects, Files, Scope, TemplateSource, Templates};
use crate::graph::SiteGraph;
use crate::settings::{self, Overrides, Settings};

fn settings() -> Settings {
    let site = tempfile::tempdir().expect("a folder");
    std::fs::write(
        site.path().join("config.toml"),
        "base_url = \"https://a.example\"\n",
    )
    .expect("written");
    settings::load(site.path(), None, &Overrides::default()).expect("sound settings")
}

/// What our evaluator makes of a set of templates; the error's text if it fails.
fn ours(
    files: &BTreeMap<String, String>,
    main: &str,
    context: &serde_json::Value,
) -> Result<String, String> {
    let sources: Vec<TemplateSource> = files
        .iter()
        .map(|(name, text)| TemplateSource {
            name: name.clone(),
            file: format!("templates/{name}"),
            text: Arc::from(text.as_str()),
        })
        .collect();
    let loaded = Templates::load(&sources, None);
    if let Some(fault) = loaded.diagnostics.first() {
        return Err(fault.to_string());
    }
    let mut variables = Context::new();
    for (name, value) in context.as_object().into_iter().flatten() {
        variables.insert(name.clone(), super::values::from_json(value));
    }
    let (settings, graph) = (settings(), SiteGraph::default());
    let (files, effects) = (Files::new(), Effects::new());
    let scope = Scope::new(&settings, &graph, &files, &effects);
    loaded
        .value
        .render(main, &variables, &scope)
        .map_err(|fault| fault.to_string())
}

/// What Tera 1 makes of them.
fn theirs(
    files: &BTreeMap<String, String>,
    main: &str,
    context: &serde_json::Value,
) -> Result<String, String> {
    let mut tera = tera1::Tera::default();
    tera.add_raw_templates(
        files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    )
    .map_err(|error| error.to_string())?;
    let context = tera1::Context::from_value(context.clone()).map_err(|error| error.to_string())?;
    tera.render(main, &context)
        .map_err(|error| error.to_string())
}

fn set(case: &serde_json::Value) -> (BTreeMap<String, String>, String) {
    match case.as_str() {
        Some(text) => (
            BTreeMap::from([("t.html".to_owned(), text.to_owned())]),
            "t.html".to_owned(),
        ),
        None => {
            let mut main = String::new();
            let mut files = BTreeMap::new();
            for (name, text) in case.as_object().into_iter().flatten() {
                let text = text.as_str().unwrap_or_default().to_owned();
                if name == "_" {
                    main = text;
                } else {
                    files.insert(name.clone(), text);
                }
            }
            (files, main)
        }
    }
}

fn differences(cases: &serde_json::Value, context: &serde_json::Value) -> Vec<String> {
    let mut found = Vec::new();
    for case in cases.as_array().into_iter().flatten() {
        let (files, main) = set(case);
        let (ours, theirs) = (ours(&files, &main, context), theirs(&files, &main, context));
        let same = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => ours == theirs,
            (Err(_), Err(_)) => true,
            _ => false,
        };
        if !same {
            found.push(format!("{case}\n  ours:   {ours:?}\n  theirs: {theirs:?}"));
        }
    }
    found
}

/// More cases, from a folder with `cases.json` and `context.json` that is not part of the project.
#[test]
fn further_cases_render_as_in_tera_1() {
    let Some(folder) = std::env::var_os("TEMPLATE_CASES").map(std::path::PathBuf::from) else {
        return;
    };
    let read = |name: &str| -> serde_json::Value {
        let text = std::fs::read_to_string(folder.join(name)).expect("readable");
        serde_json::from_str(&text).expect("JSON")
    };
    let found = differences(&read("cases.json"), &read("context.json"));
    assert!(
        found.is_empty(),
        "{} differ:\n{}",
        found.len(),
        found.join("\n")
    );
}
