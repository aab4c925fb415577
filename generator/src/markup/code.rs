//! Code: in the one form that it has without colours.

use pulldown_cmark::CodeBlockKind;

/// A block of code being read.
pub(super) struct CodeBlock {
    language: Option<String>,
    text: String,
}

/// Words after the language that say how code is shown.
const OPTIONS: [&str; 4] = ["linenos", "linenostart", "hl_lines", "hide_lines"];

impl CodeBlock {
    /// Opens a block; the language is the first word of its fence that is no option.
    pub(super) fn open(kind: &CodeBlockKind<'_>) -> Self {
        let language = match kind {
            CodeBlockKind::Fenced(info) if !info.trim().is_empty() => {
                let first = info
                    .split(',')
                    .map(str::trim)
                    .find(|token| !token.contains('=') && !OPTIONS.contains(token));
                Some(first.unwrap_or_default().to_owned())
            }
            _ => None,
        };
        Self {
            language,
            text: String::new(),
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The block as HTML.
    pub(super) fn html(&self) -> String {
        let mut html = String::from("<pre><code");
        if let Some(language) = &self.language {
            html.push_str(" data-lang=\"");
            escape(language, &mut html);
            html.push('"');
        }
        html.push('>');
        escape(&self.text, &mut html);
        html.push_str("</code></pre>\n");
        html
    }
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
