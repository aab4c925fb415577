//! The tags of a text and the places where they open. The syntax tree holds no places, but its tags stand in the order
//! of the text: the n-th tag of the tree is the n-th of the text.

use crate::fields::Place;

/// A tag with what opens and closes it.
pub(in crate::template) struct Tag<'a> {
    /// Where it opens.
    pub(in crate::template) place: Place,
    pub(in crate::template) text: &'a str,
}

impl<'a> Tag<'a> {
    /// Its first word: what a tag `{%` does.
    pub(in crate::template) fn keyword(&self) -> &'a str {
        keyword(self.text)
    }

    /// Whether it is a tag `{%` that does this.
    pub(in crate::template) fn is_statement(&self, keyword: &str) -> bool {
        self.text.starts_with("{%") && self.keyword() == keyword
    }

    /// One of its words, the first being the keyword.
    pub(in crate::template) fn word(&self, index: usize) -> &'a str {
        let inner = self.text.trim_start_matches(['{', '%', '-']);
        let inner = inner.trim_end_matches(['}', '%', '-']);
        inner.split_whitespace().nth(index).unwrap_or_default()
    }
}

/// The tags `{{` and `{%` of a text, in order; comments and raw text hold none.
pub(in crate::template) fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut place = Place::at(1, 1);
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        place = place.after(before);
        let close = match from.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                place = place.after("{");
                rest = from.get(1..).unwrap_or_default();
                continue;
            }
        };
        let end = tag_end(from, close);
        let (tag, after) = from.split_at_checked(end).unwrap_or((from, ""));
        if close != "#}" {
            tags.push(Tag { place, text: tag });
        }
        place = place.after(tag);
        rest = after;
        if close == "%}" && keyword(tag) == "raw" {
            // Raw text ends with its own tag, whatever stands between.
            let end = find_endraw(rest);
            let (raw, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            place = place.after(raw);
            rest = after;
        }
    }
    tags
}

/// Length of the tag at the head of `text`; what closes it is not looked for in strings.
fn tag_end(text: &str, close: &str) -> usize {
    let mut quote: Option<u8> = None;
    let bytes = text.as_bytes();
    let mut at = 2;
    while at < bytes.len() {
        let byte = bytes.get(at).copied().unwrap_or_default();
        match quote {
            Some(open) if open == byte => quote = None,
            Some(_) => {}
            None if close != "#}" && matches!(byte, b'"' | b'\'' | b'`') => quote = Some(byte),
            None if bytes
                .get(at..)
                .is_some_and(|rest| rest.starts_with(close.as_bytes())) =>
            {
                return at + close.len();
            }
            None => {}
        }
        at += 1;
    }
    text.len()
}

fn keyword(tag: &str) -> &str {
    tag.trim_start_matches(['{', '%', '-'])
        .trim_start()
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .next()
        .unwrap_or_default()
}

fn find_endraw(text: &str) -> usize {
    text.match_indices("{%")
        .map(|(at, _)| at)
        .find(|at| keyword(text.get(*at..).unwrap_or_default()) == "endraw")
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::tags;

    fn tag_lines(text: &str) -> Vec<usize> {
        tags(text).iter().map(|tag| tag.place.line).collect()
    }

    #[test]
    fn tags_in_comments_and_raw_text_do_not_count() {
        let text = "{{ a }}\n{# {{ b }} #}\n{% raw %}\n{{ c }}{% if %}\n{% endraw %}\n{{ '}}' ~ \"\n\" }}\n{%- if x -%}{ {% endif %}";
        assert_eq!(tag_lines(text), [1, 3, 5, 6, 8, 8]);
    }

    #[test]
    fn an_open_end_is_no_trouble() {
        assert_eq!(tag_lines("{{ a"), [1]);
        assert_eq!(tag_lines("{"), [] as [usize; 0]);
    }
}
