//! The templates that the body of one page or section may call.

use std::cell::OnceCell;

use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::markup::{ShortcodeKind, TemplateCalls};

use super::context::Context;
use super::load::Templates;
use super::scope::Scope;

/// Shortcodes, heading links and summary marks for one body.
pub struct BodyTemplates<'a> {
    templates: &'a Templates,
    /// `config`, `lang`, and `page` or `section`: made when the first shortcode is called, since
    /// most bodies call none.
    context: OnceCell<Context>,
    make_context: &'a dyn Fn() -> Context,
    scope: Scope<'a>,
    /// Whether a text of a template is rendered, which is no template itself.
    is_filter: bool,
}

impl<'a> BodyTemplates<'a> {
    /// For a body whose shortcodes see what `context` makes (`config`, `lang`, and `page` or
    /// `section`).
    #[must_use]
    pub fn new(
        templates: &'a Templates,
        context: &'a dyn Fn() -> Context,
        scope: Scope<'a>,
    ) -> Self {
        Self {
            templates,
            context: OnceCell::new(),
            make_context: context,
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
        let context = self.context.get_or_init(self.make_context);
        Some(native.render_content(source, (file, first_line), context, &self.scope))
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
            let own = self.context.get_or_init(self.make_context);
            for (name, value) in own.iter() {
                context.insert(name, value.clone());
            }
        }
        self.templates.render(template, &context, &self.scope)
    }
}
