//! The links in mails. A GET shows a button and changes nothing; the POST does it.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::{Web, answers, nonce};
use crate::domain::Purpose;
use crate::pages::{self, Action};
use crate::store::{About, SubjectKind};
use crate::usecases::{Left, Opened};

/// What mail programs send when a reader presses their own button (RFC 8058).
const ONE_CLICK: &[u8] = b"List-Unsubscribe=One-Click";

pub(super) async fn open_confirm(
    state: State<Web>,
    token: Path<String>,
    headers: HeaderMap,
) -> Response {
    open(state, "confirm", token, headers).await
}

pub(super) async fn open_withdraw(
    state: State<Web>,
    token: Path<String>,
    headers: HeaderMap,
) -> Response {
    open(state, "withdraw", token, headers).await
}

pub(super) async fn open_unsubscribe(
    state: State<Web>,
    token: Path<String>,
    headers: HeaderMap,
) -> Response {
    open(state, "unsubscribe", token, headers).await
}

async fn open(
    State(web): State<Web>,
    path: &str,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let opened = web
        .service()
        .open(path, &token, nonce::hash(&headers))
        .await;
    let (peek, same_browser) = match opened {
        Ok(Opened::Button { peek, same_browser }) => (peek, same_browser),
        Ok(Opened::Expired(about)) => return expired(&web, &headers, &about),
        Ok(Opened::Unknown) => return unknown(&web, &headers),
        Err(error) => return answers::unavailable(&web, &headers, "", false, &error),
    };
    let campaign = web.service().campaign.current();
    let form = campaign
        .as_deref()
        .and_then(|campaign| campaign.form_known(&peek.form_id, &peek.lang));
    let Some(form) = form else {
        return unknown(&web, &headers);
    };
    let base = web.base_path();
    let post_to = format!("{base}/{path}/{token}");
    let script = format!("{base}/assets/confirm.js");
    let action = Action {
        form,
        post_to: &post_to,
        auto_post: same_browser.then_some(script.as_str()),
    };
    Html(match path {
        "confirm" => pages::confirm(&action),
        "withdraw" => pages::withdraw(&action),
        _ => pages::unsubscribe(&action),
    })
    .into_response()
}

pub(super) async fn confirm(
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    match web.service().confirm(&token).await {
        Ok(left) => lead(&web, &headers, left, |about, steps| match about.kind {
            SubjectKind::Petition => steps.signed.clone(),
            SubjectKind::Newsletter => steps.subscribed.clone(),
        }),
        Err(error) => answers::unavailable(&web, &headers, "", false, &error),
    }
}

pub(super) async fn withdraw(
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    match web.service().leave(Purpose::Withdraw, &token).await {
        Ok(left) => lead(&web, &headers, left, |_, steps| steps.withdrawn.clone()),
        Err(error) => answers::unavailable(&web, &headers, "", false, &error),
    }
}

pub(super) async fn unsubscribe(
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let left = match web.service().leave(Purpose::Unsubscribe, &token).await {
        Ok(left) => left,
        Err(error) => return answers::unavailable(&web, &headers, "", false, &error),
    };
    if body.as_ref() == ONE_CLICK {
        // The mail program's answer is read by nobody.
        return match left {
            Left::Done(_) => StatusCode::OK.into_response(),
            Left::Expired(_) => StatusCode::GONE.into_response(),
            Left::Unknown => StatusCode::NOT_FOUND.into_response(),
        };
    }
    lead(&web, &headers, left, |_, steps| steps.unsubscribed.clone())
}

/// To the page of the step.
fn lead(
    web: &Web,
    headers: &HeaderMap,
    left: Left,
    step: impl Fn(&About, &campaign_file::StepPages) -> String,
) -> Response {
    match left {
        Left::Done(about) => match web.service().campaign.current() {
            Some(campaign) => {
                let voice = campaign.voice(&about.lang);
                answers::see_other(&step(&about, &voice.language.steps))
            }
            None => unknown(web, headers),
        },
        Left::Expired(about) => expired(web, headers, &about),
        Left::Unknown => unknown(web, headers),
    }
}

fn expired(web: &Web, headers: &HeaderMap, about: &About) -> Response {
    match web.service().campaign.current() {
        Some(campaign) => {
            let voice = campaign.voice(&about.lang);
            answers::see_other(&voice.language.steps.expired)
        }
        None => unknown(web, headers),
    }
}

fn unknown(web: &Web, headers: &HeaderMap) -> Response {
    answers::problem(web, headers, "", StatusCode::NOT_FOUND, "error_not_found")
}
