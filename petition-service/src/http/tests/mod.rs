//! The addresses, tried as browsers, programs and attackers try them: the service to try them on.

mod attacks;
mod consent;
mod damaged;
mod doubt;
mod journeys;
mod kept;
mod links;
mod openapi;
mod own_fields;
mod partners;
mod public;
mod refusals;
mod rights;
mod sealed;
mod states;
mod topics;
mod waiting;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use campaign_file::CampaignFile;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::app::App;
use crate::campaign::sample;
use crate::config;
use crate::domain::Clock;
use crate::mail::Mail;
use crate::mail::memory::MemoryMailer;
use crate::store::testing::On;
use crate::store::{Address, NoKeys, Store, StoreOptions};
use crate::usecases::Service;

/// The real service on a database of its own, with a mailbox in memory.
struct TestService {
    /// Where the database is that is no file in the folder.
    server: Option<Address>,
    router: Router,
    service: Service,
    mailer: Arc<MemoryMailer>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl TestService {
    async fn start(on: On, settings: &str) -> Self {
        Self::start_with(on, settings, &sample::file()).await
    }

    async fn start_with(on: On, settings: &str, campaign: &CampaignFile) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        write_campaign(folder.path(), campaign);
        let server = on.server().await;
        Self::try_open((folder, server), settings)
            .await
            .expect("open")
    }

    /// On a folder with whatever is in it.
    async fn open(folder: tempfile::TempDir, settings: &str) -> Self {
        Self::try_open((folder, None), settings)
            .await
            .expect("open")
    }

    async fn try_open(
        (folder, server): (tempfile::TempDir, Option<Address>),
        settings: &str,
    ) -> Result<Self, String> {
        let base = r#"
            public_url = "https://site.example/service"
            campaign_file = "campaign.json"
            counts_file = "counts.json"
            trusted_proxies = ["10.0.0.0/8"]
            cors_origins = ["https://partner.example"]
            database.path = "data.sqlite"
            sealing.public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
            secrets.key = "0123456789abcdef0123456789abcdef"
            mail = { host = "localhost", security = "none", sender = "p@site.example" }
            captcha.provider = "none"
        "#;
        let table = config::layered(base.parse().expect("TOML"), settings.parse().expect("TOML"));
        let mut config = config::read(&table, folder.path()).expect("sound");
        if let Some(server) = &server {
            config.database = server.clone();
        }
        let mailer = Arc::new(MemoryMailer::new());
        let app = App::open_with(config, mailer.clone(), None, Clock::system())
            .await
            .map_err(|error| format!("{error:#}"))?;
        let stop = CancellationToken::new();
        let tasks = app.spawn_background(&stop);
        Ok(Self {
            server,
            service: app.service().clone(),
            router: Router::new().nest("/service", app.router()),
            mailer,
            stop,
            tasks,
            folder,
        })
    }

    /// Ends it; its folder stays.
    async fn end(mut self) -> tempfile::TempDir {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        let empty = tempfile::tempdir().expect("a folder");
        std::mem::replace(&mut self.folder, empty)
    }

    fn write_campaign(&self, file: &CampaignFile) {
        write_campaign(self.folder.path(), file);
    }

    /// Waits until an empty form is answered like that: a new campaign file is in use.
    async fn until(&self, path: &str, status: StatusCode) {
        for _ in 0..400 {
            if self.post(path, &[]).await.status == status {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{path} never answered {status}");
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let mut request = request;
        let peer: SocketAddr = "10.0.0.1:5555".parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).body(Body::empty()).expect("a request"))
            .await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(form(path, fields)).await
    }

    /// The newest mail to an address whose text holds `part`.
    async fn mail(&self, to: &str, part: &str) -> Mail {
        for _ in 0..200 {
            let found = self
                .mailer
                .mails()
                .into_iter()
                .rev()
                .find(|mail| mail.to.expose() == to && mail.text.contains(part));
            if let Some(mail) = found {
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no mail to {to} with {part}");
    }

    /// The database, opened once more.
    async fn store(&self) -> Store {
        let address = match &self.server {
            Some(server) => server.clone(),
            None => Address::sqlite(self.folder.path().join("data.sqlite")),
        };
        let options = StoreOptions::new(Arc::new(NoKeys));
        Store::open(address, options).await.expect("open")
    }

    async fn count(&self) -> i64 {
        let answer = self.get("/petitions/safe-online/count").await;
        answer.json()["count"].as_i64().expect("a number")
    }

    async fn count_becomes(&self, wanted: i64) {
        for _ in 0..200 {
            if self.count().await == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the count is {}, not {wanted}", self.count().await);
    }
}

impl Drop for TestService {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn write_campaign(folder: &Path, file: &CampaignFile) {
    let json = file.to_json().expect("JSON");
    std::fs::write(folder.join("campaign.json"), json).expect("written");
}

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(format!("/service{path}"))
}

fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request("POST", path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request")
}

const SIGN: &str = "/petitions/safe-online/sign";

fn signer<'a>(email: &'a str, lang: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("first_name", "Anna"),
        ("last_name", "de Vries"),
        ("email", email),
        ("consent", "yes"),
        ("lang", lang),
        ("form_page", "https://site.example/safe-online/"),
    ]
}

/// The path of the first link of that kind in a mail, below the service.
fn link(mail: &Mail, kind: &str) -> String {
    let start = format!("https://site.example/service/{kind}/");
    let (_, rest) = mail.text.split_once(&start).expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    format!("/{kind}/{token}")
}
