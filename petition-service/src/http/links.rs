//! The links in mails. A GET shows a button and changes nothing; the POST does it.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::extract::InUse;
use super::{Web, answers, cookies, one_click, rights, waiting};
use crate::campaign::Campaign;
use crate::domain::Purpose;
use crate::pages::{self, Action, Notice};
use crate::store::{About, SubjectKind};
use crate::usecases::{Left, Opened};

pub(super) async fn open_confirm(
    state: State<Web>,
    campaign: InUse,
    token: Path<String>,
    headers: HeaderMap,
) -> Response {
    open(state, campaign, "confirm", token, headers, None).await
}

pub(super) async fn open_withdraw(
    state: State<Web>,
    campaign: InUse,
    token: Path<String>,
    Query(done): Query<rights::Done>,
    headers: HeaderMap,
) -> Response {
    open(state, campaign, "withdraw", token, headers, done.notice()).await
}

pub(super) async fn open_unsubscribe(
    state: State<Web>,
    campaign: InUse,
    token: Path<String>,
    headers: HeaderMap,
) -> Response {
    open(state, campaign, "unsubscribe", token, headers, None).await
}

/// The page of a link. `notice`: what was just done there.
pub(super) async fn open(
    State(web): State<Web>,
    InUse(campaign): InUse,
    path: &str,
    Path(token): Path<String>,
    headers: HeaderMap,
    notice: Option<Notice>,
) -> Response {
    let opened = web
        .service()
        .open(path, &token, cookies::nonce(&web, &headers).as_ref())
        .await;
    let (peek, same_browser, late) = match opened {
        Ok(Opened::Button { peek, same_browser }) => (peek, same_browser, false),
        Ok(Opened::Late(peek)) => (peek, false, true),
        // What was confirmed is confirmed: no second button, the same page.
        Ok(Opened::Confirmed(about)) => {
            return answers::see_other(&waiting::done(&campaign, &about));
        }
        Ok(Opened::Expired(about)) => return expired(&campaign, &about),
        Ok(Opened::Unknown) => return unknown(&web, &headers),
        Err(error) => return answers::unavailable(&web, &headers, "", false, &error),
    };
    let form = campaign.form_known(&peek.form_id, &peek.lang);
    let base = web.base_path();
    let again = if late { "/again" } else { "" };
    let post_to = format!("{base}/{path}/{token}{again}");
    let script = format!("{base}/assets/confirm.js");
    let action = Action {
        form,
        voice: form.map_or_else(|| campaign.voice(&peek.lang), |form| form.voice),
        is_petition: peek.kind == SubjectKind::Petition,
        post_to: &post_to,
        auto_post: same_browser.then_some(script.as_str()),
        notice,
    };
    Html(match path {
        _ if late => pages::late(&action),
        "confirm" => pages::confirm(&action),
        "withdraw" => pages::withdraw(&action),
        "export" => pages::export(&action),
        "erase" => pages::erase(&action),
        _ => pages::unsubscribe(&action),
    })
    .into_response()
}

pub(super) async fn confirm(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let nonce = cookies::nonce(&web, &headers);
    match web.service().confirm(&token, nonce.as_ref()).await {
        Ok(left) => lead(&web, &headers, &campaign, left, |about, _| {
            waiting::done(&campaign, about)
        }),
        Err(error) => answers::link_failed(&web, &headers, &error),
    }
}

pub(super) async fn withdraw(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(wish) = rights::asked_for(&body) {
        let wish = (wish, Notice::Mailed);
        return rights::wished(&web, &campaign, &headers, ("withdraw", &token), wish).await;
    }
    match web.service().leave(Purpose::Withdraw, &token).await {
        Ok(left) => lead(&web, &headers, &campaign, left, |_, steps| {
            steps.withdrawn.clone()
        }),
        Err(error) => answers::link_failed(&web, &headers, &error),
    }
}

pub(super) async fn unsubscribe(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let one_click = one_click::is_in(&headers, &body);
    let left = match web.service().leave(Purpose::Unsubscribe, &token).await {
        Ok(left) => left,
        // A mail program must learn of it, to try again.
        Err(error) if one_click => return answers::unavailable(&web, &headers, "", false, &error),
        Err(error) => return answers::link_failed(&web, &headers, &error),
    };
    if one_click {
        // The mail program's answer is read by nobody.
        return match left {
            Left::Done(_) => StatusCode::OK.into_response(),
            Left::Expired(_) => StatusCode::GONE.into_response(),
            Left::Unknown => StatusCode::NOT_FOUND.into_response(),
        };
    }
    lead(&web, &headers, &campaign, left, |_, steps| {
        steps.unsubscribed.clone()
    })
}

/// To the page of the step.
fn lead(
    web: &Web,
    headers: &HeaderMap,
    campaign: &Campaign,
    left: Left,
    step: impl Fn(&About, &campaign_file::StepPages) -> String,
) -> Response {
    match left {
        Left::Done(about) => {
            let voice = campaign.voice(&about.lang);
            answers::see_other(&step(&about, &voice.language.steps))
        }
        Left::Expired(about) => expired(campaign, &about),
        Left::Unknown => unknown(web, headers),
    }
}

pub(super) fn expired(campaign: &Campaign, about: &About) -> Response {
    let voice = campaign.voice(&about.lang);
    answers::see_other(&voice.language.steps.expired)
}

pub(super) fn unknown(web: &Web, headers: &HeaderMap) -> Response {
    answers::problem(web, headers, "", StatusCode::NOT_FOUND, "error_not_found")
}
