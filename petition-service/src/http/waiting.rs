//! The tab that waits: `GET /waiting`, `POST /code`, `POST /resend`, and the link that asks for a new
//! mail. What they answer tells nothing of an address but that the form of this very browser is
//! confirmed.

use std::net::IpAddr;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;
use tokio::time::Instant;

use super::extract::{InUse, Sent};
use super::posted::Posted;
use super::router::Peer;
use super::{Web, answers, cookies, language};
use crate::campaign::Campaign;
use crate::domain::TokenSecret;
use crate::pages::{self, CodeAgain};
use crate::store::{About, SubjectKind};
use crate::usecases::{Share, Told};

/// Where a page of the site says that the mail was asked for again.
const RESENT: &str = "#resent";

/// To the page that says that it is done: of a petition, to what that page says of it.
pub(super) fn done(campaign: &Campaign, about: &About) -> String {
    let steps = &campaign.voice(&about.lang).language.steps;
    match about.kind {
        SubjectKind::Petition => format!("{}#share-{}", steps.signed, about.form_id),
        SubjectKind::Newsletter => steps.subscribed.clone(),
    }
}

pub(super) async fn waiting(
    State(web): State<Web>,
    InUse(campaign): InUse,
    headers: HeaderMap,
) -> Response {
    // A browser keeps its token as long as there is something to wait for.
    let Some(wait) = cookies::wait(&web, &headers) else {
        return Json(json!({"state": "expired"})).into_response();
    };
    match web.service().waiting(&wait).await {
        Ok(Told::Confirmed(about)) => {
            let next = done(&campaign, &about);
            Json(json!({"state": "confirmed", "next": next})).into_response()
        }
        Ok(Told::Pending { mail_minutes: None }) => {
            Json(json!({"state": "pending"})).into_response()
        }
        Ok(Told::Pending {
            mail_minutes: Some(minutes),
        }) => Json(json!({"state": "pending", "mail_minutes": minutes})).into_response(),
        Err(error) => answers::unavailable(&web, &headers, "", true, &error),
    }
}

pub(super) async fn code(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Peer(peer): Peer,
    headers: HeaderMap,
    Sent(posted): Sent,
) -> Response {
    if let Err(response) = allowed(&web, &campaign, peer, (&headers, &posted)) {
        return *response;
    }
    let came = Instant::now();
    let wait = cookies::wait(&web, &headers);
    let typed = posted.get("code");
    match web.service().confirm_by_code(wait.as_ref(), typed).await {
        Ok(Some(about)) => {
            let next = done(&campaign, &about);
            if posted.json {
                return Json(json!({"status": "confirmed", "next": next})).into_response();
            }
            answers::see_other(&next)
        }
        Ok(None) => {
            web.0.levels.codes.wait(came).await;
            wrong(&web, &campaign, &headers, &posted)
        }
        Err(error) => answers::unavailable(&web, &headers, posted.lang(), posted.json, &error),
    }
}

/// The code did not confirm: the same whether it is wrong, was tried too often, or there is none.
fn wrong(web: &Web, campaign: &Campaign, headers: &HeaderMap, posted: &Posted) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let voice = language::voice(campaign, headers, posted.lang());
    let message = voice.text("error_code");
    if posted.json {
        let body = json!({"status": "wrong_code", "message": message});
        return (status, Json(body)).into_response();
    }
    let base = web.base_path();
    let page = pages::code_again(&CodeAgain {
        voice,
        post_to: &format!("{base}/code"),
        resend_to: &format!("{base}/resend"),
        back: &voice.language.steps.check_mail,
    });
    (status, Html(page)).into_response()
}

pub(super) async fn resend(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Peer(peer): Peer,
    headers: HeaderMap,
    Sent(posted): Sent,
) -> Response {
    let wait = cookies::wait(&web, &headers);
    send_again(&web, &campaign, peer, (&headers, &posted), wait).await
}

/// The same for whoever holds a link whose time is over.
pub(super) async fn resend_for_link(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Peer(peer): Peer,
    Path(token): Path<String>,
    headers: HeaderMap,
    Sent(posted): Sent,
) -> Response {
    let token = TokenSecret::parse(&token);
    send_again(&web, &campaign, peer, (&headers, &posted), token).await
}

async fn send_again(
    web: &Web,
    campaign: &Campaign,
    peer: IpAddr,
    (headers, posted): (&HeaderMap, &Posted),
    token: Option<TokenSecret>,
) -> Response {
    if let Err(response) = allowed(web, campaign, peer, (headers, posted)) {
        return *response;
    }
    let came = Instant::now();
    if let Err(error) = web.service().resend(token.as_ref()).await {
        return answers::unavailable(web, headers, posted.lang(), posted.json, &error);
    }
    web.0.levels.resends.wait(came).await;
    let voice = language::voice(campaign, headers, posted.lang());
    let next = format!("{}{RESENT}", voice.language.steps.check_mail);
    if posted.json {
        let body = json!({"status": "check_mail", "next": next});
        return (StatusCode::ACCEPTED, Json(body)).into_response();
    }
    answers::see_other(&next)
}

/// Whether what was posted may be looked at: it is from the site, and not one of too many.
fn allowed(
    web: &Web,
    campaign: &Campaign,
    peer: IpAddr,
    (headers, posted): (&HeaderMap, &Posted),
) -> Result<(), Box<Response>> {
    let site = campaign.file().site.base_url.as_str();
    if !web.0.origins.may_post(headers, Some(site)) {
        let status = StatusCode::FORBIDDEN;
        return Err(Box::new(answers::problem(
            web,
            headers,
            "",
            status,
            "error_bad_request",
        )));
    }
    if let Err(wait) = web
        .service()
        .share(Share::Waiting, &web.network(peer, headers))
    {
        metrics::counter!("rate_limited").increment(1);
        let status = StatusCode::TOO_MANY_REQUESTS;
        let response = answers::problem(web, headers, posted.lang(), status, "error_too_many");
        let response = answers::retry_after(response, wait.as_secs());
        return Err(Box::new(response));
    }
    Ok(())
}
