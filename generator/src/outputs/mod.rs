//! What the site consists of: a plan of all files, then each file made on its own.

mod artifact;
pub mod images;
mod sass;
mod search;

pub use artifact::{Artifact, OutputPath};
