//! What keeps a template from running without an end, or from filling the machine's memory.

use tera::Value;

use super::fault::{Fault, Rendering};

/// Turns of loops and calls of templates and macros, for one file: far more than a page can use,
/// and over within some seconds.
const MOST_STEPS: u64 = if cfg!(test) { 100_000 } else { 20_000_000 };

/// Bytes of one text.
const LONGEST_TEXT: usize = 64 * 1024 * 1024;

/// Bytes of one file that is made.
const LARGEST_FILE: usize = 256 * 1024 * 1024;

/// Items of a list that a template makes, those of the lists in it included.
const MOST_ITEMS: usize = 1_000_000;

/// Whoever counted so many items need not count on.
pub(super) const ENOUGH: usize = MOST_ITEMS + 1;

/// Lists within each other.
const DEEPEST_LIST: usize = 50;

/// What one rendering did so far.
#[derive(Debug, Default)]
pub(super) struct Steps(u64);

impl Steps {
    /// One more turn or call, with so much text written.
    ///
    /// # Errors
    /// It was one too many.
    pub(super) fn step(&mut self, written: &str) -> Rendering<()> {
        self.0 += 1;
        if self.0 > MOST_STEPS {
            return Err(Fault::new(format!(
                "The loops and calls for one file are more than {MOST_STEPS}, which would not end soon"
            ))
            .hint("look for a loop within a loop, or a macro or component that calls itself more than once"));
        }
        file(written.len())
    }

    /// Those of a rendering that did so many before.
    pub(super) fn after(count: u64) -> Self {
        Self(count)
    }

    /// How many there were.
    pub(super) fn count(&self) -> u64 {
        self.0
    }
}

/// Whether one file may become so long.
///
/// # Errors
/// It may not.
pub(super) fn file(len: usize) -> Rendering<()> {
    if len <= LARGEST_FILE {
        return Ok(());
    }
    Err(Fault::new(format!(
        "One file becomes larger than {} MiB here",
        LARGEST_FILE / 1024 / 1024
    ))
    .hint("show less in one page, for instance with pagination"))
}

/// Whether a text may become so long.
///
/// # Errors
/// It may not.
pub(super) fn text(len: usize) -> Rendering<()> {
    if len <= LONGEST_TEXT {
        return Ok(());
    }
    Err(Fault::new(format!(
        "A text becomes longer than {} MiB here",
        LONGEST_TEXT / 1024 / 1024
    ))
    .hint("look for a loop that makes the same text longer each time"))
}

/// Whether so many items may be made.
///
/// # Errors
/// They may not.
pub(super) fn items(count: usize) -> Rendering<()> {
    if count <= MOST_ITEMS {
        return Ok(());
    }
    Err(
        Fault::new(format!("A list gets more than {MOST_ITEMS} items here"))
            .hint("look for a loop that makes the same list longer each time"),
    )
}

/// Whether a list that a template made is neither too large nor too deep: texts and lists in it
/// are shared, so that a few turns of a loop make one that no memory could hold when printed.
///
/// # Errors
/// It is.
pub(super) fn list(value: &Value) -> Rendering<()> {
    let mut left = (MOST_ITEMS, LONGEST_TEXT);
    weigh(value, 0, &mut left)
}

fn weigh(value: &Value, depth: usize, left: &mut (usize, usize)) -> Rendering<()> {
    if let Some(part) = value.as_str() {
        left.1 = left
            .1
            .checked_sub(part.len())
            .map_or_else(|| text(usize::MAX).map(|()| 0), Ok)?;
    }
    let Some(found) = value.as_array() else {
        return Ok(());
    };
    if depth >= DEEPEST_LIST {
        return Err(Fault::new(format!(
            "A list gets more than {DEEPEST_LIST} levels deep here"
        ))
        .hint(
            "look for a loop that puts a list into itself; to add items, write `| concat(with=…)`",
        ));
    }
    left.0 = left
        .0
        .checked_sub(found.len())
        .map_or_else(|| items(usize::MAX).map(|()| 0), Ok)?;
    found
        .iter()
        .try_for_each(|item| weigh(item, depth + 1, left))
}

/// Whether a value's JSON, about so long, may become a text.
///
/// # Errors
/// It may not.
pub(super) fn json(value: &Value) -> Rendering<()> {
    let mut len = 0;
    measure(value, &mut len)
}

fn measure(value: &Value, len: &mut usize) -> Rendering<()> {
    *len += value.as_str().map_or(4, |part| part.len() + 3);
    text(*len)?;
    if let Some(found) = value.as_array() {
        return found.iter().try_for_each(|item| measure(item, len));
    }
    let Some(map) = value.as_map() else {
        return Ok(());
    };
    map.iter().try_for_each(|(_, value)| {
        *len += 8;
        measure(value, len)
    })
}
