//! Entry point.

use std::process::ExitCode;

fn main() -> ExitCode {
    petition_service::cli::run()
}
