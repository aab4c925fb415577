//! `petition-service keygen`: the pair of keys of a campaign.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::say;
use crate::domain::seal::PrivateKey;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file for the private key. It must not exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let public = make(&args.out)?;
    say(
        io::stdout(),
        &format!("[sealing]\npublic_key = \"{public}\""),
    );
    let file = args.out.display();
    say(
        io::stderr(),
        &format!(
            "\nThe private key lies in {file}. Write the two lines above into the service's configuration. \
             Take the private key away from the server, to two safe places: whoever has it can read every \
             signature, and without it nobody can."
        ),
    );
    Ok(())
}

/// Makes a pair and writes the private key; never over a file, for an old key is the only way to
/// what was sealed to it.
pub(super) fn make(file: &Path) -> anyhow::Result<String> {
    let secret = PrivateKey::generate();
    let public = secret.public();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut out = options
        .open(file)
        .with_context(|| format!("the private key cannot be written to {}", file.display()))?;
    out.write_all(secret.to_file().as_bytes())
        .and_then(|()| out.sync_all())
        .with_context(|| format!("the private key was not written to {}", file.display()))?;
    Ok(public.to_string())
}

/// The private key in a file.
pub(super) fn read(file: &Path) -> anyhow::Result<PrivateKey> {
    let text = std::fs::read_to_string(file)
        .map(crate::domain::seal::Zeroizing::new)
        .with_context(|| format!("the private key {} cannot be read", file.display()))?;
    PrivateKey::parse(&text).with_context(|| file.display().to_string())
}
