//! Puts a page's content into the page shell of the site's theme.

use askama::Template;
use campaign_file::{SHELL_MAIN, SHELL_TITLE};

use crate::campaign::Voice;

/// The page for hands without a shell: before the first campaign file.
#[derive(Template)]
#[template(path = "plain.html")]
struct Plain<'a> {
    title: &'a str,
    main: &'a str,
}

/// A whole page. `title` is plain text, `main` is HTML.
///
/// The shell is cut at its marks first: a title or a content that holds a mark is text like any
/// other.
pub(super) fn wrap(voice: Option<Voice<'_>>, title: &str, main: &str) -> String {
    let split = voice.and_then(|voice| voice.language.shell.split_once(SHELL_MAIN));
    let Some((before, after)) = split else {
        return render(&Plain { title, main });
    };
    let title = escape(title);
    [
        &before.replace(SHELL_TITLE, &title),
        main,
        &after.replace(SHELL_TITLE, &title),
    ]
    .concat()
}

/// A template's text. Rendering fails only if a value's own `Display` does, and all values here
/// are strings.
pub(super) fn render(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}

/// Text made safe inside HTML, in content and in quoted attributes.
fn escape(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map(|escaped| escaped.to_string())
        .unwrap_or_default()
}
