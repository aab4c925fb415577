//! Colours in code: grammars and themes as in VS Code, one set for all threads.

mod newer;
mod older;
mod registry;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use giallo::ParsedFence;

use crate::diagnostic::{Diagnostic, Outcome};
use crate::settings::{Dialect, HighlightStyle, HighlightThemes, HighlightingSettings, Settings};

/// What classes of coloured code begin with.
const CLASS_PREFIX: &str = "z-";

/// The sheets of a site with two themes.
const LIGHT_SHEET: &str = "giallo-light.css";
const DARK_SHEET: &str = "giallo-dark.css";

/// Line numbers further from zero than this are a slip of the pen.
const LAST_LINE_NUMBER: isize = 1_000_000_000;

/// What one generation of giallo knows and makes.
trait Palette: std::fmt::Debug + Send + Sync {
    /// Whether there is a grammar for a language.
    fn knows(&self, language: &str) -> bool;

    /// Whether there is a theme of this name.
    fn has_theme(&self, theme: &str) -> bool;

    /// Code as HTML.
    fn html(
        &self,
        code: &str,
        fence: ParsedFence,
        settings: &HighlightingSettings,
    ) -> Result<String, String>;

    /// The style sheet of a theme; `name` is that of its file.
    fn sheet(&self, name: &str, theme: &str) -> Result<String, String>;
}

/// Colours code as the settings say.
#[derive(Debug)]
pub struct Colours {
    settings: HighlightingSettings,
    palette: Arc<dyn Palette>,
}

impl Colours {
    /// Those of the site; none where code is shown plain. The grammars are read once a process.
    #[must_use]
    pub fn load(settings: &Settings, dialect: Dialect) -> Outcome<Option<Self>> {
        let Some(highlighting) = &settings.markdown.highlighting else {
            return Outcome::clean(None);
        };
        let file = &settings.config_file;
        let faulty = |faults: Vec<Diagnostic>| Outcome {
            value: None,
            diagnostics: faults,
        };
        let palette = match palette(highlighting, settings.root(), dialect) {
            Ok(palette) => palette,
            Err(faults) => return faulty(faults),
        };
        let faults: Vec<Diagnostic> = names(&highlighting.themes)
            .into_iter()
            .filter(|theme| !palette.has_theme(theme))
            .map(|theme| {
                Diagnostic::error(format!("There is no theme `{theme}` for code"))
                    .in_file(file.clone())
                    .hint("name one of giallo's themes, or add its file to `extra_themes`")
                    .about(highlighting.themes.key_of(theme))
            })
            .collect();
        if !faults.is_empty() {
            return faulty(faults);
        }
        Outcome::clean(Some(Self {
            settings: highlighting.clone(),
            palette,
        }))
    }

    /// Whether an unknown language stops the build.
    pub(super) fn language_must_be_known(&self) -> bool {
        self.settings.error_on_missing_language
    }

    /// Whether there is a grammar for a language.
    pub(super) fn knows(&self, language: &str) -> bool {
        self.palette.knows(language)
    }

    /// Code as HTML, as its fence says.
    ///
    /// # Errors
    /// What the grammar cannot do.
    pub(super) fn html(&self, code: &str, mut fence: ParsedFence) -> Result<String, String> {
        // Numbers at the end of what a machine can count would make the renderer fail.
        let start = &mut fence.options.line_number_start;
        *start = (*start).clamp(-LAST_LINE_NUMBER, LAST_LINE_NUMBER);
        // Grammars are programs of others: one that fails must not take the whole build with it.
        let work = AssertUnwindSafe(|| self.palette.html(code, fence, &self.settings));
        catch_unwind(work).unwrap_or_else(|_| Err("its grammar fails on it".to_owned()))
    }

    /// The style sheet of a theme, for the file of this name.
    ///
    /// # Errors
    /// There is no such theme.
    pub fn sheet(&self, name: &str, theme: &str) -> Result<String, Diagnostic> {
        self.palette.sheet(name, theme).map_err(Diagnostic::error)
    }
}

/// The grammars and themes of a dialect, with the site's own ones.
fn palette(
    settings: &HighlightingSettings,
    root: &Path,
    dialect: Dialect,
) -> Result<Arc<dyn Palette>, Vec<Diagnostic>> {
    Ok(match dialect {
        Dialect::Zola022 => registry::kept(&older::KEPT, settings, root)?,
        Dialect::Zola023 => registry::kept(&newer::KEPT, settings, root)?,
    })
}

/// Names of the style sheets that the site needs for its code, each with its theme.
#[must_use]
pub fn sheets(settings: &Settings) -> Vec<(&'static str, &str)> {
    let Some(highlighting) = &settings.markdown.highlighting else {
        return Vec::new();
    };
    if highlighting.style == HighlightStyle::Inline {
        return Vec::new();
    }
    match &highlighting.themes {
        HighlightThemes::Single { theme } => vec![("giallo.css", theme)],
        HighlightThemes::Dual {
            light_theme,
            dark_theme,
        } => vec![(LIGHT_SHEET, light_theme), (DARK_SHEET, dark_theme)],
    }
}

fn names(themes: &HighlightThemes) -> Vec<&str> {
    match themes {
        HighlightThemes::Single { theme } => vec![theme],
        HighlightThemes::Dual {
            light_theme,
            dark_theme,
        } => vec![light_theme, dark_theme],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::DataAttributes;

    fn colours(dialect: Dialect) -> Colours {
        let settings = HighlightingSettings {
            error_on_missing_language: false,
            style: HighlightStyle::Class,
            themes: HighlightThemes::Single {
                theme: "nord".to_owned(),
            },
            extra_grammars: Vec::new(),
            extra_themes: Vec::new(),
            data_attr_position: DataAttributes::Code,
        };
        let palette = palette(&settings, Path::new("."), dialect).expect("giallo's own");
        Colours { settings, palette }
    }

    #[test]
    fn fences_that_ask_for_the_impossible_end_all_the_same() {
        let older = colours(Dialect::Zola022);
        let newer = colours(Dialect::Zola023);
        for fence in [
            "rust,linenos,linenostart=9223372036854775807",
            "rust,linenos,linenostart=-9223372036854775808",
            "rust,hl_lines=0-99999999999 99999999999999999999999-1",
            "rust,hide_lines=1-9",
            "nope,=,==,a=b=c",
        ] {
            for colours in [&older, &newer] {
                let fence = giallo::parse_markdown_fence(fence);
                let html = colours.html("let a = \"é\u{202e}\";\r\n\0\n", fence);
                let html = html.expect("HTML");
                assert!(html.starts_with("<pre class=\"giallo z-code\""), "{html}");
            }
        }
    }

    #[test]
    fn a_sheet_is_made_of_a_theme_that_is_there() {
        for dialect in [Dialect::Zola022, Dialect::Zola023] {
            let colours = colours(dialect);
            let sheet = colours.sheet("giallo.css", "nord").expect("a theme");
            assert!(sheet.contains(".z-code {"), "{sheet}");
            assert!(colours.sheet("giallo.css", "nope").is_err());
        }
        let colours = colours(Dialect::Zola023);
        let dark = colours.sheet(DARK_SHEET, "nord").expect("a theme");
        assert!(dark.contains(".z-d-code {"), "{dark}");
    }
}
