//! Everything that names Tera: loading templates, evaluating them, their functions and filters.
//!
//! The language is Tera 1's, byte for byte; the values are Tera 2's, shared and never copied.

mod context;
mod effects;
mod load;
mod scope;
mod shortcode;

pub use context::Context;
pub use effects::{Effects, ImageFormat, ImageOperation, ImageRequest};
pub use load::{TemplateSource, Templates, Theme};
pub use scope::{MarkdownFilter, Scope, SiteLookup};
pub use shortcode::BodyTemplates;
