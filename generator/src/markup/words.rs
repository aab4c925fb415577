//! How long a text is.

use unicode_segmentation::UnicodeSegmentation;

/// Words that people read in a minute.
const PER_MINUTE: usize = 200;

/// How long a text is.
pub(super) struct Length {
    pub(super) words: usize,
    pub(super) minutes: usize,
}

impl Length {
    fn of(words: usize, per_minute: usize) -> Self {
        Self {
            words,
            minutes: words.div_ceil(per_minute),
        }
    }
}

/// Words of the Markdown outside fences of code (Unicode Annex 29), read at one speed in all
/// languages.
pub(super) fn length(markdown: &str) -> Length {
    Length::of(count(markdown), PER_MINUTE)
}

/// The same as Zola 0.23 has it: each language at its own speed, Chinese and Japanese by
/// characters.
pub(super) fn length_in(markdown: &str, lang: &str) -> Length {
    match lang.split('-').next().unwrap_or(lang) {
        "zh" => Length::of(characters(markdown), 439),
        "ja" => Length::of(characters(markdown), 653),
        "en" => Length::of(count(markdown), 238),
        "ko" => Length::of(count(markdown), 202),
        _ => length(markdown),
    }
}

fn prose(markdown: &str) -> impl Iterator<Item = &str> {
    markdown.split("```").step_by(2)
}

fn count(markdown: &str) -> usize {
    prose(markdown)
        .map(|part| part.unicode_words().count())
        .sum()
}

/// Letters, of Chinese and Japanese too.
fn characters(markdown: &str) -> usize {
    prose(markdown)
        .map(|part| part.chars().filter(|c| c.is_alphabetic()).count())
        .sum()
}
