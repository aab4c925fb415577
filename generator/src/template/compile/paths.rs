//! Paths of variables taken apart: `a.b`, `a[0]`, `a["x y"]`, `a[b.c]`.

use super::{Path, Step};
use crate::template::values::Stride;

/// Takes a path apart, as the parser wrote it down.
pub(super) fn path(written: &str) -> Path {
    let mut parts = Parts { rest: written };
    let head = parts.word().to_owned();
    let mut steps = Vec::new();
    while let Some(step) = parts.step() {
        steps.push(step);
    }
    Path {
        written: written.to_owned(),
        head,
        steps,
    }
}

struct Parts<'a> {
    rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Up to the next dot or bracket.
    fn word(&mut self) -> &'a str {
        let end = self.rest.find(['.', '[']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        word
    }

    fn step(&mut self) -> Option<Step> {
        if let Some(rest) = self.rest.strip_prefix('.') {
            self.rest = rest;
            return Some(Step::Key(Stride::new(self.word())));
        }
        let rest = self.rest.strip_prefix('[')?;
        let end = closing(rest);
        let (inner, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.rest = tail.strip_prefix(']').unwrap_or(tail);
        let inner = inner.trim();
        // A backtick quotes strings, but no keys: Tera 1 looks for a variable of that name.
        let quoted = ['"', '\'']
            .iter()
            .find_map(|quote| inner.strip_prefix(*quote)?.strip_suffix(*quote));
        Some(match quoted {
            Some(key) => Step::Key(Stride::new(key)),
            None if inner.bytes().all(|byte| byte.is_ascii_digit()) => {
                Step::Key(Stride::new(inner))
            }
            None => Step::Variable(path(inner)),
        })
    }
}

/// Where the bracket that is open closes, quotes and inner brackets skipped.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 0 => return at,
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Step, path};

    fn show(written: &str) -> String {
        let path = path(written);
        let mut text = path.head.clone();
        for step in &path.steps {
            match step {
                Step::Key(key) => text.push_str(&format!("/{}", key.key())),
                Step::Variable(inner) => text.push_str(&format!("/({})", inner.written)),
            }
        }
        text
    }

    #[test]
    fn paths_are_taken_apart() {
        assert_eq!(show("a"), "a");
        assert_eq!(show("a.b.0"), "a/b/0");
        assert_eq!(show("a[0].b"), "a/0/b");
        assert_eq!(show("a[\"x.y\"]['z']"), "a/x.y/z");
        assert_eq!(show("a[b[c.d]].e"), "a/(b[c.d])/e");
    }
}
