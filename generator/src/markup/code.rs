//! Code: plain, or in colours.

use pulldown_cmark::CodeBlockKind;

use super::colours::Colours;
use crate::fields::Place;

/// A block of code being read.
pub(super) struct CodeBlock {
    /// What its fence says; none where it says nothing.
    info: Option<String>,
    text: String,
    /// Where it stands in the source file, where known.
    place: Option<Place>,
}

/// A block as HTML, and what was amiss.
pub(super) struct Shown {
    pub(super) html: String,
    /// The language for which there is no grammar.
    pub(super) unknown: Option<String>,
    /// Why it is shown without colours.
    pub(super) failed: Option<String>,
    pub(super) place: Option<Place>,
}

/// Words after the language that say how code is shown.
const OPTIONS: [&str; 4] = ["linenos", "linenostart", "hl_lines", "hide_lines"];

impl CodeBlock {
    /// Opens a block that begins at a place.
    pub(super) fn open(kind: &CodeBlockKind<'_>, place: Option<Place>) -> Self {
        let info = match kind {
            CodeBlockKind::Fenced(info) if !info.trim().is_empty() => Some(info.to_string()),
            _ => None,
        };
        Self {
            info,
            text: String::new(),
            place,
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The block as HTML.
    pub(super) fn show(&self, colours: Option<&Colours>) -> Shown {
        let mut shown = Shown {
            html: String::new(),
            unknown: None,
            failed: None,
            place: self.place,
        };
        let Some(colours) = colours else {
            shown.html = self.plain();
            return shown;
        };
        let fence = giallo::parse_markdown_fence(self.info.as_deref().unwrap_or_default());
        // Options without a language are no wish for one.
        if !fence.lang.is_empty() && !colours.knows(&fence.lang) {
            shown.unknown = Some(fence.lang.clone());
        }
        match colours.html(&self.text, fence) {
            Ok(html) => shown.html = html,
            Err(reason) => {
                shown.html = self.plain();
                shown.failed = Some(reason);
            }
        }
        shown
    }

    fn plain(&self) -> String {
        let mut html = String::from("<pre><code");
        let lang = self.info.as_deref().map(language);
        if let Some(lang) = lang.filter(|lang| *lang != "plain") {
            html.push_str(" data-lang=\"");
            escape(lang, &mut html);
            html.push('"');
        }
        html.push('>');
        escape(&self.text, &mut html);
        html.push_str("</code></pre>\n");
        html
    }
}

/// The first word of a fence that is no option.
fn language(info: &str) -> &str {
    info.split(',')
        .map(str::trim)
        .find(|token| !token.contains('=') && !OPTIONS.contains(token))
        .unwrap_or_default()
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
}
