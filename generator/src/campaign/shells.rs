//! The page shells: the theme's page with two marks in it, for the pages that the service makes.

use campaign_file::{SHELL_MAIN, SHELL_TITLE};
use indexmap::IndexMap;
use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::settings::Settings;
use crate::template::{Context, Scope, Templates};

/// Renders the shell template for one language.
pub(super) fn render(
    template: &str,
    code: &str,
    settings: &Settings,
    templates: &Templates,
    scope: &Scope<'_>,
    config: &Value,
) -> Result<String, Diagnostic> {
    let path = if code == settings.default_language {
        "/".to_owned()
    } else {
        format!("/{code}/")
    };
    let marks: IndexMap<String, Value> = [
        ("title".to_owned(), Value::from(SHELL_TITLE)),
        ("main".to_owned(), Value::from(SHELL_MAIN)),
    ]
    .into_iter()
    .collect();
    let address = format!("{}{path}", settings.base_url.trim_end_matches('/'));
    let context = Context::new()
        .with("config", config.clone())
        .with("lang", code)
        .with("current_path", path)
        .with("current_url", address)
        .with("shell", Value::from(marks));
    let shell = templates
        .render(template, &context, scope)
        .map_err(|fault| match fault.file {
            // The template itself is missing.
            None => fault.in_file("groundswell.toml").about("campaign.shell"),
            Some(_) => fault,
        })?;
    let marks = shell.matches(SHELL_MAIN).count();
    if marks == 1 {
        return Ok(shell);
    }
    Err(Diagnostic::error(format!(
        "the shell of the service's pages shows `shell.main` {marks} times, but must show it once"
    ))
    .in_file(format!("templates/{template}"))
    .hint("print it where a page's content goes: {{ shell.main | safe }}"))
}
