//! The addresses of the development server: the site's own, the live script and its events.

use std::convert::Infallible;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};

use super::inject::{SCRIPT_PATH, with_script};
use super::live::Live;
use crate::emit::memory::Found;

/// Serves what `live` shows; `base_path` is the path of the site's address (`/`, `/sub`).
pub fn router(live: Live, base_path: &str) -> Router {
    let prefix = base_path.trim_end_matches('/').to_owned();
    Router::new()
        .route(SCRIPT_PATH, get(script))
        .route("/__groundswell/events", get(events))
        .fallback(move |State(live): State<Live>, uri: Uri| {
            let prefix = prefix.clone();
            async move { page(&live, &prefix, uri.path()) }
        })
        .with_state(live)
}

async fn script() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        include_str!("live.js"),
    )
}

async fn events(State(live): State<Live>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stream = WatchStream::new(live.subscribe()).map(|shown| {
        let event = Event::default();
        // The state is a string and a list of strings: it always makes JSON.
        Ok(event
            .json_data(&shown.state)
            .unwrap_or_else(|_| Event::default()))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

fn page(live: &Live, prefix: &str, path: &str) -> Response {
    // `/sub` is the site's, `/subnews/` is not.
    let below = path.strip_prefix(prefix);
    let Some(below) = below.filter(|below| below.is_empty() || below.starts_with('/')) else {
        return missing(live);
    };
    match live.site().find(below) {
        Ok(Some(found)) => answer(StatusCode::OK, &found),
        Ok(None) => missing(live),
        Err(error) => plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!("{path} cannot be read from the sources: {error}"),
        ),
    }
}

fn missing(live: &Live) -> Response {
    let site = live.site();
    if let Ok(Some(found)) = site.find("404.html") {
        return answer(StatusCode::NOT_FOUND, &found);
    }
    let mut text = if site.is_empty() {
        "There is no site yet: the first build has not gone well.".to_owned()
    } else {
        "There is no such page.".to_owned()
    };
    for fault in live.faults() {
        text.push_str("\n\n");
        text.push_str(&fault);
    }
    plain(StatusCode::NOT_FOUND, &text)
}

fn plain(status: StatusCode, text: &str) -> Response {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Groundswell</title>\
         <body><pre style=\"white-space:pre-wrap\">{escaped}</pre></body></html>"
    );
    respond(
        status,
        "text/html; charset=utf-8",
        with_script(html.as_bytes()),
    )
}

fn answer(status: StatusCode, found: &Found) -> Response {
    let name = found.path.as_str();
    let kind = match found.path.extension() {
        Some("xml") => "text/xml; charset=utf-8".to_owned(),
        _ => {
            let guess = mime_guess::from_path(name).first_or_octet_stream();
            let text = guess.type_() == "text" || guess.subtype() == "javascript";
            let charset = if text { "; charset=utf-8" } else { "" };
            format!("{guess}{charset}")
        }
    };
    let body = if found.is_page {
        with_script(&found.bytes)
    } else {
        found.bytes.to_vec()
    };
    respond(status, &kind, body)
}

fn respond(status: StatusCode, kind: &str, body: Vec<u8>) -> Response {
    let kind = HeaderValue::from_str(kind)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    (
        status,
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        body,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use super::*;
    use crate::emit::MemorySite;
    use crate::outputs::{Artifact, OutputPath};

    #[test]
    fn only_what_lies_below_the_sites_path_is_the_sites() {
        let page_at = OutputPath::new("news/index.html").unwrap();
        let artifact = Artifact::Page(Arc::from(b"news".as_slice()));
        let site = MemorySite::new(Arc::new(BTreeMap::from([(page_at, artifact)])));
        let live = Live::default();
        live.show(Some(site), &[], &BTreeSet::new());
        let status = |prefix, path| page(&live, prefix, path).status();
        assert_eq!(status("", "/news/"), StatusCode::OK);
        assert_eq!(status("/sub", "/sub/news/"), StatusCode::OK);
        assert_eq!(status("/sub", "/subnews/"), StatusCode::NOT_FOUND);
        assert_eq!(status("/sub", "/news/"), StatusCode::NOT_FOUND);
    }
}
