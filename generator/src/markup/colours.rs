//! Colours in code: grammars and themes as in VS Code, one set for all threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use giallo::{HighlightOptions, HtmlRenderer, ParsedFence, Registry, RenderOptions, ThemeVariant};

use crate::diagnostic::{Diagnostic, Outcome};
use crate::settings::{HighlightStyle, HighlightThemes, HighlightingSettings, Settings};
use crate::source;

/// What classes of coloured code begin with.
const CLASS_PREFIX: &str = "z-";

/// Line numbers further from zero than this are a slip of the pen.
const LAST_LINE_NUMBER: isize = 1_000_000_000;

/// Colours code as the settings say.
#[derive(Debug)]
pub struct Colours {
    settings: HighlightingSettings,
    registry: Arc<Registry>,
}

impl Colours {
    /// Those of the site; none where code is shown plain. The grammars are read once a process.
    #[must_use]
    pub fn load(settings: &Settings) -> Outcome<Option<Self>> {
        let Some(highlighting) = &settings.markdown.highlighting else {
            return Outcome::clean(None);
        };
        let file = &settings.config_file;
        let faulty = |faults: Vec<Diagnostic>| Outcome {
            value: None,
            diagnostics: faults,
        };
        let registry = match registry(highlighting, settings.root()) {
            Ok(registry) => registry,
            Err(faults) => return faulty(faults),
        };
        let faults: Vec<Diagnostic> = names(&highlighting.themes)
            .into_iter()
            .filter(|theme| !registry.contains_theme(theme))
            .map(|theme| {
                Diagnostic::error(format!("There is no theme `{theme}` for code"))
                    .in_file(file.clone())
                    .hint("name one of giallo's themes, or add its file to `extra_themes`")
            })
            .collect();
        if !faults.is_empty() {
            return faulty(faults);
        }
        Outcome::clean(Some(Self {
            settings: highlighting.clone(),
            registry,
        }))
    }

    /// Whether an unknown language stops the build.
    pub(super) fn language_must_be_known(&self) -> bool {
        self.settings.error_on_missing_language
    }

    /// Whether there is a grammar for a language.
    pub(super) fn knows(&self, language: &str) -> bool {
        self.registry.contains_grammar(language)
    }

    /// Code as HTML, as its fence says.
    ///
    /// # Errors
    /// What the grammar cannot do.
    pub(super) fn html(&self, code: &str, fence: ParsedFence) -> Result<String, String> {
        let themes = match &self.settings.themes {
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
            css_class_prefix: match self.settings.style {
                HighlightStyle::Inline => None,
                HighlightStyle::Class => Some(CLASS_PREFIX.to_owned()),
            },
        };
        let options = RenderOptions {
            // Numbers at the end of what a machine can count would make the renderer fail.
            line_number_start: fence
                .options
                .line_number_start
                .clamp(-LAST_LINE_NUMBER, LAST_LINE_NUMBER),
            ..fence.options
        };
        // Grammars are programs of others: one that fails must not take the whole build with it.
        let work = AssertUnwindSafe(|| {
            let coloured = self.registry.highlight(code, &how)?;
            Ok::<String, giallo::Error>(renderer.render(&coloured, &options))
        });
        match catch_unwind(work) {
            Ok(html) => html.map_err(|error| error.to_string()),
            Err(_) => Err("its grammar fails on it".to_owned()),
        }
    }

    /// The style sheet of a theme.
    ///
    /// # Errors
    /// There is no such theme.
    pub fn sheet(&self, theme: &str) -> Result<String, Diagnostic> {
        self.registry
            .generate_css(theme, CLASS_PREFIX)
            .map_err(|error| Diagnostic::error(error.to_string()))
    }
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
        } => vec![
            ("giallo-light.css", light_theme),
            ("giallo-dark.css", dark_theme),
        ],
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

type Key = Vec<(PathBuf, Option<SystemTime>)>;

/// The grammars and themes of a site, kept until its own ones change.
fn registry(
    settings: &HighlightingSettings,
    root: &Path,
) -> Result<Arc<Registry>, Vec<Diagnostic>> {
    static KEPT: Mutex<Option<(Key, Arc<Registry>)>> = Mutex::new(None);
    let key: Key = settings
        .extra_grammars
        .iter()
        .chain(&settings.extra_themes)
        .map(|file| {
            let path = root.join(file);
            let changed = source::modified(&path);
            (path, changed)
        })
        .collect();
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, registry)) = &*kept
        && *of == key
    {
        return Ok(Arc::clone(registry));
    }
    let registry = Arc::new(extended(settings, root)?);
    *kept = Some((key, Arc::clone(&registry)));
    Ok(registry)
}

fn extended(settings: &HighlightingSettings, root: &Path) -> Result<Registry, Vec<Diagnostic>> {
    let mut registry = Registry::builtin().map_err(|error| {
        vec![Diagnostic::error(format!(
            "The grammars cannot be read: {error}"
        ))]
    })?;
    let mut faults = Vec::new();
    // Giallo takes only paths: `source` says whether the file is there, giallo reads it.
    let mut add = |file: &str, what: &str, add: &mut dyn FnMut(&Path) -> Result<(), String>| {
        let path = root.join(file);
        let added = if source::is_file(&path) {
            add(&path)
        } else {
            Err("there is no such file".to_owned())
        };
        if let Err(reason) = added {
            faults.push(
                Diagnostic::error(format!("This {what} cannot be read: {reason}"))
                    .in_file(file)
                    .hint("it is a JSON file as VS Code knows it, named below the site's folder"),
            );
        }
    };
    for file in &settings.extra_grammars {
        add(file, "grammar", &mut |path| {
            let added = registry.add_grammar_from_path(path);
            added.map_err(|error| error.to_string())
        });
    }
    for file in &settings.extra_themes {
        add(file, "theme", &mut |path| {
            let added = registry.add_theme_from_path(path);
            added.map_err(|error| error.to_string())
        });
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    registry.link_grammars();
    Ok(registry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colours() -> Colours {
        let settings = HighlightingSettings {
            error_on_missing_language: false,
            style: HighlightStyle::Class,
            themes: HighlightThemes::Single {
                theme: "nord".to_owned(),
            },
            extra_grammars: Vec::new(),
            extra_themes: Vec::new(),
        };
        let registry = registry(&settings, Path::new(".")).expect("giallo's own");
        Colours { settings, registry }
    }

    #[test]
    fn fences_that_ask_for_the_impossible_end_all_the_same() {
        let colours = colours();
        for fence in [
            "rust,linenos,linenostart=9223372036854775807",
            "rust,linenos,linenostart=-9223372036854775808",
            "rust,hl_lines=0-99999999999 99999999999999999999999-1",
            "rust,hide_lines=1-9",
            "nope,=,==,a=b=c",
        ] {
            let fence = giallo::parse_markdown_fence(fence);
            let html = colours.html("let a = \"é\u{202e}\";\r\n\0\n", fence);
            assert!(
                html.expect("HTML")
                    .starts_with("<pre class=\"giallo z-code\">")
            );
        }
    }

    #[test]
    fn a_sheet_is_made_of_a_theme_that_is_there() {
        let sheet = colours().sheet("nord").expect("a theme");
        assert!(sheet.contains(".z-code {"), "{sheet}");
        assert!(colours().sheet("nope").is_err());
    }
}
