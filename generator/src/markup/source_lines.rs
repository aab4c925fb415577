//! Which line of the author's file a place of the expanded source comes from.

/// A stretch of the expanded source.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// Where it begins, in bytes.
    from: usize,
    /// The author's line there.
    line: usize,
    /// Whether lines go on counting within it: not in what a shortcode made.
    counts: bool,
}

/// The author's lines.
#[derive(Debug, Default)]
pub(super) struct SourceLines {
    stretches: Vec<Stretch>,
}

impl SourceLines {
    /// From here on the author's own text stands, beginning in that line.
    pub(super) fn copied(&mut self, from: usize, line: usize) {
        self.stretches.push(Stretch {
            from,
            line,
            counts: true,
        });
    }

    /// From here on stands what the call in that line made.
    pub(super) fn made(&mut self, from: usize, line: usize) {
        self.stretches.push(Stretch {
            from,
            line,
            counts: false,
        });
    }

    /// The author's line at a place of the expanded source.
    pub(super) fn line(&self, text: &str, at: usize) -> Option<usize> {
        let index = self
            .stretches
            .partition_point(|stretch| stretch.from <= at)
            .checked_sub(1)?;
        let stretch = self.stretches.get(index)?;
        if !stretch.counts {
            return Some(stretch.line);
        }
        let between = text.as_bytes().get(stretch.from..at)?;
        Some(stretch.line + between.iter().filter(|byte| **byte == b'\n').count())
    }
}

#[cfg(test)]
mod tests {
    use super::SourceLines;

    #[test]
    fn what_a_call_made_is_on_the_line_of_the_call() {
        let mut lines = SourceLines::default();
        let text = "a\nb\nX\nX\nc\nd";
        lines.copied(0, 5);
        lines.made(4, 7);
        lines.copied(8, 7);
        assert_eq!(lines.line(text, 2), Some(6));
        assert_eq!(lines.line(text, 6), Some(7));
        assert_eq!(lines.line(text, 10), Some(8));
    }
}
