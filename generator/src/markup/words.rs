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
    prose(markdown).map(words).sum()
}

/// The words of a text (Unicode Annex 29). White space always ends one, and most of what stands
/// between is ASCII, for which the annex comes down to a few rules; all else is left to the library.
fn words(text: &str) -> usize {
    text.split_ascii_whitespace()
        .map(|piece| match piece.is_ascii() {
            true => ascii_words(piece.as_bytes()),
            false => piece.unicode_words().count(),
        })
        .sum()
}

/// The words of a text of ASCII characters without white space.
fn ascii_words(text: &[u8]) -> usize {
    let at = |index: usize| text.get(index).copied().unwrap_or(b' ');
    let joins = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut words = 0;
    let mut index = 0;
    while index < text.len() {
        // Underscores join, and are no word by themselves.
        let mut is_word = false;
        while joins(at(index)) {
            is_word |= at(index) != b'_';
            let (here, next, after) = (at(index), at(index + 1), at(index + 2));
            let bridged = match next {
                b'.' | b'\'' => {
                    (here.is_ascii_alphabetic() && after.is_ascii_alphabetic())
                        || (here.is_ascii_digit() && after.is_ascii_digit())
                }
                b':' => here.is_ascii_alphabetic() && after.is_ascii_alphabetic(),
                b',' | b';' => here.is_ascii_digit() && after.is_ascii_digit(),
                _ => false,
            };
            index += if bridged { 2 } else { 1 };
        }
        words += usize::from(is_word);
        index += 1;
    }
    words
}

/// Letters, of Chinese and Japanese too.
fn characters(markdown: &str) -> usize {
    prose(markdown)
        .map(|part| part.chars().filter(|c| c.is_alphabetic()).count())
        .sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_what_people_take_for_words() {
        for (text, count) in [
            ("", 0),
            ("It's 3.14, isn't it?", 4),
            ("a.b c:d 1,000;5 x,y", 5),
            ("_ __ _a_ *b*", 2),
            ("één twee", 2),
        ] {
            assert_eq!(words(text), count, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn they_are_counted_as_the_annex_says(text in "[ -~\n\t\u{b}\u{1}ab1_.',:;é\u{301}\u{200d}日\u{a0}]{0,40}") {
            prop_assert_eq!(words(&text), text.unicode_words().count());
        }
    }
}
