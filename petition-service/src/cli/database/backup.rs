//! `petition-service backup`: the whole database in one file, while the service runs.

use std::io;
use std::path::{Path, PathBuf};

use super::progress::progress;
use super::{block_on, list};
use crate::cli::{load, say};
use crate::store::{self, Address, Copied};

/// What a backup cannot hold.
pub(super) const NOT_IN_IT: &str = "Not in it: `secrets.key`, the private key of the seals, the configuration, and forms \
     that wait in the journal. Without `secrets.key` a restored service would not know its signers again: \
     keep it elsewhere, as you keep the private key.";

/// Write the whole database into one file, as it is at one moment; the service may be running
///
/// The file is an SQLite database, whichever engine the service uses, and `restore` brings it back on
/// either. Rows stay sealed. The file appears under its name when it is whole, only its owner may read
/// it, and nothing is written over. `secrets.key`, the private key, the configuration and the journal
/// are not in it.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Configuration file; the environment (PETITION_SERVICE__…) lies over it
    #[arg(short, long)]
    config: Option<PathBuf>,
    /// The file to make. It must not exist yet
    #[arg(long, value_name = "FILE", conflicts_with = "folder")]
    to: Option<PathBuf>,
    /// Make the file in this folder, with the time in its name
    #[arg(long, value_name = "FOLDER", required_unless_present = "to")]
    folder: Option<PathBuf>,
    /// In that folder keep only so many of the files made with `--folder`, the newest
    #[arg(long, value_name = "NUMBER", requires = "folder", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

pub(in crate::cli) fn run(args: &Args) -> anyhow::Result<()> {
    let config = load(args.config.as_deref())?;
    let now = crate::domain::Clock::system().now();
    let name = format!("{START}{}{END}", now.format("%Y%m%dT%H%M%SZ"));
    let file = match (&args.to, &args.folder) {
        (Some(file), _) => file.clone(),
        (None, Some(folder)) => folder.join(name),
        (None, None) => PathBuf::from(name),
    };
    let copied = block_on(back_up(&config.database, &file))?;
    let (list, file) = (list(&copied), file.display());
    say(
        io::stdout(),
        &format!("{list}\nBackup: {file}\n{NOT_IN_IT}"),
    );
    if let (Some(folder), Some(keep)) = (&args.folder, args.keep) {
        let gone = tidy(folder, usize::try_from(keep)?)?;
        say(io::stdout(), &format!("{gone} older backups were removed."));
    }
    Ok(())
}

pub(super) async fn back_up(database: &Address, file: &Path) -> anyhow::Result<Copied> {
    Ok(store::back_up(database, file, &mut progress()).await?)
}

const START: &str = "petitions-";
const END: &str = ".backup";

/// Removes all but the newest; their names are their times. Other files are left alone.
pub(super) fn tidy(folder: &Path, keep: usize) -> io::Result<usize> {
    let mut files = Vec::new();
    for file in folder.read_dir()? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        let time = name
            .strip_prefix(START)
            .and_then(|rest| rest.strip_suffix(END));
        if time.is_some_and(|time| time.len() == "20261125T120000Z".len()) {
            files.push(file.path());
        }
    }
    files.sort();
    files.truncate(files.len().saturating_sub(keep));
    for file in &files {
        std::fs::remove_file(file)?;
    }
    Ok(files.len())
}
