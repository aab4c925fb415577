//! Our evaluator and Tera 1 side by side.

use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};

use crate::graph::SiteGraph;
use crate::settings::{self, Overrides, Settings};
use crate::template::{Context, Effects, Files, Scope, TemplateSource, Templates, values};

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    let site = tempfile::tempdir().expect("a folder");
    std::fs::write(
        site.path().join("config.toml"),
        "base_url = \"https://a.example\"\n",
    )
    .expect("written");
    settings::load(site.path(), None, &Overrides::default()).expect("sound settings")
});

/// What our evaluator makes of a set of templates; the error's text if it fails.
pub(super) fn ours(
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
        variables.insert(name.clone(), values::from_json(value));
    }
    let graph = SiteGraph::default();
    let (files, effects) = (Files::new(), Effects::new());
    let scope = Scope::new(&SETTINGS, &graph, &files, &effects);
    loaded
        .value
        .render(main, &variables, &scope)
        .map_err(|fault| fault.to_string())
}

/// `get_url`, whose result Zola prints as it is.
struct Safe;

impl tera1::Function for Safe {
    fn call(
        &self,
        arguments: &HashMap<String, serde_json::Value>,
    ) -> tera1::Result<serde_json::Value> {
        let path = arguments.get("path").and_then(serde_json::Value::as_str);
        let path = path.ok_or("no path")?;
        Ok(format!("https://a.example/{path}").into())
    }

    fn is_safe(&self) -> bool {
        true
    }
}

/// What Tera 1 makes of them, with Zola's functions that the cases call.
fn theirs(
    files: &BTreeMap<String, String>,
    main: &str,
    context: &serde_json::Value,
) -> Result<String, String> {
    let mut tera = tera1::Tera::default();
    tera.register_function("ret", |arguments: &HashMap<String, serde_json::Value>| {
        Ok(arguments.get("v").cloned().unwrap_or_default())
    });
    tera.register_function("get_url", Safe);
    tera.register_filter(
        "regex_replace",
        |value: &serde_json::Value, arguments: &HashMap<String, serde_json::Value>| {
            let text = |value: Option<&serde_json::Value>| {
                let text = value.and_then(serde_json::Value::as_str);
                text.map(str::to_owned).ok_or("not a string")
            };
            let pattern = regex::Regex::new(&text(arguments.get("pattern"))?);
            let pattern = pattern.map_err(|error| error.to_string())?;
            let rep = text(arguments.get("rep"))?;
            let done = pattern.replace_all(&text(Some(value))?, rep).into_owned();
            Ok(done.into())
        },
    );
    tera.add_raw_templates(
        files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    )
    .map_err(|error| error.to_string())?;
    let context = tera1::Context::from_value(context.clone()).map_err(|error| error.to_string())?;
    // Some corners of the language are not written out in Tera 1: it panics there.
    std::panic::catch_unwind(AssertUnwindSafe(|| tera.render(main, &context)))
        .map_err(|_| "it panics".to_owned())?
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

/// What came of comparing.
#[derive(Default)]
pub(super) struct Compared {
    /// Cases that render in both.
    pub(super) rendered: usize,
    /// Cases that do not come out the same.
    pub(super) differences: Vec<String>,
}

pub(super) fn compare(cases: &serde_json::Value, context: &serde_json::Value) -> Compared {
    let mut compared = Compared::default();
    for case in cases.as_array().into_iter().flatten() {
        let (files, main) = set(case);
        let (ours, theirs) = (ours(&files, &main, context), theirs(&files, &main, context));
        let same = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => {
                compared.rendered += 1;
                ours == theirs
            }
            (Err(_), Err(_)) => true,
            _ => false,
        };
        if !same {
            let difference = format!("{case}\n  ours:   {ours:?}\n  theirs: {theirs:?}");
            compared.differences.push(difference);
        }
    }
    compared
}

pub(super) fn differences(cases: &serde_json::Value, context: &serde_json::Value) -> Vec<String> {
    compare(cases, context).differences
}
