//! The command line: Zola's commands and flags, and our own.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// A static site generator for awareness campaigns.
#[derive(Debug, Parser)]
#[command(name = "groundswell", version, about)]
pub(super) struct Cli {
    /// Folder of the site
    #[arg(short, long, default_value = ".")]
    pub(super) root: PathBuf,
    /// Configuration to use instead of zola.toml or config.toml
    #[arg(short, long)]
    pub(super) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Begin a new site
    Init(InitArgs),
    /// Build the site into its output folder
    Build(BuildArgs),
    /// Serve the site to its author, rebuilt at each change
    Serve(ServeArgs),
    /// Look for mistakes without building anything
    Check(CheckArgs),
    /// Rewrite the configuration and front matter of a site made for Zola before 0.22
    Migrate(MigrateArgs),
    /// Print what a shell needs to complete this program's commands and flags
    Completion(CompletionArgs),
    /// Write the man pages; for whoever makes a package
    #[command(hide = true)]
    Man(ManArgs),
    /// Try the whole campaign on this machine: site, petition service and a mailbox
    #[cfg(feature = "dev")]
    Dev(DevArgs),
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Folder to make
    #[arg(default_value = ".")]
    pub(super) name: PathBuf,
    /// Also where there are files already
    #[arg(short, long)]
    pub(super) force: bool,
}

/// Arguments of `build`.
#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// Address of the site, instead of the configuration's base_url
    #[arg(short = 'u', long)]
    pub(super) base_url: Option<String>,
    /// Where to write the site, relative to the working folder
    #[arg(short, long)]
    pub(super) output_dir: Option<PathBuf>,
    /// Overwrite the folder given with --output-dir
    #[arg(short, long)]
    pub(super) force: bool,
    /// Build drafts too
    #[arg(long)]
    pub(super) drafts: bool,
    /// Where to write the campaign file, relative to the working folder; with --base-url,
    /// --output-dir or --drafts it is written nowhere else
    #[arg(long, value_name = "FILE")]
    pub(super) campaign: Option<PathBuf>,
    /// Minify HTML
    #[arg(long)]
    pub(super) minify: bool,
    /// Build although nothing changed since the last build
    #[arg(long)]
    pub(super) fresh: bool,
    /// Say what each stage and template cost; builds although nothing changed
    #[arg(long)]
    pub(super) timings: bool,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Address to listen on
    #[arg(short, long, default_value = "127.0.0.1")]
    pub(super) interface: IpAddr,
    /// Port to listen on; 0: any that is free
    #[arg(short, long, default_value_t = DEFAULT_PORT)]
    pub(super) port: u16,
    /// Where --store-html writes the site, relative to the working folder
    #[arg(short, long)]
    pub(super) output_dir: Option<PathBuf>,
    /// Overwrite the folder given with --output-dir
    #[arg(long)]
    pub(super) force: bool,
    /// Address under which the site is reached, instead of interface and port
    #[arg(short = 'u', long)]
    pub(super) base_url: Option<String>,
    /// Show drafts too
    #[arg(long)]
    pub(super) drafts: bool,
    /// Open the site in the browser
    #[arg(short = 'O', long)]
    pub(super) open: bool,
    /// Also write the site to the output folder
    #[arg(long)]
    pub(super) store_html: bool,
    /// With --store-html: also write the campaign file, here, relative to the working folder
    #[arg(long, value_name = "FILE", requires = "store_html")]
    pub(super) campaign: Option<PathBuf>,
    /// Accepted for Zola's sake: every rebuild is whole, and fast
    #[arg(short, long)]
    pub(super) fast: bool,
    /// With --base-url: do not append the port
    #[arg(long)]
    pub(super) no_port_append: bool,
    /// Another path to watch, relative to the root; may be repeated
    #[arg(long)]
    pub(super) extra_watch_path: Vec<PathBuf>,
    /// Milliseconds of quiet before a rebuild
    #[arg(short, long, default_value_t = 150, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) debounce: u64,
}

/// The port where nobody names one.
pub(super) const DEFAULT_PORT: u16 = 1111;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Check drafts too
    #[arg(long)]
    pub(super) drafts: bool,
    /// Do not look whether links to other sites work
    #[arg(long)]
    pub(super) skip_external_links: bool,
}

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Rewrite without asking
    #[arg(short, long, conflicts_with = "dry_run")]
    pub(super) yes: bool,
    /// Only show what would change
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
}

/// Arguments of `completion`.
#[derive(Debug, Args)]
pub(super) struct CompletionArgs {
    /// The shell
    pub(super) shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The folder for the pages, which must be there
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: PathBuf,
}

/// Arguments of `dev`.
#[cfg(feature = "dev")]
#[derive(Debug, Args)]
pub(super) struct DevArgs {
    /// Address to listen on
    #[arg(short, long, default_value = "127.0.0.1")]
    pub(super) interface: IpAddr,
    /// Port to listen on; 0: any that is free
    #[arg(short, long, default_value_t = DEFAULT_PORT)]
    pub(super) port: u16,
    /// Address under which the site is reached, taken as it is, instead of interface and port
    #[arg(short = 'u', long)]
    pub(super) base_url: Option<String>,
    /// Settings of the petition service laid over those for development (TOML)
    #[arg(long)]
    pub(super) service_config: Option<PathBuf>,
    /// Hide drafts
    #[arg(long)]
    pub(super) no_drafts: bool,
    /// Open the site in the browser
    #[arg(short = 'O', long)]
    pub(super) open: bool,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_flag_of_zola_is_known() {
        for line in [
            "-r x -c y build",
            "--root x --config y build -u b -o d -f --drafts --minify",
            "build --base-url b --output-dir d --force",
            "serve -i 0.0.0.0 -p 0 -o d --force -u b --drafts -O --store-html -f -d 5",
            "serve --interface ::1 --port 80 --output-dir d --base-url b --open --fast",
            "serve --no-port-append --extra-watch-path a --extra-watch-path b --debounce 1",
            "check --drafts --skip-external-links",
            "init",
            "init x -f",
            "init --force",
            "completion bash",
            "completion elvish",
            "completion fish",
            "completion powershell",
            "completion zsh",
        ] {
            let words = ["groundswell"].into_iter().chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
        for line in ["", "build -r x", "serve -d 0", "completion dash", "nope"] {
            let words = ["groundswell"].into_iter().chain(line.split_whitespace());
            assert!(Cli::try_parse_from(words).is_err(), "{line}");
        }
    }

    #[test]
    fn short_f_means_force_in_build_and_fast_in_serve_as_in_zola() {
        let cli = Cli::try_parse_from(["groundswell", "build", "-f", "-o", "x"]).unwrap();
        assert!(matches!(cli.command, Command::Build(args) if args.force));
        let cli = Cli::try_parse_from(["groundswell", "serve", "-f"]).unwrap();
        assert!(matches!(cli.command, Command::Serve(args) if args.fast && !args.force));
    }
}
