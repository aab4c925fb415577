//! Everything that names Tera: loading templates, evaluating them, their functions and filters.
//!
//! The language is Tera 1's, byte for byte; the values are Tera 2's, shared and never copied.
//! Templates of Zola 0.23 are Tera 2's own (`native`): same values, same functions.

mod arguments;
mod builtins;
mod compile;
mod context;
mod effects;
mod examples;
mod fault;
mod files;
mod filters;
mod functions;
mod limits;
mod load;
mod native;
mod outline;
mod picture;
mod render;
mod scope;
mod shortcode;
mod testers;
#[cfg(test)]
mod tests;
mod values;

pub use context::Context;
pub use effects::{Cost, Effects, ImageFormat, ImageOperation, ImageRequest, resized_name};
pub use files::Files;
pub use load::{TemplateSource, Templates, Theme};
pub use outline::{OutlineEntry, outline, rolled};
pub use picture::open_picture;
pub use scope::{MarkdownFilter, MarkdownPlace, Scope, ScopeHost, SiteLookup};
pub use shortcode::BodyTemplates;
