//! The service's settings for a trial, with the author's own laid over them.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use petition_service::config::{self, Config};
use toml::{Table, Value};

use super::{SERVICE_PATH, secrets};

/// The folder below the site's root that holds what a trial stores.
const FOLDER: &str = ".groundswell";

/// The file of the counts, by the name that the pages ask for.
pub const COUNTS: &str = "counts.json";

/// Everything about the service but the port of its mailbox.
#[derive(Clone, Debug)]
pub struct ServicePlan {
    /// Where the build puts the campaign file.
    pub campaign_file: PathBuf,
    /// Where the service writes its counts: beside its database, for those of a trial must never
    /// stand on the live site.
    pub counts_file: PathBuf,
    settings: Table,
    root: PathBuf,
}

/// Plans the service of the site at `root`, which is served at `site_url`; `own` is a file with
/// settings to lay over those for development.
///
/// # Errors
/// The folder for its data or the file cannot be read or written.
pub fn plan(root: &Path, site_url: &str, own: Option<&Path>) -> anyhow::Result<ServicePlan> {
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let campaign_file = folder.join("campaign.json");
    let path = |path: PathBuf| Value::String(path.to_string_lossy().into_owned());
    let text = |text: &str| Value::String(text.to_owned());
    let mut settings = Table::new();
    let public_url = format!("{}{SERVICE_PATH}", site_url.trim_end_matches('/'));
    settings.insert("public_url".to_owned(), text(&public_url));
    settings.insert("campaign_file".to_owned(), path(campaign_file.clone()));
    settings.insert("counts_file".to_owned(), path(folder.join(COUNTS)));
    let database = path(folder.join("trial.sqlite"));
    settings.insert("database".to_owned(), table([("path", database)]));
    let secret = text(&secrets::secret(&folder)?);
    settings.insert("secrets".to_owned(), table([("key", secret)]));
    let key = text(&secrets::public_key(&folder)?);
    settings.insert("sealing".to_owned(), table([("public_key", key)]));
    // Whoever tries things out signs again and again.
    let limits = [
        ("per_network_per_hour", Value::Integer(100_000)),
        ("resend_after_minutes", Value::Integer(0)),
        ("mails_per_address", Value::Integer(1_000)),
        ("mails_per_mailbox_per_hour", Value::Integer(1_000)),
        ("mails_per_mailbox_per_day", Value::Integer(10_000)),
    ];
    settings.insert("limits".to_owned(), table(limits));
    if let Some(file) = own {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let own = config::parse(&text)
            .map_err(|fault| anyhow!("{} is not TOML: {fault}", file.display()))?;
        settings = config::layered(settings, own);
    }
    let counts_file = match settings.get("counts_file").and_then(Value::as_str) {
        Some(file) => root.join(file),
        None => folder.join(COUNTS),
    };
    Ok(ServicePlan {
        counts_file,
        campaign_file,
        settings,
        root: root.to_owned(),
    })
}

impl ServicePlan {
    /// The settings with the mailbox as the mail server, unless the author names another.
    pub(super) fn config(self, smtp: SocketAddr) -> anyhow::Result<Config> {
        let mail = [
            ("host", Value::String(smtp.ip().to_string())),
            ("port", Value::Integer(i64::from(smtp.port()))),
            ("security", Value::String("none".to_owned())),
            ("sender", Value::String("no-reply@site.example".to_owned())),
        ];
        let mut below = Table::new();
        below.insert("mail".to_owned(), table(mail));
        let settings = config::layered(below, self.settings);
        config::read(&settings, &self.root).map_err(|problems| {
            anyhow!(
                "the service's settings have mistakes:\n  - {}",
                problems.join("\n  - ")
            )
        })
    }
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let entries = entries.map(|(key, value)| (key.to_owned(), value));
    Value::Table(entries.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::plan;

    #[test]
    fn a_trial_writes_nothing_that_the_next_build_reads() {
        let site = tempfile::tempdir().unwrap();
        let own = site.path().join(".groundswell");
        let trial = plan(site.path(), "http://127.0.0.1:1111", None).unwrap();
        let written = trial.counts_file.clone();
        assert_eq!(written, own.join("counts.json"));
        assert!(trial.campaign_file.starts_with(&own));
        let config = trial.config("127.0.0.1:25".parse().unwrap()).unwrap();
        assert_eq!(config.counts_file.as_deref(), Some(&*written));
    }
}
