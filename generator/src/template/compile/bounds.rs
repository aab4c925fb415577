//! How far a template may be nested. Parsing, lowering and rendering walk down the tree by calling
//! themselves, and a thread whose stack is used up ends the whole program without a word.

use super::lines::Tag;
use crate::diagnostic::Diagnostic;

/// Operators and filters in one tag: a chain of them is as deep as it is long.
const MOST_OPERATORS: usize = 500;

/// Brackets within brackets in one tag.
const DEEPEST_BRACKETS: usize = 30;

/// Calls within the arguments of calls: with each, the parser takes some three times as long.
const DEEPEST_CALLS: usize = 6;

/// Tags that end with a tag of their own (`if`, `for`, …) within each other.
const DEEPEST_TAGS: usize = 60;

/// Refuses what is nested so deeply that it would use up the stack.
///
/// # Errors
/// The first tag that goes too far, with its place but without its file.
pub(super) fn check(tags: &[Tag<'_>]) -> Result<(), Diagnostic> {
    let mut depth = 0_usize;
    for tag in tags {
        let size = Size::of(tag.text);
        let fault = |message: String| tag.place.mark(Diagnostic::error(message));
        if size.operators > MOST_OPERATORS {
            return Err(fault(format!(
                "This tag holds {} operators and filters, {MOST_OPERATORS} at most",
                size.operators
            ))
            .hint("take it apart with {% set %}, or keep the values in a list"));
        }
        for (what, depth, deepest) in [
            ("brackets", size.brackets, DEEPEST_BRACKETS),
            ("calls", size.calls, DEEPEST_CALLS),
        ] {
            if depth > deepest {
                return Err(fault(format!(
                    "The {what} of this tag are {depth} deep, {deepest} at most"
                ))
                .hint("take it apart with {% set %}"));
            }
        }
        if !tag.text.starts_with("{%") {
            continue;
        }
        match tag.keyword() {
            "if" | "for" | "block" | "macro" | "filter" => depth += 1,
            word if word.starts_with("end") && word != "endraw" => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        if depth > DEEPEST_TAGS {
            return Err(fault(format!(
                "This tag stands within {DEEPEST_TAGS} others that are not ended yet"
            ))
            .hint("end the tags above it, or move what is inside into a template of its own and include it"));
        }
    }
    Ok(())
}

/// How large the expressions of a tag are, strings left out.
#[derive(Default)]
struct Size {
    operators: usize,
    brackets: usize,
    calls: usize,
}

impl Size {
    fn of(tag: &str) -> Self {
        let mut size = Self::default();
        let tag = tag
            .trim_start_matches(['{', '%', '-'])
            .trim_end_matches(['}', '%', '-']);
        let (mut quote, mut word_from) = (None, None);
        // Of each open bracket, whether it opens a call's arguments.
        let mut open_brackets: Vec<bool> = Vec::new();
        for (at, byte) in tag.bytes().enumerate() {
            if let Some(open) = quote {
                quote = (byte != open).then_some(open);
                continue;
            }
            if byte.is_ascii_alphanumeric() || byte == b'_' {
                word_from = word_from.or(Some(at));
                continue;
            }
            let word = word_from.take().and_then(|from| tag.get(from..at));
            let operator = matches!(word, Some("and" | "or" | "not" | "in" | "is"));
            size.operators += usize::from(operator);
            match byte {
                b'"' | b'\'' | b'`' => quote = Some(byte),
                b'(' | b'[' => {
                    open_brackets.push(byte == b'(' && word.is_some() && !operator);
                    let calls = open_brackets.iter().filter(|call| **call).count();
                    size.brackets = size.brackets.max(open_brackets.len());
                    size.calls = size.calls.max(calls);
                    if open_brackets.len() > DEEPEST_BRACKETS {
                        return size;
                    }
                }
                b')' | b']' => {
                    open_brackets.pop();
                }
                b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b'|' | b'<' | b'>' | b'=' => {
                    size.operators += 1;
                }
                _ => {}
            }
        }
        size
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn strings_and_words_in_names_are_no_operators() {
        let size = Size::of(r#"{{ order + "a + (b" ~ f(x=[1], within=2) | safe and not x }}"#);
        // `+`, `~`, two `=`, `|`, `and`, `not`.
        assert_eq!((size.operators, size.brackets, size.calls), (7, 2, 1));
    }
}
