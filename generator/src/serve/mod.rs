//! The development server: the last good site from memory, rebuilt whenever a source changes.
//!
//! Pages carry a small script that listens for server-sent events: it reloads the page when the
//! site changed and shows the faults of a build over the last good page until they are mended.

mod inject;
mod live;
mod rebuild;
mod router;
mod watch;

pub use live::Live;
pub use rebuild::{Builder, Built, keep_building};
pub use router::router;
pub use watch::{Watch, watch};
