//! The mailbox in the browser, and as JSON for tests.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::get;

use super::{Mail, Mailbox};

/// `/dev/mailbox` (list), `/dev/mailbox/{id}` (one mail), `/dev/mailbox.json` (all of them).
pub(in crate::dev) fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/dev/mailbox", get(list))
        .route("/dev/mailbox.json", get(json))
        .route("/dev/mailbox/{id}", get(one))
        .route("/dev/mailbox/{id}/html", get(html_part))
        .with_state(mailbox)
}

async fn json(State(mailbox): State<Mailbox>) -> Json<Vec<Mail>> {
    Json(mailbox.mails())
}

async fn list(State(mailbox): State<Mailbox>) -> Html<String> {
    let mails = mailbox.mails();
    let mut rows = String::new();
    for mail in &mails {
        rows.push_str(&format!(
            "<li><a href=\"/dev/mailbox/{}\" dir=\"auto\">{}</a> <span>{}</span></li>",
            mail.id,
            escape(&mail.subject),
            escape(&mail.to.join(", "))
        ));
    }
    if mails.is_empty() {
        rows.push_str("<li>No mail yet. Sign the petition or subscribe, then look here.</li>");
    }
    // The list looks for new mail by itself; a page that is being read does not move.
    Html(page(
        "Mailbox",
        "<meta http-equiv=\"refresh\" content=\"3\">",
        &format!(
            "<p>Every mail that this development server sends ends here; none leaves this machine. \
             <a href=\"/\">To the site</a></p><ol reversed>{rows}</ol>"
        ),
    ))
}

async fn one(State(mailbox): State<Mailbox>, Path(id): Path<u64>) -> Response {
    let Some(mail) = find(&mailbox, id) else {
        return missing();
    };
    let body = format!(
        "<p><a href=\"/dev/mailbox\">All mails</a></p>\
         <dl><dt>To</dt><dd>{}</dd><dt>Subject</dt><dd dir=\"auto\">{}</dd></dl>\
         <h2>Text part</h2><pre dir=\"auto\">{}</pre>\
         <h2>HTML part</h2><iframe title=\"HTML part\" sandbox=\"allow-popups allow-top-navigation-by-user-activation\" src=\"/dev/mailbox/{id}/html\"></iframe>\
         <details><summary>Source</summary><pre>{}</pre></details>",
        escape(&mail.to.join(", ")),
        escape(&mail.subject),
        linked(&mail.text),
        escape(&mail.source),
    );
    Html(page(&mail.subject, "", &body)).into_response()
}

async fn html_part(State(mailbox): State<Mailbox>, Path(id): Path<u64>) -> Response {
    let Some(mail) = find(&mailbox, id) else {
        return missing();
    };
    // Links open the whole page, as they would from a mail program.
    let html = format!("<base target=\"_top\">{}", mail.html);
    (
        [(
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        )],
        Html(html),
    )
        .into_response()
}

fn find(mailbox: &Mailbox, id: u64) -> Option<Mail> {
    mailbox.mails().into_iter().find(|mail| mail.id == id)
}

fn missing() -> Response {
    let body = "<p>There is no such mail. <a href=\"/dev/mailbox\">All mails</a></p>";
    (StatusCode::NOT_FOUND, Html(page("No such mail", "", body))).into_response()
}

fn page(title: &str, head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{head}\
         <title>{title}</title><style>\
         body{{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}\
         li{{margin:.5rem 0}}li span{{color:#555}}dt{{font-weight:bold}}dd{{margin:0 0 .5rem}}\
         pre{{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:1rem}}\
         iframe{{width:100%;height:34rem;border:1px solid #999}}\
         </style></head><body><main><h1 dir=\"auto\">{title}</h1>{body}</main></body></html>",
        title = escape(title),
    )
}

/// Text with its web addresses as links.
fn linked(text: &str) -> String {
    let mut html = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let address = word.trim_end();
        if address.starts_with("http://") || address.starts_with("https://") {
            let shown = escape(address);
            html.push_str(&format!("<a href=\"{shown}\">{shown}</a>"));
            html.push_str(&escape(word.get(address.len()..).unwrap_or_default()));
        } else {
            html.push_str(&escape(word));
        }
    }
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn addresses_become_links_and_the_rest_is_escaped() {
        assert_eq!(
            linked("a <b>\nhttps://e.example/?a=1&b=2\nend"),
            "a &lt;b&gt;\n<a href=\"https://e.example/?a=1&amp;b=2\">https://e.example/?a=1&amp;b=2</a>\nend"
        );
    }
}
