//! The colours of Zola 0.22.

use std::path::Path;
use std::sync::Mutex;

use giallo::{HighlightOptions, HtmlRenderer, ParsedFence, Registry, ThemeVariant};

use super::registry::{Kept, Load};
use super::{CLASS_PREFIX, Palette};
use crate::settings::{HighlightStyle, HighlightThemes, HighlightingSettings};

pub(super) static KEPT: Kept<Registry> = Mutex::new(None);

impl Load for Registry {
    fn builtin() -> Result<Self, String> {
        Self::builtin().map_err(|error| error.to_string())
    }

    fn add_grammar(&mut self, file: &Path) -> Result<(), String> {
        self.add_grammar_from_path(file)
            .map_err(|error| error.to_string())
    }

    fn add_theme(&mut self, file: &Path) -> Result<(), String> {
        self.add_theme_from_path(file)
            .map_err(|error| error.to_string())
    }

    fn link(&mut self) {
        self.link_grammars();
    }
}

impl Palette for Registry {
    fn knows(&self, language: &str) -> bool {
        self.contains_grammar(language)
    }

    fn has_theme(&self, theme: &str) -> bool {
        self.contains_theme(theme)
    }

    fn html(
        &self,
        code: &str,
        fence: ParsedFence,
        settings: &HighlightingSettings,
    ) -> Result<String, String> {
        let themes = match &settings.themes {
            HighlightThemes::Single { theme } => ThemeVariant::Single(theme.as_str()),
            HighlightThemes::Dual {
                light_theme,
                dark_theme,
            } => ThemeVariant::Dual {
                light: light_theme.as_str(),
                dark: dark_theme.as_str(),
            },
        };
        let how = HighlightOptions::new(&fence.lang, themes).fallback_to_plain(true);
        let renderer = HtmlRenderer {
            other_metadata: fence.rest,
            css_class_prefix: match settings.style {
                HighlightStyle::Inline => None,
                HighlightStyle::Class => Some(CLASS_PREFIX.to_owned()),
            },
        };
        let coloured = self
            .highlight(code, &how)
            .map_err(|error| error.to_string())?;
        Ok(renderer.render(&coloured, &fence.options))
    }

    fn sheet(&self, _: &str, theme: &str) -> Result<String, String> {
        self.generate_css(theme, CLASS_PREFIX)
            .map_err(|error| error.to_string())
    }
}
