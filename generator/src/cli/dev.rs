//! `dev`: the whole campaign on this machine.

use super::args::DevArgs;
use super::{Site, Stop};

/// Runs `dev`.
pub(super) fn run(_site: &Site, _args: &DevArgs) -> Result<(), Stop> {
    Ok(())
}
