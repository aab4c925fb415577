//! The command line and what it prints. The only module that prints.

mod args;
mod build;
mod check;
#[cfg(feature = "dev")]
mod dev;
mod init;
mod last_build;
mod listen;
mod migrate;
mod report;
mod serve;

use std::io::{BufReader, stdin, stdout};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};

/// Why a command ended without success. What the author must know was said already, or is the
/// error's text.
#[derive(Debug)]
enum Stop {
    /// The faults were shown.
    Shown,
    /// To be shown.
    Because(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Because(error.into())
    }
}

/// Does what the command line asks; the exit code is 0, or 1 if it could not be done (2 if the
/// command line itself is wrong).
#[must_use]
pub fn run() -> ExitCode {
    let Cli {
        root,
        config,
        command,
    } = Cli::parse();
    let site = Site { root, config };
    let result = match command {
        Command::Init(args) => {
            init::run(&args, &mut BufReader::new(stdin()), &mut stdout()).map_err(Stop::Because)
        }
        Command::Build(args) => build::run(&site, &args),
        Command::Serve(args) => serve::run(&site, &args),
        Command::Check(args) => check::run(&site, &args),
        Command::Migrate(args) => {
            migrate::run(&site, &args, &mut BufReader::new(stdin()), &mut stdout())
        }
        Command::Completion(args) => {
            completion(args.shell, &mut stdout());
            Ok(())
        }
        Command::Man(args) => man(&args.out).map_err(Stop::from),
        #[cfg(feature = "dev")]
        Command::Dev(args) => dev::run(&site, &args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Shown) => ExitCode::FAILURE,
        Err(Stop::Because(error)) => {
            report::fail(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes `groundswell.1` and a page for each command.
fn man(folder: &std::path::Path) -> std::io::Result<()> {
    clap_mangen::generate_to(Cli::command(), folder)
}

/// Writes what a shell needs to complete commands and flags.
fn completion(shell: clap_complete::Shell, out: &mut dyn std::io::Write) {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    // A reader that went away wants no more of it.
    let _gone = out.write_all(&script);
}

/// Which site the command is about.
struct Site {
    root: std::path::PathBuf,
    config: Option<std::path::PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap_complete::Shell;

    #[test]
    fn every_shell_gets_its_completion() {
        for shell in [
            Shell::Bash,
            Shell::Elvish,
            Shell::Fish,
            Shell::PowerShell,
            Shell::Zsh,
        ] {
            let mut said = Vec::new();
            super::completion(shell, &mut said);
            let said = String::from_utf8(said).expect("text");
            assert!(said.contains("skip-external-links"), "{shell}: {said}");
        }
    }
}
