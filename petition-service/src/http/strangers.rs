//! Links that do not exist, pressed again and again. Nobody guesses one, but each try is a question to the writer, which
//! those who sign wait for.
//!
//! Nobody is refused: behind the same address others may hold good links. A network that pressed too many
//! of them is only looked at first, by a reader; what does not exist goes no further.

use axum::extract::{RawPathParams, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::router::Peer;
use super::{Web, answers, links};
use crate::usecases::Share;

/// Stands before what a link's button does.
pub(super) async fn look_first(
    State(web): State<Web>,
    Peer(peer): Peer,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let service = web.service();
    let network = web.network(peer, request.headers());
    if service.is_used_up(Share::Strange, &network) {
        let token = params.iter().find(|(name, _)| *name == "token");
        let token = token.map_or("", |(_, token)| token);
        match service.is_known(token).await {
            Ok(true) => {}
            Ok(false) => {
                metrics::counter!("strange_links_limited").increment(1);
                return links::unknown(&web, request.headers());
            }
            Err(error) => return answers::link_failed(&web, request.headers(), &error),
        }
    }
    let response = next.run(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        // Whether or not it is used up now is for the next.
        let _used_up = service.share(Share::Strange, &network);
    }
    response
}
