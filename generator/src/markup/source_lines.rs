//! Which place of the author's file a place of the expanded source comes from.

use std::cell::Cell;

use crate::fields::Place;

/// A stretch of the expanded source.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// Where it begins, in bytes.
    from: usize,
    /// The author's place there.
    place: Place,
    /// Whether lines and columns go on counting within it: not in what a shortcode made.
    counts: bool,
}

/// The author's lines.
#[derive(Debug, Default)]
pub(super) struct SourceLines {
    stretches: Vec<Stretch>,
    /// What was asked last: number of the stretch, byte and place. Questions mostly go forward, and
    /// counting anew from the start each time would take for ever in a long text.
    last: Cell<Option<(usize, usize, Place)>>,
}

impl SourceLines {
    /// From here on the author's own text stands, beginning at that place.
    pub(super) fn copied(&mut self, from: usize, place: Place) {
        self.stretches.push(Stretch {
            from,
            place,
            counts: true,
        });
    }

    /// From here on stands what the call at that place made.
    pub(super) fn made(&mut self, from: usize, place: Place) {
        self.stretches.push(Stretch {
            from,
            place,
            counts: false,
        });
    }

    /// The author's place for a place of the expanded source.
    pub(super) fn place(&self, text: &str, at: usize) -> Option<Place> {
        let index = self
            .stretches
            .partition_point(|stretch| stretch.from <= at)
            .checked_sub(1)?;
        let stretch = self.stretches.get(index)?;
        if !stretch.counts {
            return Some(stretch.place);
        }
        let (from, place) = match self.last.get() {
            Some((known, from, place)) if known == index && from <= at => (from, place),
            _ => (stretch.from, stretch.place),
        };
        let place = place.after(text.get(from..at)?);
        self.last.set(Some((index, at, place)));
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::SourceLines;
    use crate::fields::Place;

    #[test]
    fn what_a_call_made_is_at_the_place_of_the_call() {
        let mut lines = SourceLines::default();
        let text = "a\nb\nX\nX\nc\nd";
        lines.copied(0, Place::at(5, 1));
        lines.made(4, Place::at(7, 3));
        lines.copied(7, Place::at(7, 9));
        assert_eq!(lines.place(text, 2), Some(Place::at(6, 1)));
        assert_eq!(lines.place(text, 6), Some(Place::at(7, 3)));
        assert_eq!(lines.place(text, 7), Some(Place::at(7, 9)));
        assert_eq!(lines.place(text, 10), Some(Place::at(9, 1)));
        assert_eq!(lines.place(text, 8), Some(Place::at(8, 1)));
    }
}
