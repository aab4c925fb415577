//! Man pages and completions, made from the command line's own description.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;

#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// The folder for the pages, made if it is not there
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct CompletionArgs {
    /// For which shell
    shell: Shell,
}

/// Writes `petition-service.1` and a page for each command.
pub(super) fn man(args: &ManArgs) -> anyhow::Result<()> {
    write(&args.out).with_context(|| format!("{} cannot be written", args.out.display()))
}

fn write(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)
}

pub(super) fn completion(args: &CompletionArgs) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut Cli::command(),
        "petition-service",
        &mut text,
    );
    // A pager that is gone is no failure.
    let _gone = io::Write::write_all(&mut io::stdout(), &text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::{Cli, write};

    #[test]
    fn every_command_and_every_option_says_what_it_is_for() {
        fn look(command: &Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            assert!(command.get_about().is_some(), "{path}");
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                assert!(argument.get_help().is_some(), "{path}: {id}");
            }
            for inner in command.get_subcommands() {
                look(inner, &path);
            }
        }
        look(&Cli::command(), "");
    }

    #[test]
    fn each_command_has_a_man_page() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path()).expect("written");
        for command in [
            "", "-serve", "-backup", "-restore", "-move", "-doctor", "-unseal",
        ] {
            let page = folder.path().join(format!("petition-service{command}.1"));
            let page = std::fs::read_to_string(&page).expect("a page");
            assert!(page.contains(".SH SYNOPSIS"), "{command}");
        }
    }
}
