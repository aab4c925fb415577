//! All templates of a site, parsed together.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Outcome};

use super::context::Context;
use super::scope::Scope;

/// A template as it lies on disk.
#[derive(Clone, Debug)]
pub struct TemplateSource {
    /// Its name: the path below `templates/`.
    pub name: String,
    /// Its path below the site's root, for messages.
    pub file: String,
    /// What it says.
    pub text: Arc<str>,
}

/// The templates of the theme in use.
#[derive(Clone, Debug)]
pub struct Theme {
    /// The theme's folder below `themes/`.
    pub name: String,
    /// Its templates, named as below its own `templates/`.
    pub templates: Vec<TemplateSource>,
}

/// All templates, immutable.
#[derive(Debug, Default)]
pub struct Templates {}

impl Templates {
    /// Parses the site's templates, the theme's (each under its own name, unless the site has it,
    /// and as `THEME/templates/NAME`) and the built-in ones, and reports every fault of all.
    #[must_use]
    pub fn load(_site: Vec<TemplateSource>, _theme: Option<Theme>) -> Outcome<Self> {
        Outcome::default()
    }

    /// The name under which `name` is found: its own, the theme's, the built-in one's.
    #[must_use]
    pub fn resolve(&self, _name: &str) -> Option<&str> {
        None
    }

    /// Whether `shortcodes/NAME` exists under its own name.
    #[must_use]
    pub fn contains(&self, _name: &str) -> bool {
        false
    }

    /// Renders the template that `name` resolves to.
    ///
    /// # Errors
    /// What went wrong, with the template's file and, where known, its line.
    pub fn render(
        &self,
        name: &str,
        _context: &Context,
        _scope: &Scope<'_>,
    ) -> Result<String, Diagnostic> {
        Err(Diagnostic::error(format!("there is no template `{name}`")))
    }
}
