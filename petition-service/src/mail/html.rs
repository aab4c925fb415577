//! The HTML part of a mail: paragraphs and buttons, without tables, pictures or outside requests.

use std::fmt::Write;

use campaign_file::texts;

use super::compose::Link;
use crate::campaign::Voice;

/// What the HTML part is made of; all of it plain text.
pub(super) struct Parts<'a> {
    /// Language and direction, and the labels of buttons.
    pub(super) voice: Voice<'a>,
    /// Becomes the document's title.
    pub(super) subject: &'a str,
    /// The body's text with its placeholders.
    pub(super) body: &'a str,
    /// The footer's text with its placeholders.
    pub(super) footer: &'a str,
    /// Values of placeholders that are words.
    pub(super) values: &'a [(&'a str, &'a str)],
    /// Values of placeholders that are links, with their buttons.
    pub(super) links: &'a [Link<'a>],
    /// Links that may stand in the footer.
    pub(super) footer_links: &'a [(&'a str, &'a str)],
}

const PAGE: &str = "margin:0 auto;padding:24px 20px;max-width:36em;\
    font:17px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;\
    color:#1b1b1f;background:#ffffff";
const PARAGRAPH: &str = "margin:0 0 1em";
const LOUD: &str = "display:inline-block;padding:14px 26px;border-radius:6px;border:2px solid #8a1538;\
    background:#8a1538;color:#ffffff;font-weight:bold;text-decoration:none";
const QUIET: &str = "display:inline-block;padding:10px 18px;border-radius:6px;border:2px solid #5c5c66;\
    background:#ffffff;color:#1b1b1f;text-decoration:none";
const PLAIN_LINK: &str = "color:#5c5c66;font-size:14px;word-break:break-all";
const CODE: &str =
    "margin:0 0 1em;font-size:30px;line-height:1.3;font-weight:bold;letter-spacing:2px";
const LINK: &str = "color:#0b57a4;word-break:break-word";
const FOOTER: &str = "margin:2em 0 0;padding:1em 0 0;border-top:1px solid #c9c9d1;\
    font-size:14px;color:#5c5c66";

/// The whole document.
pub(super) fn document(parts: &Parts<'_>) -> String {
    let voice = parts.voice;
    let lang = escape(voice.code);
    let dir = voice.direction();
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{lang}\" dir=\"{dir}\">\n<head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{title}</title>\n</head>\n<body style=\"margin:0;padding:0;background:#ffffff\">\n\
         <div role=\"article\" lang=\"{lang}\" dir=\"{dir}\" style=\"{PAGE}\">\n",
        title = escape(parts.subject),
    );
    for paragraph in paragraphs(parts.body) {
        match parts.links.iter().find(|link| is_only(&paragraph, link)) {
            Some(link) => button(&mut html, link, voice),
            None if paragraph.trim() == "{code}" => prose(&mut html, CODE, &paragraph, parts),
            None => prose(&mut html, PARAGRAPH, &paragraph, parts),
        }
    }
    for paragraph in paragraphs(parts.footer) {
        prose(&mut html, FOOTER, &paragraph, parts);
    }
    html.push_str("</div>\n</body>\n</html>\n");
    html
}

/// The paragraphs of a text: what blank lines separate.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in text.lines().map(str::trim_end) {
        match paragraphs.last_mut() {
            Some(last) if !line.is_empty() => {
                if !last.is_empty() {
                    last.push('\n');
                }
                last.push_str(line);
            }
            _ => paragraphs.push(String::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.trim().is_empty());
    paragraphs
}

fn is_only(paragraph: &str, link: &Link<'_>) -> bool {
    paragraph
        .trim()
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        == Some(link.placeholder)
}

/// A button, with the address below it for those whose mail program shows no buttons.
fn button(html: &mut String, link: &Link<'_>, voice: Voice<'_>) {
    let style = if link.primary { LOUD } else { QUIET };
    let address = escape(link.address);
    let label = escape(voice.text(link.button));
    // Writing to a string cannot fail.
    let _written = writeln!(
        html,
        "<p style=\"{PARAGRAPH}\"><a href=\"{address}\" style=\"{style}\">{label}</a></p>\n\
         <p style=\"{PARAGRAPH}\"><a href=\"{address}\" dir=\"ltr\" style=\"{PLAIN_LINK}\">{address}</a></p>"
    );
}

fn prose(html: &mut String, style: &str, paragraph: &str, parts: &Parts<'_>) {
    // Escaping leaves braces and the names in them alone, so the placeholders survive it.
    let template = escape(paragraph).replace('\n', "<br>\n");
    let words = parts
        .values
        .iter()
        .map(|(name, value)| (*name, escape(value)));
    let links = parts
        .links
        .iter()
        .map(|link| (link.placeholder, link.address));
    let links = links
        .chain(parts.footer_links.iter().copied())
        .map(|(name, address)| {
            let address = escape(address);
            let anchor =
                format!("<a href=\"{address}\" dir=\"ltr\" style=\"{LINK}\">{address}</a>");
            (name, anchor)
        });
    let values: Vec<(&str, String)> = words.chain(links).collect();
    let borrowed: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let filled = texts::fill(&template, &borrowed);
    let _written = writeln!(html, "<p style=\"{style}\">{filled}</p>");
}

/// Text made safe inside HTML, in content and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
