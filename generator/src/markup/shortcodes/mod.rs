//! Shortcodes: calls of templates within Markdown.

mod expand;
mod grammar;

pub(super) use expand::{Expanded, HtmlPiece, expand};
