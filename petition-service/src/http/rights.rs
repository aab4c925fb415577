//! A person's own rights: preferences, the copy of what is known, erasure. A GET shows a page, the POST
//! of one of its buttons does it.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::extract::InUse;
use super::links::{self, expired, unknown};
use super::{Web, answers};
use crate::campaign::Campaign;
use crate::pages::{self, Manage, Notice};
use crate::store::{EraseOutcome, PeekState, RightsOutcome};
use crate::usecases::{Copied, Opened, Wish};

/// What was just done, in the address of the page that says so.
#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    pub(super) fn notice(&self) -> Option<Notice> {
        Notice::from_name(&self.done)
    }
}

/// The fields of a page with several buttons.
struct Pressed(Vec<(String, String)>);

impl Pressed {
    fn read(body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body).take(64);
        Self(
            pairs
                .map(|(k, v)| (k.into_owned(), v.into_owned()))
                .collect(),
        )
    }

    fn get(&self, name: &str) -> &str {
        let mut pairs = self.0.iter();
        let found = pairs.find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    fn wish(&self) -> Option<(Wish, Notice)> {
        let topics = self.0.iter().filter(|(name, _)| name == "topics");
        Some(match self.get("action") {
            "save" => (
                Wish::Reading {
                    topics: topics.map(|(_, value)| value.clone()).collect(),
                    lang: self.get("lang").to_owned(),
                },
                Notice::Saved,
            ),
            "pause" => (Wish::Pause, Notice::Paused),
            "resume" => (Wish::Resume, Notice::Resumed),
            "unsubscribe" => (Wish::Unsubscribe, Notice::Left),
            "never" => (Wish::Never, Notice::Left),
            _ => return asked(self.get("action")),
        })
    }
}

fn asked(action: &str) -> Option<(Wish, Notice)> {
    match action {
        "export" => Some((Wish::Export, Notice::Mailed)),
        "erase" => Some((Wish::Erase, Notice::Mailed)),
        _ => None,
    }
}

/// The wish for a mail with a link, if the body holds that button.
pub(super) fn asked_for(body: &[u8]) -> Option<Wish> {
    asked(Pressed::read(body).get("action")).map(|(wish, _)| wish)
}

pub(super) async fn open_manage(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Path(token): Path<String>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Response {
    let peek = match web.service().open("manage", &token, None).await {
        Ok(Opened::Button { peek, .. }) => peek,
        Ok(Opened::Expired(about)) => return expired(&campaign, &about),
        Ok(Opened::Confirmed(_) | Opened::Late(_) | Opened::Unknown) => {
            return unknown(&web, &headers);
        }
        Err(error) => return answers::unavailable(&web, &headers, "", false, &error),
    };
    let voice = campaign.voice(&peek.lang);
    if peek.state == PeekState::Done {
        return answers::see_other(&voice.language.steps.unsubscribed);
    }
    let preferences = match web.service().preferences(&token).await {
        Ok(Some(preferences)) => preferences,
        Ok(None) => return unknown(&web, &headers),
        Err(error) => return answers::unavailable(&web, &headers, "", false, &error),
    };
    let languages = campaign.languages_of(&peek.form_id);
    let page = pages::manage(&Manage {
        form: campaign.form_known(&peek.form_id, &peek.lang),
        voice,
        languages: &languages,
        post_to: &format!("{}/manage/{token}", web.base_path()),
        topics: &preferences.topics,
        paused_until: preferences.paused_until.map(|until| until.date_naive()),
        notice: done.notice(),
    });
    Html(page).into_response()
}

pub(super) async fn manage(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((wish, notice)) = Pressed::read(&body).wish() else {
        let status = StatusCode::BAD_REQUEST;
        return answers::problem(&web, &headers, "", status, "error_bad_request");
    };
    wished(
        &web,
        &campaign,
        &headers,
        ("manage", &token),
        (wish, notice),
    )
    .await
}

/// Does what was wished, and leads back to the page, which says so.
pub(super) async fn wished(
    web: &Web,
    campaign: &Campaign,
    headers: &HeaderMap,
    (path, token): (&str, &str),
    (wish, notice): (Wish, Notice),
) -> Response {
    match web.service().wish(campaign, token, wish).await {
        Ok(RightsOutcome::Done(about)) if notice == Notice::Left => {
            let voice = campaign.voice(&about.lang);
            answers::see_other(&voice.language.steps.unsubscribed)
        }
        Ok(RightsOutcome::Done(_)) => {
            let base = web.base_path();
            answers::see_other(&format!("{base}/{path}/{token}?done={}", notice.name()))
        }
        Ok(RightsOutcome::Over(about)) => expired(campaign, &about),
        Ok(RightsOutcome::Unknown) => unknown(web, headers),
        Err(error) => answers::link_failed(web, headers, &error),
    }
}

pub(super) async fn open_export(
    state: State<Web>,
    campaign: InUse,
    token: Path<String>,
    headers: HeaderMap,
) -> Response {
    links::open(state, campaign, "export", token, headers, None).await
}

pub(super) async fn open_erase(
    state: State<Web>,
    campaign: InUse,
    token: Path<String>,
    headers: HeaderMap,
) -> Response {
    links::open(state, campaign, "erase", token, headers, None).await
}

pub(super) async fn export(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    match web.service().copy(&campaign, &token).await {
        Ok(Copied::Copy(copy)) => {
            let name = format!("attachment; filename=\"{}.json\"", copy.about.form_id);
            let headers = [
                (CONTENT_TYPE, "application/json; charset=utf-8".to_owned()),
                (CONTENT_DISPOSITION, name),
            ];
            (headers, copy.json.into_inner()).into_response()
        }
        Ok(Copied::Expired(about)) => expired(&campaign, &about),
        Ok(Copied::Unknown) => unknown(&web, &headers),
        Err(error) => answers::link_failed(&web, &headers, &error),
    }
}

pub(super) async fn erase(
    State(web): State<Web>,
    InUse(campaign): InUse,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    match web.service().erase(&token).await {
        Ok(EraseOutcome::Erased { about, number, at }) => {
            let form = campaign.form_known(&about.form_id, &about.lang);
            let voice = campaign.voice(&about.lang);
            let page = pages::erased(voice, form, &number.to_string(), at);
            Html(page).into_response()
        }
        Ok(EraseOutcome::Expired(about)) => expired(&campaign, &about),
        Ok(EraseOutcome::Unknown) => unknown(&web, &headers),
        Err(error) => answers::link_failed(&web, &headers, &error),
    }
}
