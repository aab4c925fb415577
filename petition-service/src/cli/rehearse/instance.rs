//! A throw-away instance of the service: this program once more, with a copy of the configuration and
//! everything in it that reaches the world outside replaced.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use campaign_file::CampaignFile;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use toml::{Table, Value};

use crate::config::{Config, PREFIX};
use crate::domain::TokenSecret;
use crate::domain::seal::PrivateKey;
use crate::store::ThrowAway;

/// The longest that a start may take.
const START: Duration = Duration::from_secs(30);

/// The instance. Its files and its database go with [`Instance::end`].
pub(super) struct Instance {
    /// Where it answers.
    pub(super) address: SocketAddr,
    process: Child,
    database: Option<ThrowAway>,
    folder: TempDir,
}

impl Instance {
    /// Starts it: on an empty database on the same disk or server, with this campaign file, mails to the
    /// sink, keys of its own, no captcha and no limits (the load comes from one address).
    ///
    /// # Errors
    /// What could not be made; nothing is left behind.
    pub(super) async fn start(
        config: &Config,
        settings: &Table,
        campaign: &CampaignFile,
        sink: SocketAddr,
    ) -> anyhow::Result<Self> {
        let folder = folder(config)?;
        let database = ThrowAway::beside(&config.database).await.with_context(|| {
            format!(
                "no database for the rehearsal can be made beside {}: its user needs the right to \
                 (`alter role … createdb`), or give another server in a copy of the configuration",
                config.database
            )
        })?;
        let address = free_address().await?;
        let url = match &database {
            Some(database) => database.url(),
            None => format!("sqlite:{}", folder.path().join("trial.sqlite").display()),
        };
        let campaign_path = folder.path().join("campaign.json");
        std::fs::write(&campaign_path, serde_json::to_vec(campaign)?)?;
        let table = replaced(settings, address, &url, &campaign_path, sink);
        let path = folder.path().join("service.toml");
        write_private(&path, &toml::to_string(&table)?)?;
        let process = spawn(&path)?;
        let mut instance = Self {
            address,
            process,
            database,
            folder,
        };
        match instance.wait_until_ready().await {
            Ok(()) => Ok(instance),
            Err(error) => {
                instance.end().await?;
                Err(error)
            }
        }
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < START {
            if let Some(status) = self.process.try_wait()? {
                bail!("the throw-away instance ended at once ({status}): its message stands above");
            }
            if tokio::net::TcpStream::connect(self.address).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the throw-away instance does not listen after {START:?}")
    }

    /// The most memory it has had, in MiB; none where the system does not tell.
    pub(super) fn peak_memory(&self) -> Option<f64> {
        let id = self.process.id()?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kib / 1024.0)
    }

    /// Ends it and removes what it made.
    ///
    /// # Errors
    /// What is left behind.
    pub(super) async fn end(mut self) -> anyhow::Result<()> {
        self.process.kill().await?;
        if let Some(database) = self.database.take() {
            database.drop().await.map_err(|left| anyhow!(left))?;
        }
        Ok(self.folder.close()?)
    }
}

/// On the disk of the configured database, whose speed counts.
fn folder(config: &Config) -> anyhow::Result<TempDir> {
    let made = match config.database.file() {
        Some(file) => {
            let folder = file
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            tempfile::Builder::new()
                .prefix("rehearsal-")
                .tempdir_in(folder)
        }
        None => tempfile::Builder::new().prefix("rehearsal-").tempdir(),
    };
    let folder = made.context("no folder for the rehearsal can be made")?;
    Ok(folder)
}

async fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?)
}

/// The configuration with everything replaced that is the real service's.
fn replaced(
    settings: &Table,
    address: SocketAddr,
    database: &str,
    campaign: &Path,
    sink: SocketAddr,
) -> Table {
    let mut table = settings.clone();
    for key in [
        "metrics_listen",
        "counts_file",
        "public_folder",
        "trusted_proxies",
    ] {
        table.remove(key);
    }
    let one = |key: &str, value: Value| Value::Table(Table::from_iter([(key.to_owned(), value)]));
    let text = |text: &str| Value::String(text.to_owned());
    table.insert("public_url".to_owned(), text(&format!("http://{address}")));
    table.insert("listen".to_owned(), text(&address.to_string()));
    let campaign = campaign.display().to_string();
    table.insert("campaign_file".to_owned(), text(&campaign));
    table.insert("database".to_owned(), one("url", text(database)));
    let secret = TokenSecret::generate();
    table.insert("secrets".to_owned(), one("key", text(secret.expose())));
    let key = PrivateKey::generate().public().to_string();
    table.insert("sealing".to_owned(), one("public_key", text(&key)));
    table.insert("captcha".to_owned(), one("provider", text("none")));
    let mut limits = match table.remove("limits") {
        Some(Value::Table(limits)) => limits,
        _ => Table::new(),
    };
    limits.insert(
        "per_network_per_hour".to_owned(),
        i64::from(u32::MAX).into(),
    );
    table.insert("limits".to_owned(), Value::Table(limits));
    let before = match table.remove("mail") {
        Some(Value::Table(mail)) => mail,
        _ => Table::new(),
    };
    let mut mail = Table::from_iter([
        ("host".to_owned(), text(&sink.ip().to_string())),
        ("port".to_owned(), i64::from(sink.port()).into()),
        ("security".to_owned(), text("none")),
    ]);
    for key in [
        "sender",
        "sender_name",
        "reply_to",
        "connections",
        "per_minute",
    ] {
        if let Some(value) = before.get(key) {
            mail.insert(key.to_owned(), value.clone());
        }
    }
    table.insert("mail".to_owned(), Value::Table(mail));
    table
}

/// It holds a database's password.
fn write_private(path: &PathBuf, text: &str) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())?;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the environment's settings are in the copy already and must not lie over it"
)]
fn spawn(configuration: &Path) -> anyhow::Result<Child> {
    let program = std::env::current_exe().context("this program's own file")?;
    let mut command = Command::new(program);
    command
        .args(["serve", "--config"])
        .arg(configuration)
        .env("RUST_LOG", "error")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with(PREFIX) {
            command.env_remove(name);
        }
    }
    for name in ["LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET"] {
        command.env_remove(name);
    }
    command
        .spawn()
        .context("this program cannot be started once more")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::replaced;

    #[test]
    fn nothing_of_the_real_service_is_left() {
        let settings = r#"
            public_url = "https://real.example/service"
            listen = "0.0.0.0:80"
            metrics_listen = "0.0.0.0:81"
            campaign_file = "real.json"
            counts_file = "real-counts.json"
            trusted_proxies = ["10.0.0.0/8"]
            [database]
            url_file = "real.url"
            [secrets]
            key_file = "real.key"
            [sealing]
            public_key = "real"
            [sealing.forms]
            a = "real"
            [captcha]
            provider = "hcaptcha"
            [captcha.hcaptcha]
            secret = "real"
            [mail]
            host = "real.example"
            username = "real"
            password = "real"
            sender = "p@site.example"
            connections = 9
            [limits]
            per_network_per_hour = 5
            body_bytes = 9000
        "#;
        let settings = settings.parse().expect("TOML");
        let address = "127.0.0.1:1".parse().expect("an address");
        let sink = "127.0.0.1:25".parse().expect("an address");
        let table = replaced(
            &settings,
            address,
            "sqlite:trial",
            Path::new("/t/c.json"),
            sink,
        );
        let text = toml::to_string(&table).expect("TOML");
        assert!(!text.contains("real"), "{text}");
        assert!(!text.contains("0.0.0.0"), "{text}");
        for kept in ["body_bytes = 9000", "connections = 9", "p@site.example"] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        crate::config::read(&table, Path::new("/t")).expect("a sound configuration");
    }
}
