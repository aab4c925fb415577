//! Links: to other content files, beside the page, within it, and out of the site.

use percent_encoding::percent_decode_str;
use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};
use pulldown_cmark_escape::{escape_href, escape_html};

use super::render::BodyJob;
use super::{ExternalLink, InternalLink};
use crate::diagnostic::Diagnostic;
use crate::fields::Place;
use crate::settings::MarkdownSettings;

/// A link as the author wrote it.
pub(super) struct Written<'e> {
    pub(super) link_type: LinkType,
    pub(super) destination: CowStr<'e>,
    pub(super) title: CowStr<'e>,
    pub(super) id: CowStr<'e>,
}

/// The links of one body.
pub(super) struct Links<'j> {
    job: &'j BodyJob<'j>,
    internal: Vec<InternalLink>,
    external: Vec<ExternalLink>,
    /// For each open link: whether it was written by hand.
    open: Vec<bool>,
}

impl<'j> Links<'j> {
    pub(super) fn new(job: &'j BodyJob<'j>) -> Self {
        Self {
            job,
            internal: Vec::new(),
            external: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Links to content files, and addresses that leave the site.
    pub(super) fn found(self) -> (Vec<InternalLink>, Vec<ExternalLink>) {
        (self.internal, self.external)
    }

    /// The address of a destination beside the page (`picture.png`), or beside another
    /// (`@/other/picture.png`); none for any other.
    pub(super) fn beside(&self, destination: &str) -> Option<String> {
        let asset = destination.strip_prefix("@/").and_then(|path| {
            let path = percent_decode_str(path).decode_utf8_lossy();
            self.job.links.asset(&path)
        });
        if asset.is_some() {
            return asset;
        }
        let elsewhere = destination.starts_with('/')
            || destination.starts_with("..")
            || destination.starts_with('#')
            || has_scheme(destination);
        (!elsewhere).then(|| format!("{}{destination}", self.job.permalink))
    }

    pub(super) fn open<'e>(
        &mut self,
        link: Written<'e>,
        place: Option<Place>,
        faults: &mut Vec<Diagnostic>,
    ) -> Event<'e> {
        let Written {
            link_type,
            destination,
            title,
            id,
        } = link;
        let leaves = link_type != LinkType::Email
            && (destination.starts_with("http:") || destination.starts_with("https:"));
        let resolved = match link_type {
            LinkType::Email => destination,
            _ => self.resolve(&destination, place, faults).into(),
        };
        if leaves {
            let url = resolved.to_string();
            self.external.push(ExternalLink { url, place });
            if let Some(html) = tweaked(self.job.options, &resolved, &title) {
                self.open.push(true);
                return Event::InlineHtml(html.into());
            }
        }
        self.open.push(false);
        Event::Start(Tag::Link {
            link_type,
            dest_url: resolved,
            title,
            id,
        })
    }

    pub(super) fn close<'e>(&mut self) -> Event<'e> {
        if self.open.pop().unwrap_or(false) {
            Event::InlineHtml("</a>".into())
        } else {
            Event::End(TagEnd::Link)
        }
    }

    fn fault(&self, place: Option<Place>, fault: Diagnostic) -> Diagnostic {
        let fault = fault.in_file(self.job.file.to_owned());
        match place {
            Some(place) => place.mark(fault),
            None => fault,
        }
    }

    fn resolve(
        &mut self,
        destination: &str,
        place: Option<Place>,
        faults: &mut Vec<Diagnostic>,
    ) -> String {
        if destination.is_empty() {
            let fault = Diagnostic::error("There is a link that is missing a URL")
                .hint("write where it leads between the parentheses: [text](@/page.md)");
            faults.push(self.fault(place, fault));
            return String::new();
        }
        if let Some(internal) = destination.strip_prefix("@/") {
            return self.content_file(internal, place, faults);
        }
        if let Some(fragment) = destination.strip_prefix('#') {
            if fragment.is_empty() {
                return destination.to_owned();
            }
            if let Some(own) = self.job.file.strip_prefix("content/") {
                self.internal.push(InternalLink {
                    target: own.to_owned(),
                    anchor: Some(fragment.to_owned()),
                    place,
                });
            }
            return format!("{}{destination}", self.job.permalink);
        }
        self.beside(destination)
            .unwrap_or_else(|| destination.to_owned())
    }

    fn content_file(
        &mut self,
        written: &str,
        place: Option<Place>,
        faults: &mut Vec<Diagnostic>,
    ) -> String {
        let (path, anchor) = match written.split_once('#') {
            // What follows a second `#` is lost, as in Zola.
            Some((path, anchor)) => (path, anchor.split('#').next()),
            None => (written, None),
        };
        let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
        let Some(address) = self.job.links.address(&path) else {
            if let Some(asset) = self.job.links.asset(&path) {
                return asset;
            }
            let message = format!("This link leads to `@/{path}`, which is not there");
            let fault = if self.job.broken_link_is_error {
                Diagnostic::error(message)
            } else {
                Diagnostic::warning(message)
            };
            let fault = match self.job.links.nearest(&path) {
                Some(near) => fault.hint(format!("did you mean `@/{near}`?")),
                None => fault.hint("write the file's path below content/ after @/"),
            };
            faults.push(self.fault(place, fault));
            return format!("@/{written}");
        };
        self.internal.push(InternalLink {
            target: path,
            anchor: anchor.map(str::to_owned),
            place,
        });
        match anchor {
            Some(anchor) => format!("{address}#{anchor}"),
            None => address,
        }
    }
}

/// Whether a destination begins with a scheme (`mailto:`).
fn has_scheme(destination: &str) -> bool {
    destination.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// A link that leaves the site as the settings want it; none if they want nothing special.
fn tweaked(options: &MarkdownSettings, address: &str, title: &str) -> Option<String> {
    let mut rel = Vec::new();
    if options.external_links_target_blank {
        rel.push("noopener");
    }
    if options.external_links_no_follow {
        rel.push("nofollow");
    }
    if options.external_links_no_referrer {
        rel.push("noreferrer");
    }
    if options.external_links_external {
        rel.push("external");
    }
    if rel.is_empty() && options.external_links_class.is_none() {
        return None;
    }
    let mut html = String::from("<a");
    let mut attribute = |name: &str, value: &str| {
        html.push_str(&format!(" {name}=\""));
        // Writing to a string cannot fail.
        let _always = escape_html(&mut html, value);
        html.push('"');
    };
    if let Some(class) = &options.external_links_class {
        attribute("class", class);
    }
    if !rel.is_empty() {
        attribute("rel", &rel.join(" "));
    }
    if options.external_links_target_blank {
        attribute("target", "_blank");
    }
    if !title.is_empty() {
        attribute("title", title);
    }
    html.push_str(" href=\"");
    let _always = escape_href(&mut html, address);
    html.push_str("\">");
    Some(html)
}
