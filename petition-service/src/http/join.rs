//! `POST /petitions/{id}/sign` and `POST /newsletters/{id}/subscribe`.

use std::net::IpAddr;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;
use tokio::time::Instant;

use super::extract::{InUse, Sent};
use super::posted::Posted;
use super::router::Peer;
use super::{Web, answers, cookies, partner};
use crate::campaign::Campaign;
use crate::domain::TokenSecret;
use crate::pages::{self, FormAgain, Mistake};
use crate::store::SubjectKind;
use crate::usecases::{Join, Joined, Share};

pub(super) async fn sign(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Peer(peer): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Sent(posted): Sent,
) -> Response {
    join(
        &web,
        &campaign,
        peer,
        (&id, SubjectKind::Petition),
        (&headers, &posted),
    )
    .await
}

pub(super) async fn subscribe(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Peer(peer): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Sent(posted): Sent,
) -> Response {
    join(
        &web,
        &campaign,
        peer,
        (&id, SubjectKind::Newsletter),
        (&headers, &posted),
    )
    .await
}

async fn join(
    web: &Web,
    campaign: &Campaign,
    peer: IpAddr,
    (id, kind): (&str, SubjectKind),
    (headers, posted): (&HeaderMap, &Posted),
) -> Response {
    let lang = posted.lang();
    let Ok(partner) = partner::of(web, campaign, id, headers, posted.partner()) else {
        let status = StatusCode::FORBIDDEN;
        return answers::problem(web, headers, lang, status, "error_bad_request");
    };
    let again = Again {
        web,
        campaign,
        id,
        kind,
        posted,
    };
    let network = web.network(peer, headers);
    if let Err(wait) = web.service().share(Share::Forms, &network) {
        metrics::counter!("rate_limited").increment(1);
        return again.rate_limited(wait.as_secs());
    }
    let came = Instant::now();
    let nonce = cookies::nonce(web, headers).unwrap_or_else(TokenSecret::generate);
    // Given to everybody, whether or not there is something to wait for.
    let wait = TokenSecret::generate();
    let mut request = posted.request();
    request.nonce = Some(nonce.clone());
    request.wait = Some(wait.clone());
    request.network = network;
    request.partner = partner;
    let join = Join {
        campaign,
        form_id: id,
        kind,
    };
    match web.service().join(join, &request).await {
        Ok(Joined::CheckMail { next }) => {
            let mut response = if posted.json {
                let body = json!({"status": "check_mail", "next": next});
                (StatusCode::ACCEPTED, Json(body)).into_response()
            } else {
                answers::see_other(&next)
            };
            remember(web, &mut response, &nonce, &wait);
            // Whatever became of it: how long it took tells nothing of the address.
            web.0.levels.forms.wait(came).await;
            response
        }
        Ok(Joined::Kept) => {
            let mut response = answers::kept(campaign, headers, lang, posted.json);
            remember(web, &mut response, &nonce, &wait);
            response
        }
        Ok(Joined::Invalid(mistakes)) => again.show(StatusCode::UNPROCESSABLE_ENTITY, &mistakes),
        Ok(Joined::Closed(mistake)) => again.closed(&mistake),
        Ok(Joined::Doubtful { meant }) => again.ask(meant.expose()),
        Ok(Joined::NoSuchForm) => {
            let status = StatusCode::NOT_FOUND;
            answers::problem(web, headers, lang, status, "error_not_found")
        }
        Ok(Joined::NoSuchLanguage) => {
            answers::wrong_language(campaign, id, headers, lang, posted.json)
        }
        Err(error) => answers::unavailable(web, headers, lang, posted.json, &error),
    }
}

/// The browser is to be known again when its link is opened.
fn remember(web: &Web, response: &mut Response, nonce: &TokenSecret, wait: &TokenSecret) {
    for cookie in cookies::given(web, nonce, wait) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// A form that is shown again.
struct Again<'a> {
    web: &'a Web,
    campaign: &'a Campaign,
    id: &'a str,
    kind: SubjectKind,
    posted: &'a Posted,
}

impl Again<'_> {
    fn show(&self, status: StatusCode, mistakes: &[Mistake]) -> Response {
        if self.posted.json {
            return answers::invalid(status, mistakes);
        }
        self.page(status, mistakes, None)
    }

    /// Says why the petition cannot be signed; there is nothing to mend in the form.
    fn closed(&self, mistake: &Mistake) -> Response {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        match self.campaign.form(self.id, self.posted.lang()) {
            Some(form) if !self.posted.json => {
                (status, Html(pages::closed(form, &mistake.message))).into_response()
            }
            _ => self.show(status, std::slice::from_ref(mistake)),
        }
    }

    /// Asks whether another address was meant.
    fn ask(&self, meant: &str) -> Response {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        if !self.posted.json {
            return self.page(status, &[], Some(meant));
        }
        let voice = self.campaign.voice(self.posted.lang());
        let mistake = Mistake {
            field: "email".to_owned(),
            message: voice.fill("email_question", &[("email", meant)]),
        };
        answers::doubtful(status, &mistake, meant)
    }

    fn page(&self, status: StatusCode, mistakes: &[Mistake], meant: Option<&str>) -> Response {
        let Some(form) = self.campaign.form(self.id, self.posted.lang()) else {
            // Not in this language: only the reason can be shown.
            let voice = self.campaign.voice(self.posted.lang());
            let message = mistakes.first().map_or("", |mistake| &mistake.message);
            return (status, Html(pages::problem(Some(voice), "", message))).into_response();
        };
        let base = self.web.base_path();
        let post_to = match self.kind {
            SubjectKind::Petition => format!("{base}/petitions/{}/sign", self.id),
            SubjectKind::Newsletter => format!("{base}/newsletters/{}/subscribe", self.id),
        };
        let page = pages::form_again(&FormAgain {
            form,
            post_to: &post_to,
            values: &self.posted.values(),
            mistakes,
            email_meant: meant,
        });
        (status, Html(page)).into_response()
    }

    fn rate_limited(&self, seconds: u64) -> Response {
        let voice = self.campaign.voice(self.posted.lang());
        let minutes = seconds.div_ceil(60).max(1).to_string();
        let mistake = Mistake {
            field: String::new(),
            message: voice.fill("error_rate_limited", &[("minutes", &minutes)]),
        };
        let response = self.show(StatusCode::TOO_MANY_REQUESTS, &[mistake]);
        answers::retry_after(response, seconds)
    }
}
