//! Images that load when they come into sight.

use pulldown_cmark::{Event, Tag, TagEnd};
use pulldown_cmark_escape::{escape_href, escape_html};

/// An image whose description is being read.
pub(super) struct LazyImage {
    address: String,
    title: String,
    alt: String,
    depth: usize,
}

impl LazyImage {
    pub(super) fn open(address: &str, title: &str) -> Self {
        Self {
            address: address.to_owned(),
            title: title.to_owned(),
            alt: String::new(),
            depth: 0,
        }
    }

    /// Takes the next event; gives the image once it is complete.
    pub(super) fn take(&mut self, event: &Event<'_>) -> Option<String> {
        match event {
            Event::Start(Tag::Image { .. }) => self.depth += 1,
            Event::End(TagEnd::Image) if self.depth == 0 => return Some(self.html()),
            Event::End(TagEnd::Image) => self.depth -= 1,
            Event::Text(text) | Event::Code(text) => self.alt.push_str(text),
            Event::SoftBreak | Event::HardBreak => self.alt.push(' '),
            _ => {}
        }
        None
    }

    fn html(&self) -> String {
        let mut html = String::from("<img src=\"");
        // Writing to a string cannot fail.
        let _always = escape_href(&mut html, &self.address);
        if !self.title.is_empty() {
            html.push_str("\" title=\"");
            let _always = escape_html(&mut html, &self.title);
        }
        html.push_str("\" alt=\"");
        let _always = escape_html(&mut html, &self.alt);
        html.push_str("\" loading=\"lazy\" decoding=\"async\" />");
        html
    }
}
