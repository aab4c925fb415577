//! The templates that the body of one page or section may call.

use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::markup::{ShortcodeKind, TemplateCalls};

use super::context::Context;
use super::load::Templates;
use super::scope::Scope;

/// Shortcodes, heading links and summary marks for one body.
pub struct BodyTemplates<'a> {
    templates: &'a Templates,
    /// `config`, `lang`, and `page` or `section`.
    context: Context,
    scope: Scope<'a>,
}

impl<'a> BodyTemplates<'a> {
    /// For a body whose shortcodes see `context` (`config`, `lang`, and `page` or `section`).
    #[must_use]
    pub fn new(templates: &'a Templates, context: Context, scope: Scope<'a>) -> Self {
        Self {
            templates,
            context,
            scope,
        }
    }
}

impl TemplateCalls for BodyTemplates<'_> {
    fn shortcode_kind(&self, name: &str) -> Option<ShortcodeKind> {
        if self.templates.contains(&format!("shortcodes/{name}.html")) {
            Some(ShortcodeKind::Html)
        } else if self.templates.contains(&format!("shortcodes/{name}.md")) {
            Some(ShortcodeKind::Markdown)
        } else {
            None
        }
    }

    fn render(
        &self,
        template: &str,
        variables: Vec<(String, Value)>,
    ) -> Result<String, Diagnostic> {
        let mut context = Context::new();
        for (name, value) in variables {
            context.insert(name, value);
        }
        if template.starts_with("shortcodes/") {
            for (name, value) in self.context.iter() {
                context.insert(name, value.clone());
            }
        }
        self.templates.render(template, &context, &self.scope)
    }
}
