//! Groundswell's generator: from sources to a site, in stages that are pure values.
//!
//! ```text
//! disk ─▶ source::scan ─▶ SourceTree          path ─▶ bytes                                   (reads)
//!          content::parse  ─▶ ParsedContent     typed front matter + body text, per file        pure, parallel
//!          graph::resolve  ─▶ SiteGraph         addresses, sections, order, taxonomies          pure, heads only
//!          markup::render  ─▶ Bodies            HTML, table of contents, summary, links out     pure, parallel
//!          view::freeze    ─▶ SiteView          graph + bodies as shared template values        pure
//!          outputs::plan   ─▶ Vec<OutputTask>   what must exist, before any of it is made       pure
//!          outputs::render ─▶ Rendered          bytes + requests (images), per task             pure, parallel
//!          emit::apply     ─▶ disk or memory                                                    (writes)
//! ```
//!
//! `engine` alone knows the order. `ARCHITECTURE.md` states who may import whom.

pub mod campaign;
pub mod cli;
pub mod content;
#[cfg(feature = "dev")]
pub mod dev;
pub mod diagnostic;
pub mod emit;
pub mod engine;
pub mod fields;
pub mod graph;
pub mod markup;
pub mod migrate;
pub mod outputs;
pub mod serve;
pub mod settings;
pub mod source;
pub mod template;
pub mod view;
