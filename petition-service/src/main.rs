//! Entry point.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A form allocates some hundred times, on whichever thread: the system's allocator takes a tenth of the
/// service's time under load.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    petition_service::cli::run()
}
