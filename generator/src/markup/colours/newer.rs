//! The colours of Zola 0.23: classes are numbers, and those of two themes bear a letter.

use std::path::Path;
use std::sync::Mutex;

use giallo::ParsedFence;
use giallo05::{
    DataAttrPosition, HighlightOptions, HtmlRenderer, Registry, RenderOptions, ThemeVariant,
};

use super::registry::{Kept, Load};
use super::{CLASS_PREFIX, DARK_SHEET, LIGHT_SHEET, Palette};
use crate::settings::{DataAttributes, HighlightStyle, HighlightThemes, HighlightingSettings};

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
            data_attr_position: match settings.data_attr_position {
                DataAttributes::Pre => DataAttrPosition::Pre,
                DataAttributes::Code => DataAttrPosition::Code,
                DataAttributes::Both => DataAttrPosition::Both,
                DataAttributes::None => DataAttrPosition::None,
            },
            css_class_prefix: match settings.style {
                HighlightStyle::Inline => None,
                HighlightStyle::Class => Some(CLASS_PREFIX.to_owned()),
            },
            ..HtmlRenderer::default()
        };
        // Both giallos read fences alike.
        let options = RenderOptions {
            show_line_numbers: fence.options.show_line_numbers,
            line_number_start: fence.options.line_number_start,
            highlight_lines: fence.options.highlight_lines,
            hide_lines: fence.options.hide_lines,
        };
        let coloured = self
            .highlight(code, &how)
            .map_err(|error| error.to_string())?;
        Ok(renderer.render(&coloured, &options))
    }

    fn sheet(&self, name: &str, theme: &str) -> Result<String, String> {
        let both = || self.generate_dual_css(theme, theme, CLASS_PREFIX);
        let sheet = match name {
            LIGHT_SHEET => both().map(|(light, _)| light),
            DARK_SHEET => both().map(|(_, dark)| dark),
            _ => self.generate_css(theme, CLASS_PREFIX),
        };
        sheet.map_err(|error| error.to_string())
    }
}
