//! Entry point.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A build makes many small values on all threads at once, and lets go of them at its end.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    groundswell::cli::run()
}
