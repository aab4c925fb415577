//! The search index of a language.

mod text;

pub use text::plain_text;
