//! How long a text is.

use unicode_segmentation::UnicodeSegmentation;

/// Words that people read in a minute.
pub(super) const PER_MINUTE: usize = 200;

/// Words of the Markdown outside fences of code (Unicode Annex 29).
pub(super) fn count(markdown: &str) -> usize {
    markdown
        .split("```")
        .step_by(2)
        .map(|part| part.unicode_words().count())
        .sum()
}
