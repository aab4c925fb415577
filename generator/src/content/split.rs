//! A content file's text, split into front matter and Markdown.

use std::ops::Range;
use std::sync::Arc;

use super::Body;

/// In which language the front matter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    /// Between lines of `+++`.
    Toml,
    /// Between lines of `---`.
    Yaml,
}

/// The two parts of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) format: Fence,
    /// From the end of the opening fence on, so that its first line is that fence's.
    pub(super) front: &'a str,
    /// Line of the opening fence, from 1.
    pub(super) front_line: usize,
    pub(super) body: &'a str,
    /// Line on which the body starts, from 1.
    pub(super) body_line: usize,
}

/// Why there are no two parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SplitError {
    /// The file does not begin with a fence.
    NoFront,
    /// The fence that opens on this line never closes.
    Unclosed(Fence, usize),
}

/// Splits a file as Zola does: white space may stand before the opening fence; the first later
/// fence that only white space follows up to the end of its line closes, even in mid-line.
pub(super) fn split(text: &str) -> Result<Parts<'_>, SplitError> {
    let start = text.trim_start();
    let (format, fence) = if start.starts_with("+++") {
        (Fence::Toml, "+++")
    } else if start.starts_with("---") {
        (Fence::Yaml, "---")
    } else {
        return Err(SplitError::NoFront);
    };
    let opened = text.len() - start.len();
    let front_line = 1 + lines_in(text, opened);
    let front_start = opened + fence.len();
    let rest = text.get(front_start..).unwrap_or_default();
    if !(rest.starts_with('\n') || rest.starts_with("\r\n")) {
        return Err(SplitError::NoFront);
    }
    let unclosed = SplitError::Unclosed(format, front_line);
    for (at, _) in rest.match_indices(fence) {
        let after_at = at + fence.len();
        let Some(after) = rest.get(after_at..) else {
            continue;
        };
        let blank = after.len() - after.trim_start().len();
        let body_at = if blank == after.len() {
            rest.len()
        } else {
            match after.get(..blank).and_then(|gap| gap.rfind('\n')) {
                Some(newline) => after_at + newline + 1,
                None => continue,
            }
        };
        let (Some(front), Some(body)) = (rest.get(..at), rest.get(body_at..)) else {
            continue;
        };
        return Ok(Parts {
            format,
            front,
            front_line,
            body,
            body_line: front_line + lines_in(rest, body_at),
        });
    }
    Err(unclosed)
}

/// Where a file's front matter stands (without its fences), and on which line it begins; none if
/// there is none.
#[must_use]
pub fn front_matter_of(text: &str) -> Option<(Fence, Range<usize>, usize)> {
    let parts = split(text).ok()?;
    let start = text.len() - text.trim_start().len() + "+++".len();
    Some((
        parts.format,
        start..start + parts.front.len(),
        parts.front_line,
    ))
}

fn lines_in(text: &str, end: usize) -> usize {
    text.bytes().take(end).filter(|byte| *byte == b'\n').count()
}

impl Parts<'_> {
    /// The body of the file that was split.
    pub(super) fn to_body(&self, file: &Arc<str>) -> Body {
        Body {
            file: Arc::clone(file),
            // A body reaches to the end of its file.
            start: file.len().saturating_sub(self.body.len()),
            first_line: self.body_line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fence, SplitError, split};

    #[test]
    fn fences_and_lines() {
        let parts = split("\n+++\ntitle = \"a\"\n+++\n\n\nText\n").expect("two parts");
        assert_eq!(parts.format, Fence::Toml);
        assert_eq!(parts.front, "\ntitle = \"a\"\n");
        assert_eq!((parts.front_line, parts.body_line), (2, 7));
        assert_eq!(parts.body, "Text\n");
    }

    #[test]
    fn a_fence_may_close_in_mid_line_and_at_the_end() {
        let parts = split("+++\ntitle=\"a\" +++\nbody").expect("two parts");
        assert_eq!((parts.front, parts.body), ("\ntitle=\"a\" ", "body"));
        let parts = split("---\r\na: 1\r\n---").expect("two parts");
        assert_eq!((parts.format, parts.body), (Fence::Yaml, ""));
        let parts = split("+++\na = \"x +++ y\"\n+++\n  indented").expect("two parts");
        assert_eq!(parts.front, "\na = \"x +++ y\"\n");
        assert_eq!(parts.body, "  indented");
    }

    #[test]
    fn what_is_no_front_matter() {
        assert_eq!(split("Text").map(|_| ()), Err(SplitError::NoFront));
        assert_eq!(split("").map(|_| ()), Err(SplitError::NoFront));
        assert_eq!(split("+++ a\n+++").map(|_| ()), Err(SplitError::NoFront));
        assert_eq!(
            split("\n+++\na = 1\n").map(|_| ()),
            Err(SplitError::Unclosed(Fence::Toml, 2))
        );
    }
}
