//! The words of a page, for the search index.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static TEXT_ONLY: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::new();
    builder
        .tags(HashSet::new())
        .tag_attributes(HashMap::new())
        .generic_attributes(HashSet::new())
        .allowed_classes(HashMap::new())
        .link_rel(None)
        .clean_content_tags(["script", "style", "pre"].into_iter().collect());
    builder
});

/// `html` without tags and without the content of `script`, `style` and `pre`; entities stay as
/// they are. White space shrinks to one space, blank lines go; at most `limit` characters.
#[must_use]
pub(crate) fn plain_text(html: &str, limit: Option<usize>) -> String {
    let clean = TEXT_ONLY.clean(html).to_string();
    let mut text = String::with_capacity(clean.len());
    for line in clean.lines() {
        let mut first_word = true;
        for word in line.split_whitespace() {
            if !text.is_empty() {
                text.push(if first_word { '\n' } else { ' ' });
            }
            first_word = false;
            text.push_str(word);
        }
    }
    if let Some(limit) = limit
        && let Some((end, _)) = text.char_indices().nth(limit)
    {
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn tags_scripts_and_code_go_and_words_stay() {
        let html = "<h1 id=\"a\">Een  kop</h1>\n<p>Tekst &amp; <b>meer</b></p>\n\n\
                    <script>alert(1)</script><style>p{}</style><pre><code>let x;</code></pre>\n<p>slot</p>";
        assert_eq!(plain_text(html, None), "Een kop\nTekst &amp; meer\nslot");
    }

    #[test]
    fn the_limit_counts_characters() {
        assert_eq!(plain_text("مرحبا بالعالم", Some(5)), "مرحبا");
        assert_eq!(plain_text("ab", Some(5)), "ab");
        assert_eq!(plain_text("ab", Some(0)), "");
    }
}
