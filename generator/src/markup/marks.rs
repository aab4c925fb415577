//! Marks in the source that stand for finished HTML while the Markdown is parsed: private
//! characters of Unicode around a number, which no author types.

const OPEN: char = '\u{F0000}';
const CLOSE: char = '\u{F0001}';

/// The mark of that number.
pub(super) fn mark(number: usize) -> String {
    format!("{OPEN}{number}{CLOSE}")
}

/// A text that holds no marks: an author's own private characters of this kind are taken away.
pub(super) fn without(text: &str) -> String {
    if text.contains([OPEN, CLOSE]) {
        text.replace([OPEN, CLOSE], "")
    } else {
        text.to_owned()
    }
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Mark(usize),
}

/// Whether there is any mark.
pub(super) fn any(text: &str) -> bool {
    text.contains(OPEN)
}

/// A text, split at its marks.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once(OPEN) {
        if !before.is_empty() {
            parts.push(Part::Text(before));
        }
        match from.split_once(CLOSE) {
            Some((number, after)) => {
                if let Ok(number) = number.parse() {
                    parts.push(Part::Mark(number));
                }
                rest = after;
            }
            None => rest = from,
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// A text with something else in place of each mark.
pub(super) fn replaced<'p>(text: &str, with: impl Fn(usize) -> Option<&'p str>) -> String {
    parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => text,
            Part::Mark(number) => with(number).unwrap_or_default(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Part, mark, parts, replaced, without};

    #[test]
    fn marks_are_found_again() {
        let text = format!("a{}b{}", mark(0), mark(12));
        assert_eq!(
            parts(&text),
            [
                Part::Text("a"),
                Part::Mark(0),
                Part::Text("b"),
                Part::Mark(12)
            ]
        );
        assert_eq!(replaced(&text, |n| (n == 0).then_some("x")), "axb");
        assert_eq!(without(&text), "a0b12");
    }
}
