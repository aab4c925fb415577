//! What the site consists of: a plan of all files, then each file made on its own.

mod artifact;
mod feeds;
pub mod images;
mod minify;
mod pagers;
mod plan;
mod plan_lists;
mod render;
mod sass;
mod search;
mod sitemap;
mod welcome;

pub use artifact::{Artifact, InMemory, OutputPath, Shelf};
pub use plan::{OutputTask, plan};
pub use render::{Materials, comes_early, render, search_file, style};
