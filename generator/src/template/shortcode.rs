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
    /// Whether a text of a template is rendered, which is no template itself.
    is_filter: bool,
}

impl<'a> BodyTemplates<'a> {
    /// For a body whose shortcodes see `context` (`config`, `lang`, and `page` or `section`).
    #[must_use]
    pub fn new(templates: &'a Templates, context: Context, scope: Scope<'a>) -> Self {
        Self {
            templates,
            context,
            scope,
            is_filter: false,
        }
    }

    /// The same for the filter `markdown`.
    #[must_use]
    pub fn as_filter(mut self) -> Self {
        self.is_filter = true;
        self
    }
}

impl TemplateCalls for BodyTemplates<'_> {
    fn whole(
        &self,
        source: &str,
        file: &str,
        first_line: usize,
    ) -> Option<Result<String, Diagnostic>> {
        let native = self.templates.native()?;
        if self.is_filter {
            return Some(Ok(source.to_owned()));
        }
        Some(native.render_content(source, (file, first_line), &self.context, &self.scope))
    }

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
