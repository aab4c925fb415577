//! The variables in sight: a frame for the template, for each include, macro and loop.

use tera::Value;
use tera::value::Key;
use unicode_segmentation::UnicodeSegmentation;

use crate::template::compile::{Compiled, ForLoop, Step};
use crate::template::context::Context;
use crate::template::fault::{Fault, Rendering};
use crate::template::{limits, outline, values};

/// What opened a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    Template,
    Include,
    Macro,
    Loop,
}

struct Frame<'a> {
    kind: FrameKind,
    template: &'a Compiled,
    variables: Vec<(&'a str, Value)>,
    turns: Option<Loop<'a>>,
}

/// What a loop goes over.
enum Turns {
    /// A list: held as the value that shares it.
    List(Value),
    /// Characters of a text as people see them.
    Characters(Vec<Value>),
    /// Keys and values.
    Entries(Vec<(Value, Value)>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    No,
    Turn,
    Loop,
}

/// A loop under way.
pub(super) struct Loop<'a> {
    key: Option<&'a str>,
    value: &'a str,
    turns: Turns,
    current: usize,
    leaving: Leaving,
}

impl<'a> Loop<'a> {
    /// A loop over a value.
    pub(super) fn over(each: &'a ForLoop, container: Value) -> Rendering<Self> {
        let with_key = each.key.is_some();
        let turns = if container.is_array() {
            Turns::List(container)
        } else if let Some(text) = container.as_str() {
            limits::items(text.graphemes(true).take(limits::ENOUGH).count())?;
            Turns::Characters(text.graphemes(true).map(Value::from).collect())
        } else if let Some(map) = container.as_map() {
            if !with_key {
                return Err(
                    Fault::new("A loop over a map needs a name for its keys too")
                        .hint(format!("write `for key, {} in …`", each.value)),
                );
            }
            Turns::Entries(
                map.iter()
                    .map(|(key, value)| (key_value(key), outline::unrolled(value).into_owned()))
                    .collect(),
            )
        } else {
            return Err(Fault::new(format!(
                "A loop goes over a list, a map or a string, not over {}",
                values::kind(&container)
            ))
            .hint("to count, write `for i in range(end=…)`"));
        };
        if with_key && !matches!(turns, Turns::Entries(_)) {
            return Err(
                Fault::new("Only a map can be looped over with a key and a value")
                    .hint(format!("write `for {} in …`", each.value)),
            );
        }
        Ok(Self {
            key: each.key.as_deref(),
            value: &each.value,
            turns,
            current: 0,
            leaving: Leaving::No,
        })
    }

    pub(super) fn len(&self) -> usize {
        match &self.turns {
            Turns::List(list) => list.as_array().map_or(0, <[Value]>::len),
            Turns::Characters(characters) => characters.len(),
            Turns::Entries(entries) => entries.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn current(&self) -> Option<&Value> {
        match &self.turns {
            Turns::List(list) => list.as_array()?.get(self.current),
            Turns::Characters(characters) => characters.get(self.current),
            Turns::Entries(entries) => entries.get(self.current).map(|(_, value)| value),
        }
    }

    fn current_key(&self) -> Option<&Value> {
        match &self.turns {
            Turns::Entries(entries) => entries.get(self.current).map(|(key, _)| key),
            _ => None,
        }
    }

    fn find(&self, head: &str, steps: &[Step]) -> Option<Value> {
        if self.key == Some(head) && steps.is_empty() {
            return self.current_key().cloned();
        }
        if head == "loop" {
            let [Step::Key(step)] = steps else {
                return None;
            };
            return match step.key() {
                "index" => Some(Value::from(self.current as u64 + 1)),
                "index0" => Some(Value::from(self.current as u64)),
                "first" => Some(Value::from(self.current == 0)),
                "last" => Some(Value::from(self.current + 1 == self.len())),
                _ => None,
            };
        }
        if head == self.value {
            return walk(self.current()?, steps);
        }
        None
    }
}

fn key_value(key: &Key<'_>) -> Value {
    Value::from(values::key_text(key))
}

fn walk(value: &Value, steps: &[Step]) -> Option<Value> {
    let mut value = value;
    for (index, step) in steps.iter().enumerate() {
        // The renderer has put keys in the place of variables.
        let Step::Key(step) = step else { return None };
        value = step.follow(value)?;
        if let Some(list) = outline::unroll(value) {
            return walk(&list, steps.get(index + 1..).unwrap_or_default());
        }
    }
    Some(value.clone())
}

pub(super) struct Stack<'a> {
    frames: Vec<Frame<'a>>,
    context: &'a Context,
    bottom: &'a Compiled,
}

impl<'a> Stack<'a> {
    pub(super) fn new(context: &'a Context, template: &'a Compiled) -> Self {
        let mut stack = Self {
            frames: Vec::new(),
            context,
            bottom: template,
        };
        stack.push(FrameKind::Template, template, Vec::new());
        stack
    }

    pub(super) fn push(
        &mut self,
        kind: FrameKind,
        template: &'a Compiled,
        variables: Vec<(&'a str, Value)>,
    ) {
        self.frames.push(Frame {
            kind,
            template,
            variables,
            turns: None,
        });
    }

    pub(super) fn push_loop(&mut self, turns: Loop<'a>) {
        self.frames.push(Frame {
            kind: FrameKind::Loop,
            template: self.template(),
            variables: Vec::new(),
            turns: Some(turns),
        });
    }

    pub(super) fn pop(&mut self) {
        self.frames.pop();
    }

    /// The template whose blocks and macros are in sight.
    pub(super) fn template(&self) -> &'a Compiled {
        self.frames
            .last()
            .map_or(self.bottom, |frame| frame.template)
    }

    /// The value at the end of a way. Where a nearer variable of that name does not lead on, a
    /// farther one is tried, as in Tera 1.
    pub(super) fn find(&self, head: &str, steps: &[Step]) -> Option<Value> {
        for frame in self.frames.iter().rev() {
            let own = frame.variables.iter().find(|(name, _)| *name == head);
            let found = own
                .and_then(|(_, value)| walk(value, steps))
                .or_else(|| frame.turns.as_ref()?.find(head, steps));
            if found.is_some() {
                return found;
            }
            if matches!(frame.kind, FrameKind::Macro | FrameKind::Template) {
                break;
            }
        }
        walk(self.context.get(head)?, steps)
    }

    /// Sets a variable here, or outside the loops around.
    pub(super) fn assign(&mut self, name: &'a str, global: bool, value: Value) {
        let frame = if global {
            self.frames
                .iter_mut()
                .rev()
                .find(|frame| frame.kind != FrameKind::Loop)
        } else {
            self.frames.last_mut()
        };
        let Some(frame) = frame else { return };
        match frame.variables.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => frame.variables.push((name, value)),
        }
    }

    fn innermost_loop(&mut self, word: &str) -> Rendering<&mut Loop<'a>> {
        self.frames
            .last_mut()
            .and_then(|frame| frame.turns.as_mut())
            .ok_or_else(|| {
                Fault::new(format!("`{word}` stands outside a loop"))
                    .hint("write it between {% for %} and {% endfor %}, in no template of its own")
            })
    }

    pub(super) fn break_loop(&mut self) -> Rendering<()> {
        self.innermost_loop("break")?.leaving = Leaving::Loop;
        Ok(())
    }

    pub(super) fn continue_loop(&mut self) -> Rendering<()> {
        self.innermost_loop("continue")?.leaving = Leaving::Turn;
        Ok(())
    }

    fn leaving(&self) -> Leaving {
        self.frames
            .last()
            .and_then(|frame| frame.turns.as_ref())
            .map_or(Leaving::No, |turns| turns.leaving)
    }

    /// Whether the rest of the body is skipped.
    pub(super) fn leaves_body(&self) -> bool {
        self.leaving() != Leaving::No
    }

    /// Whether the innermost loop is over.
    pub(super) fn ends_loop(&self) -> bool {
        self.leaving() == Leaving::Loop
    }

    /// The next turn of the innermost loop: what the last one set is gone.
    pub(super) fn next_turn(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.variables.clear();
            if let Some(turns) = &mut frame.turns {
                turns.current += 1;
                turns.leaving = Leaving::No;
            }
        }
    }

    /// Names in sight, to guess at what was meant.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .frames
            .iter()
            .flat_map(|frame| {
                let own = frame.variables.iter().map(|(name, _)| (*name).to_owned());
                let turns = frame.turns.iter();
                own.chain(turns.flat_map(|turns| {
                    turns
                        .key
                        .into_iter()
                        .chain([turns.value])
                        .map(str::to_owned)
                }))
            })
            .collect();
        names.extend(self.context.iter().map(|(name, _)| name.to_owned()));
        names
    }

    /// Everything in sight as pretty JSON (`__tera_context`).
    pub(super) fn dump(&self) -> String {
        let mut seen = serde_json::Map::new();
        for (name, value) in self.context.iter() {
            seen.insert(name.to_owned(), values::json(value));
        }
        for frame in &self.frames {
            if frame.kind == FrameKind::Macro {
                seen.clear();
            }
            if let Some(turns) = &frame.turns {
                for (name, value) in [
                    (turns.key, turns.current_key()),
                    (Some(turns.value), turns.current()),
                ] {
                    if let (Some(name), Some(value)) = (name, value) {
                        seen.insert(name.to_owned(), values::json(value));
                    }
                }
            }
            for (name, value) in &frame.variables {
                seen.insert((*name).to_owned(), values::json(value));
            }
        }
        serde_json::to_string_pretty(&seen).unwrap_or_default()
    }
}
