//! Whether links to other sites work: each address asked once, one at a time of each host.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use regex::Regex;
use url::Url;

use crate::diagnostic::Diagnostic;
use crate::fields::Place;
use crate::settings::{LinkLevel, Settings};
use crate::source::{Reply, Request, Unreachable, ask};

/// Hosts asked at the same time.
const HOSTS_AT_ONCE: usize = 16;
/// As much of a page is read to find an anchor.
const LARGEST_PAGE: usize = 16 * 1024 * 1024;
/// The longest that a host may make us wait before another try.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A link that leaves the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideLink {
    /// The file that holds it, relative to the site's root.
    pub file: String,
    /// The place, where known.
    pub place: Option<Place>,
    /// Where it leads.
    pub url: String,
}

/// How politely other hosts are asked.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Between two questions to one host.
    pub pause: Duration,
    /// Before a second try; before a third one twice as long.
    pub before_retry: Duration,
    /// Further tries where a fault may pass.
    pub retries: u32,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(500),
            before_retry: Duration::from_secs(2),
            retries: 2,
        }
    }
}

/// A fault for each link that does not work, as grave as the settings say, in the links' order.
#[must_use]
pub fn check_outside(
    settings: &Settings,
    links: &[OutsideLink],
    manners: Manners,
) -> Vec<Diagnostic> {
    let rules = &settings.link_checker;
    let mut faults: BTreeMap<usize, String> = BTreeMap::new();
    let mut hosts: BTreeMap<String, BTreeMap<String, Asked>> = BTreeMap::new();
    for (number, link) in links.iter().enumerate() {
        let ignored = rules
            .ignored_files
            .is_match(settings.root().join(&link.file));
        if ignored || starts_with_any(&link.url, &rules.skip_prefixes) {
            continue;
        }
        let url = match Url::parse(&link.url) {
            Ok(url) => url,
            Err(error) => {
                faults.insert(number, format!("it is no address: {error}"));
                continue;
            }
        };
        let anchor =
            anchor(&url).filter(|_| !starts_with_any(&link.url, &rules.skip_anchor_prefixes));
        let host = format!("{:?}:{:?}", url.host_str(), url.port_or_known_default());
        let mut page = url;
        page.set_fragment(None);
        let asked = hosts.entry(host).or_default();
        let asked = asked.entry(page.into()).or_default();
        asked.anchors.extend(anchor.clone());
        asked.links.push((number, anchor));
    }
    faults.extend(visit(&hosts, manners));
    faults
        .into_iter()
        .filter_map(|(number, reason)| {
            Some(fault(rules.external_level, links.get(number)?, &reason))
        })
        .collect()
}

/// A page and who links to it.
#[derive(Debug, Default)]
struct Asked {
    anchors: BTreeSet<String>,
    links: Vec<(usize, Option<String>)>,
}

fn starts_with_any(url: &str, prefixes: &[String]) -> bool {
    prefixes.iter().any(|prefix| url.starts_with(prefix))
}

/// The anchor that a page must have; none where what follows `#` is for scripts or for marking
/// text.
fn anchor(url: &Url) -> Option<String> {
    let anchor = url.fragment()?;
    let other = anchor.is_empty() || anchor.starts_with(['/', '!']) || anchor.starts_with(":~:");
    (!other).then(|| anchor.to_owned())
}

fn fault(level: LinkLevel, link: &OutsideLink, reason: &str) -> Diagnostic {
    let message = format!("This link does not work: {} ({reason})", link.url);
    let mut fault = match level {
        LinkLevel::Error => Diagnostic::error(message),
        LinkLevel::Warn => Diagnostic::warning(message),
    };
    if let Some(place) = link.place {
        fault = place.mark(fault);
    }
    fault
        .in_file(link.file.clone())
        .hint("correct it, or name its beginning in `skip_prefixes` of [link_checker]")
}

/// Asks all hosts, some at once; what is wrong by the links' numbers.
fn visit(
    hosts: &BTreeMap<String, BTreeMap<String, Asked>>,
    manners: Manners,
) -> BTreeMap<usize, String> {
    let hosts: Vec<&BTreeMap<String, Asked>> = hosts.values().collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..HOSTS_AT_ONCE.min(hosts.len()) {
            scope.spawn(|| {
                while let Some(pages) = hosts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for (number, (page, asked)) in pages.iter().enumerate() {
                        if number > 0 {
                            thread::sleep(manners.pause);
                        }
                        let faults = one(page, asked, manners);
                        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                        found.extend(faults);
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Asks for one page; what is wrong by the links' numbers.
fn one(page: &str, asked: &Asked, manners: Manners) -> Vec<(usize, String)> {
    let all = |reason: &str| {
        let numbers = asked.links.iter().map(|(number, _)| *number);
        numbers.map(|number| (number, reason.to_owned())).collect()
    };
    // Without an anchor to look for, what the page says does not matter.
    let largest = if asked.anchors.is_empty() {
        0
    } else {
        LARGEST_PAGE
    };
    let reply = match patiently(page, largest, manners) {
        Ok(reply) => reply,
        Err(fault) => return all(&fault.reason),
    };
    if !matches!(reply.status, 200..=299 | 304) {
        return all(&reply.status_text);
    }
    let text = String::from_utf8_lossy(&reply.body);
    asked
        .links
        .iter()
        .filter_map(|(number, anchor)| {
            let anchor = anchor.as_deref()?;
            // Of a page that is too long only the beginning is known.
            (!reply.cut && !has_anchor(&text, anchor))
                .then(|| (*number, format!("the page has no anchor #{anchor}")))
        })
        .collect()
}

fn patiently(page: &str, largest: usize, manners: Manners) -> Result<Reply, Unreachable> {
    let request = Request {
        url: page.to_owned(),
        headers: vec![("Accept".to_owned(), "text/html, */*".to_owned())],
        ..Request::default()
    };
    let mut wait = manners.before_retry;
    let mut tries = 0;
    loop {
        let reply = ask(&request, largest);
        let (passing, wanted) = match &reply {
            Ok(reply) => (
                matches!(reply.status, 408 | 425 | 429 | 500..=599),
                reply.retry_after.map(Duration::from_secs),
            ),
            Err(fault) => (fault.passing, None),
        };
        if !passing || tries == manners.retries {
            return reply;
        }
        tries += 1;
        thread::sleep(
            wanted
                .map_or(wait, |wanted| wanted.max(wait))
                .min(LONGEST_WAIT),
        );
        wait *= 2;
    }
}

/// Whether something on the page has that id or name, as it is or as it is written in addresses.
fn has_anchor(page: &str, anchor: &str) -> bool {
    let decoded = percent_decode_str(anchor).decode_utf8_lossy();
    let names = [anchor, &*decoded].map(regex::escape);
    let [written, decoded] = &names;
    // GitHub marks headings that it shows with a prefix.
    let pattern = format!(
        r#"(?i:\s(?:id|name))\s*=\s*["']?(?:user-content-)?(?:{written}|{decoded})(?:["'\s>/]|$)"#
    );
    Regex::new(&pattern).is_ok_and(|pattern| pattern.is_match(page))
}

#[cfg(test)]
mod tests;
