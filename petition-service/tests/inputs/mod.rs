//! One function per kind of input that strangers send. Each takes any bytes, must not panic, and
//! checks what must hold whatever they are: the fuzz targets call them with what they make up,
//! `tests/fuzzed.rs` with what was once found.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::LOCATION;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri};
use campaign_file::CampaignFile;
use petition_service::app::App;
use petition_service::campaign::Campaign;
use petition_service::config;
use petition_service::domain::seal::{PrivateKey, PublicKey, SealedRow};
use petition_service::domain::{Clock, email, name};
use petition_service::mail::memory::MemoryMailer;
use petition_service::mail::{Address, Mail, smtp};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

#[path = "../../src/campaign/sample.rs"]
mod sample;

/// What an input is given in after its method, path and headers.
const KINDS: [&str; 4] = [
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data; boundary=x",
    "text/plain",
];

/// Where the requests go, but for inputs that say so themselves.
const PATHS: [&str; 4] = [
    "/petitions/safe-online/sign",
    "/newsletters/news/subscribe",
    "/unsubscribe/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "/petitions/none/sign",
];

struct Running {
    runtime: Runtime,
    router: Router,
    _folder: TempDir,
}

static SERVICE: LazyLock<Running> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let campaign = sample::with_custom_fields().to_json().expect("JSON");
    std::fs::write(folder.path().join("campaign.json"), campaign).expect("written");
    let settings = r#"
        public_url = "https://site.example"
        campaign_file = "campaign.json"
        trusted_proxies = ["10.0.0.0/8"]
        database.path = "data.sqlite"
        sealing.public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
        secrets.key = "0123456789abcdef0123456789abcdef"
        mail = { host = "localhost", security = "none", sender = "p@site.example" }
        # So that forms after the first few are taken too.
        limits = { per_network_per_hour = 1000000000, unproven_per_hour = 1000000000 }
        captcha.provider = "altcha"
        captcha.altcha.cost = 1
    "#;
    let config =
        config::read(&settings.parse().expect("TOML"), folder.path()).expect("sound settings");
    let runtime = Runtime::new().expect("a runtime");
    let mailer = Arc::new(MemoryMailer::new());
    let app = runtime
        .block_on(App::open_with(config, mailer, None, Clock::system()))
        .expect("the service opens");
    Running {
        router: app.router(),
        runtime,
        _folder: folder,
    }
});

/// A posted form: the first byte says to which address and as what it is sent.
pub fn form(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else {
        return;
    };
    let pick = usize::from(*first);
    let builder = Request::builder()
        .method(Method::POST)
        .uri(PATHS[pick % PATHS.len()])
        .header("content-type", KINDS[pick / PATHS.len() % KINDS.len()]);
    answer(builder.body(Body::from(body.to_vec())).expect("a request"));
}

/// A whole request: method, path and headers a line each, then the body after an empty line.
pub fn request(bytes: &[u8]) {
    let (head, body) = match bytes.windows(2).position(|two| two == b"\n\n") {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (bytes, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let mut words = first.splitn(2, |byte| *byte == b' ');
    let method = Method::from_bytes(words.next().unwrap_or_default());
    let uri = Uri::try_from(words.next().unwrap_or_default());
    let (Ok(method), Ok(uri)) = (method, uri) else {
        return;
    };
    let mut request = Request::new(Body::from(body.to_vec()));
    (*request.method_mut(), *request.uri_mut()) = (method, uri);
    for line in lines {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let name = HeaderName::from_bytes(parts.next().unwrap_or_default());
        let value = HeaderValue::from_bytes(parts.next().unwrap_or_default());
        if let (Ok(name), Ok(value)) = (name, value) {
            request.headers_mut().append(name, value);
        }
    }
    answer(request);
}

/// No answer is a fault of ours, none leads elsewhere, and each says how it may be used.
fn answer(mut request: Request<Body>) {
    let peer: SocketAddr = ([10, 0, 0, 1], 5555).into();
    request.extensions_mut().insert(ConnectInfo(peer));
    let service = &*SERVICE;
    let response = service
        .runtime
        .block_on(service.router.clone().oneshot(request))
        .expect("an answer");
    let (parts, body) = response.into_parts();
    assert_ne!(parts.status.as_u16(), 500, "a fault of ours");
    for name in [
        "content-security-policy",
        "cache-control",
        "referrer-policy",
    ] {
        assert!(parts.headers.contains_key(name), "{name} is missing");
    }
    if let Some(location) = parts.headers.get(LOCATION) {
        let location = location.to_str().expect("text");
        assert!(location.starts_with("https://site.example/"), "{location}");
    }
    let body = service.runtime.block_on(to_bytes(body, 1 << 20));
    assert!(std::str::from_utf8(&body.expect("a body")).is_ok());
}

/// An address: what is taken fits into a mail, has one mailbox, and settles.
pub fn address(bytes: &[u8]) {
    let typed = String::from_utf8_lossy(bytes);
    let Ok(read) = email::parse(&typed) else {
        return;
    };
    let display = read.display.expose();
    assert!(display.is_ascii() && !display.contains(char::is_whitespace));
    let again = email::parse(display).expect("what was taken is taken again");
    assert_eq!(again.display, read.display);
    assert_eq!(again.canonical, read.canonical);
    if let Some(meant) = email::suggestion(&read) {
        let meant = email::parse(meant.expose()).expect("what is proposed can be taken");
        assert!(email::suggestion(&meant).is_none(), "asked twice");
    }
    let source = smtp::formatted(&mail(display)).expect("a mail to it can be made");
    let source = String::from_utf8(source).expect("text");
    let (head, _) = source.split_once("\r\n\r\n").expect("a head");
    let recipients = head.lines().filter(|line| line.starts_with("To:")).count();
    assert_eq!(recipients, 1, "{head}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc:")));
}

fn mail(to: &str) -> Mail {
    Mail {
        from: "p@site.example".to_owned(),
        from_name: "Site".to_owned(),
        reply_to: None,
        to: Address::new(to),
        subject: "s".to_owned(),
        text: "t".to_owned(),
        html: "<p>t</p>".to_owned(),
        headers: Vec::new(),
        message_id: "<a@site.example>".to_owned(),
        language: "en".to_owned(),
    }
}

/// A name: cleaned once it is clean, and what is taken hides nothing.
pub fn name(bytes: &[u8]) {
    let typed = String::from_utf8_lossy(bytes);
    let clean = name::clean(&typed);
    assert_eq!(name::clean(&clean), clean);
    if name::check(&clean, 80).is_none() {
        assert!(!clean.chars().any(char::is_control));
        assert!(!clean.starts_with(['=', '+', '-', '@']));
    }
}

/// A campaign file: read, looked at, and written again the same.
pub fn campaign(bytes: &[u8]) {
    let Ok(file) = CampaignFile::from_json(&String::from_utf8_lossy(bytes)) else {
        return;
    };
    let _problems = file.problems();
    let written = file.to_json().expect("JSON");
    assert_eq!(CampaignFile::from_json(&written).expect("read again"), file);
    let Some(campaign) = Campaign::new(file) else {
        return;
    };
    let ids: Vec<_> = campaign.file().forms.keys().cloned().collect();
    for id in ids {
        for lang in ["nl", "ar", ""] {
            if let Some(form) = campaign.form_known(&id, lang) {
                let _ = (form.is_petition(), form.stands_on("https://site.example/"));
            }
        }
        let _languages = campaign.languages_of(&id);
    }
}

/// A line of an export as `unseal` reads it, and the keys as they are written in files.
pub fn sealed_row(bytes: &[u8]) {
    static KEY: LazyLock<PrivateKey> = LazyLock::new(PrivateKey::generate);
    let line = String::from_utf8_lossy(bytes);
    let _keys = (
        PublicKey::parse(&line).is_ok(),
        PrivateKey::parse(&line).is_ok(),
    );
    let Ok(row) = SealedRow::parse(&line) else {
        return;
    };
    assert!(
        KEY.open(row.place(), &row.sealed).is_err(),
        "nobody sealed it"
    );
    assert_eq!(SealedRow::parse(&row.to_line()).as_ref(), Ok(&row));
}
