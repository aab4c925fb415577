//! What keeps templates of Tera 2 from running without an end: Tera bounds how deep they nest, but not
//! how often a loop turns or how large a value grows. So each tag that repeats or keeps something is
//! followed by one that counts (`{{ __bounds(…) }}`) and prints nothing. Places in messages are told as
//! if it were not there.

use std::cell::{Cell, RefCell};
use std::io;

use tera::{Function, Kwargs, State, Tera, TeraResult, Value};

use super::functions::error;
use crate::template::compile::{Tag, tags};
use crate::template::fault::Rendering;
use crate::template::limits::{self, Steps};

/// The function that counts.
const NAME: &str = "__bounds";

thread_local! {
    /// Turns and calls of what this thread renders.
    static STEPS: Cell<u64> = const { Cell::new(0) };
    /// Where the component that was called last is defined.
    static COMPONENT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A text that is a template.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    /// What the author wrote.
    pub(super) text: &'a str,
    /// The file that holds it.
    pub(super) file: &'a str,
    /// The line of that file on which it begins.
    pub(super) first_line: usize,
}

/// Registers what is counted with.
pub(super) fn register(tera: &mut Tera) {
    tera.register_function(NAME, Bounds);
}

struct Bounds;

impl Function<TeraResult<&'static str>> for Bounds {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<&'static str> {
        let mut counted = Ok(());
        if let Some(place) = kwargs.get::<&str>("at")? {
            COMPONENT.set(Some(place.to_owned()));
            counted = step();
        }
        // What is kept is looked at, what repeats is counted.
        match kwargs.get::<&str>("kept")? {
            None => counted = step(),
            Some(names) => {
                for name in names.split(' ') {
                    let value = state.get::<Value>(name).ok().flatten();
                    counted = counted.and_then(|()| value.as_ref().map_or(Ok(()), fits));
                }
            }
        }
        counted.map_err(error)?;
        Ok("")
    }

    fn is_safe(&self) -> bool {
        true
    }
}

fn step() -> Rendering<()> {
    let mut steps = Steps::after(STEPS.get());
    let done = steps.step("");
    STEPS.set(steps.count());
    done
}

/// Whether a value is small enough to be kept.
fn fits(value: &Value) -> Rendering<()> {
    match value.as_str() {
        Some(text) => limits::text(text.len()),
        None => limits::list(value),
    }
}

/// Renders with counts of its own. Work of another file may be done in between on this thread.
pub(super) fn counted<T>(render: impl FnOnce() -> T) -> T {
    struct Before(u64, Option<String>);
    impl Drop for Before {
        fn drop(&mut self) {
            STEPS.set(self.0);
            COMPONENT.set(self.1.take());
        }
    }
    let _before = Before(STEPS.replace(0), COMPONENT.replace(None));
    render()
}

/// File, line and column of the component that was called last.
pub(super) fn last_component() -> Option<(String, usize, usize)> {
    let place = COMPONENT.with_borrow(Clone::clone)?;
    let mut parts = place.rsplitn(3, ':');
    let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((parts.next()?.to_owned(), line, column))
}

/// A file's text, which may not grow without an end.
#[derive(Default)]
pub(super) struct Page {
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if limits::file(self.bytes.len() + bytes.len()).is_err() {
            self.is_full = true;
            return Err(io::Error::other(""));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Page {
    /// The text, or why there is none.
    pub(super) fn text(self, rendered: TeraResult<()>) -> TeraResult<String> {
        if self.is_full {
            limits::file(usize::MAX).map_err(error)?;
        }
        rendered?;
        Ok(String::from_utf8(self.bytes)?)
    }
}

/// What is put in after a tag.
struct Edit {
    /// Where it begins in the text.
    at: usize,
    text: String,
    /// Line of both; columns of the tag and of what is put in, all from 1.
    line: usize,
    tag: usize,
    column: usize,
}

/// A template with its counting tags.
pub(super) fn with_counts(written: Written<'_>) -> String {
    let source = written.text;
    let mut text = String::with_capacity(source.len() + source.len() / 8);
    let mut done = 0;
    for edit in edits(written) {
        text.push_str(source.get(done..edit.at).unwrap_or_default());
        text.push_str(&edit.text);
        done = edit.at;
    }
    text.push_str(source.get(done..).unwrap_or_default());
    text
}

/// The column that a column of the template with its counting tags has in the source.
pub(super) fn column(written: Written<'_>, line: usize, column: usize) -> usize {
    let mut shift = 0;
    for edit in edits(written).iter().filter(|edit| edit.line == line) {
        let (from, len) = (edit.column + shift, edit.text.chars().count());
        if column < from {
            break;
        }
        if column < from + len {
            return edit.tag;
        }
        shift += len;
    }
    column - shift
}

fn edits(written: Written<'_>) -> Vec<Edit> {
    let tags = tags(written.text);
    tags.iter().filter_map(|tag| edit(written, tag)).collect()
}

fn edit(written: Written<'_>, tag: &Tag<'_>) -> Option<Edit> {
    let inner = tag.text.strip_prefix("{%")?.strip_suffix("%}")?;
    let column = tag.place.column?;
    let arguments = match tag.keyword() {
        "for" => String::new(),
        "set" | "set_global" if inner.contains('=') => {
            let name = tag.word(1);
            format!("kept=\"{}\"", name.get(..word(name)).unwrap_or_default())
        }
        "component" => {
            let names = parameters(inner).join(" ");
            let line = written.first_line + tag.place.line - 1;
            // A name that could end the string is left out.
            let file = written.file.replace(['"', '\\'], "");
            format!("at=\"{file}:{line}:{column}\", kept=\"body {names}\"")
        }
        _ => return None,
    };
    let end = if inner.ends_with('-') { "-}}" } else { "}}" };
    let last = tag.place.after(tag.text);
    let begins = tag.text.as_ptr() as usize - written.text.as_ptr() as usize;
    Some(Edit {
        at: begins + tag.text.len(),
        text: format!("{{{{ {NAME}({arguments}) {end}"),
        line: last.line,
        tag: if last.line == tag.place.line {
            column
        } else {
            1
        },
        column: last.column?,
    })
}

/// How long the word at the head of a text is.
fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

/// The names of a component's parameters.
fn parameters(tag: &str) -> Vec<&str> {
    let list = tag.split_once('(').map_or("", |(_, list)| list);
    let (mut depth, mut quote, mut start) = (0_i32, None, 0);
    let mut names = Vec::new();
    for (at, byte) in list.bytes().enumerate() {
        match (byte, quote) {
            (_, Some(open)) => quote = (byte != open).then_some(open),
            (b'"' | b'\'' | b'`', None) => quote = Some(byte),
            (b'[' | b'{' | b'(', None) => depth += 1,
            (b',' | b')', None) if depth == 0 => {
                names.push(list.get(start..at).unwrap_or_default());
                start = at + 1;
                if byte == b')' {
                    break;
                }
            }
            (b']' | b'}' | b')', None) => depth -= 1,
            _ => {}
        }
    }
    names
        .into_iter()
        .map(|part| part.trim_start_matches([' ', '\n', '\t', '.', '@']))
        .map(|part| part.get(..word(part)).unwrap_or_default())
        .filter(|name| !name.is_empty())
        .collect()
}
