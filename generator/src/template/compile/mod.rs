//! From a template's text to what the renderer walks: Tera 1's syntax tree, lowered once, with
//! paths taken apart and the line of each tag.

mod bounds;
mod expressions;
mod ir;
mod lines;
mod lower;
mod paths;

pub(super) use ir::{
    Binary, Call, Compare, Compiled, Expr, Fill, ForLoop, Import, Macro, MacroCall, Node, Path,
    Step, Test, What,
};
pub(super) use lines::{Tag, tags};
pub(super) use lower::compile;
