//! What stands on other hosts: fetched once, within limits of time and size.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::note_chance;
use reqwest::blocking::{Client, Response};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

/// How long a host may take to answer the door.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the whole transfer may take.
const WHOLE: Duration = Duration::from_secs(30);
/// The largest reply taken.
const LARGEST: usize = 32 * 1024 * 1024;
/// What this program calls itself to other hosts.
const AGENT: &str = concat!("groundswell/", env!("CARGO_PKG_VERSION"));

/// What is asked of another host.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// Whether it is a POST; a GET otherwise.
    pub post: bool,
    /// The address.
    pub url: String,
    /// Header lines by name.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub body: Option<String>,
}

/// What another host answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The status in words, `404 Not Found`.
    pub status_text: String,
    /// What came, not more than was wanted.
    pub body: Vec<u8>,
    /// Whether there was more.
    pub cut: bool,
    /// Seconds after which the host wants to be asked again.
    pub retry_after: Option<u64>,
}

/// Asks another host; redirects are followed. At most `largest` bytes of the reply are taken.
///
/// # Errors
/// What went wrong on the way, for people; the status is not looked at.
pub fn ask(request: &Request, largest: usize) -> Result<Reply, Unreachable> {
    let response = send(request)?;
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let mut body = Vec::new();
    response
        .take(largest as u64 + 1)
        .read_to_end(&mut body)
        .map_err(|error| Unreachable {
            reason: format!("the reply broke off: {error}"),
            passing: true,
        })?;
    let cut = body.len() > largest;
    body.truncate(largest);
    Ok(Reply {
        status: status.as_u16(),
        status_text: status.to_string(),
        body,
        cut,
        retry_after,
    })
}

/// Why nothing came.
#[derive(Clone, Debug)]
pub struct Unreachable {
    /// For people.
    pub reason: String,
    /// Whether another try may help.
    pub passing: bool,
}

impl Unreachable {
    fn for_good(reason: String) -> Self {
        Self {
            reason,
            passing: false,
        }
    }
}

fn send(request: &Request) -> Result<Response, Unreachable> {
    let client = client().map_err(|reason| Unreachable::for_good(reason.clone()))?;
    let headers = headers(&request.headers).map_err(Unreachable::for_good)?;
    let mut asking = if request.post {
        client.post(&request.url)
    } else {
        client.get(&request.url)
    };
    asking = asking.headers(headers);
    if let Some(body) = &request.body {
        asking = asking.body(body.clone());
    }
    asking.send().map_err(|error| Unreachable {
        reason: in_words(&error),
        passing: error.is_timeout() || error.is_connect() || error.is_request(),
    })
}

fn headers(lines: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|error| format!("`{name}` is no header's name: {error}"))?;
        let value = HeaderValue::from_str(value)
            .map_err(|error| format!("this is no value for the header `{name}`: {error}"))?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// The innermost cause says most; the outer ones only repeat the address.
fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} seconds", WHOLE.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn client() -> Result<&'static Client, &'static String> {
    static CLIENT: OnceLock<Result<Client, String>> = OnceLock::new();
    CLIENT
        .get_or_init(|| {
            Client::builder()
                .user_agent(AGENT)
                .connect_timeout(CONNECT)
                .timeout(WHOLE)
                .build()
                .map_err(|error| format!("no connection can be made: {error}"))
        })
        .as_ref()
}

type Kept = Arc<OnceLock<Result<Arc<str>, String>>>;

/// Replies of other hosts, each fetched once for as long as this lives.
#[derive(Debug, Default)]
pub struct Remotes {
    kept: Mutex<BTreeMap<Request, Kept>>,
}

impl Remotes {
    /// The text at an address; bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    /// It cannot be had: for people.
    pub fn text(&self, request: &Request) -> Result<Arc<str>, String> {
        note_chance();
        let place = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(kept.entry(request.clone()).or_default())
        };
        // Others who ask for the same wait here, instead of asking the host again.
        place
            .get_or_init(|| {
                let reply = ask(request, LARGEST).map_err(|fault| fault.reason)?;
                if reply.status >= 400 {
                    return Err(format!("the host answers {}", reply.status_text));
                }
                if reply.cut {
                    let most = LARGEST / (1024 * 1024);
                    return Err(format!("the reply is larger than {most} MiB"));
                }
                Ok(Arc::from(String::from_utf8_lossy(&reply.body)))
            })
            .clone()
    }

    /// Forgets what could not be had, so that it is asked for again.
    pub fn forget_failures(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, place| matches!(place.get(), Some(Ok(_))));
    }
}
