//! "Did you mean gmail.com?": slips in the domains that most supporters have.
//!
//! A question, never a correction: the person knows better. It must not be asked of people whose
//! address is right, so only single slips in distinctive names count.

use super::EmailAddress;
use crate::domain::Private;

/// A provider's name and the endings under which it gives out addresses.
struct Known {
    label: &'static str,
    endings: &'static [&'static str],
    slips: Slips,
}

/// Which slips count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slips {
    /// In the name and in the ending.
    Both,
    /// The same, and no one has an address under another ending.
    AnyEnding,
    /// In the ending only: the name is short, or a word, and its neighbours are names of others.
    Ending,
}

const fn known(label: &'static str, endings: &'static [&'static str], slips: Slips) -> Known {
    Known {
        label,
        endings,
        slips,
    }
}

/// Where most supporters have their mail.
const KNOWN: &[Known] = &[
    known("gmail", &["com"], Slips::AnyEnding),
    known("googlemail", &["com"], Slips::AnyEnding),
    known("icloud", &["com"], Slips::AnyEnding),
    known("protonmail", &["com", "ch"], Slips::AnyEnding),
    known(
        "hotmail",
        &[
            "com", "nl", "fr", "be", "de", "it", "es", "co.uk", "ch", "se", "no", "dk", "gr", "ca",
        ],
        Slips::Both,
    ),
    known(
        "outlook",
        &["com", "fr", "de", "be", "es", "it", "dk", "com.br"],
        Slips::Both,
    ),
    known(
        "yahoo",
        &[
            "com", "fr", "de", "co.uk", "es", "it", "nl", "be", "ca", "com.br", "ie", "se", "gr",
        ],
        Slips::Both,
    ),
    known("wanadoo", &["fr"], Slips::Both),
    known("laposte", &["net"], Slips::Both),
    known("ziggo", &["nl"], Slips::Both),
    known("kpnmail", &["nl"], Slips::Both),
    known("hetnet", &["nl"], Slips::Both),
    known("xs4all", &["nl"], Slips::Both),
    known("upcmail", &["nl"], Slips::Both),
    known("telenet", &["be"], Slips::Both),
    known("skynet", &["be"], Slips::Both),
    known("t-online", &["de"], Slips::Both),
    known("btinternet", &["com"], Slips::Both),
    known("bluewin", &["ch"], Slips::Both),
    known("gmx", &["de", "net", "at", "ch", "com"], Slips::Ending),
    known("web", &["de"], Slips::Ending),
    known("live", &["com", "nl", "fr", "be", "co.uk"], Slips::Ending),
    known("msn", &["com"], Slips::Ending),
    known("aol", &["com"], Slips::Ending),
    known("me", &["com"], Slips::Ending),
    known("mail", &["com"], Slips::Ending),
    known("proton", &["me"], Slips::Ending),
    known("orange", &["fr"], Slips::Ending),
    known("free", &["fr"], Slips::Ending),
    known("sfr", &["fr"], Slips::Ending),
    known("planet", &["nl"], Slips::Ending),
    known("home", &["nl"], Slips::Ending),
];

/// The shortest name in which a slip of a letter counts.
const SHORTEST: usize = 5;

/// Neighbours of the names above that are somebody else's.
const OTHERS: &[&str] = &["gail", "grail", "cloud", "telnet", "ziggy"];

/// What cannot be an ending, and what was meant.
const ENDING_SLIPS: &[(&str, &str)] = &[
    ("con", "com"),
    ("cmo", "com"),
    ("ocm", "com"),
    ("comm", "com"),
    ("coom", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("cim", "com"),
    ("cpm", "com"),
    ("clm", "com"),
    ("coml", "com"),
    ("comn", "com"),
    ("ccom", "com"),
    ("nte", "net"),
    ("nett", "net"),
    ("nll", "nl"),
    ("frr", "fr"),
    ("dee", "de"),
    ("co.uk.com", "co.uk"),
    ("couk", "co.uk"),
    ("co.u", "co.uk"),
    ("com.com", "com"),
];

/// Endings that exist, but under which the great providers of `.com` give out no address.
const NEAR_COM: &[&str] = &["co", "cm", "om"];

/// The address that was probably meant, if there is one.
#[must_use]
pub fn suggestion(address: &EmailAddress) -> Option<Private<String>> {
    let (local, domain) = address.display.expose().rsplit_once('@')?;
    let meant = domain_meant(domain)?;
    Some(Private::new(format!("{local}@{meant}")))
}

fn domain_meant(domain: &str) -> Option<String> {
    let (label, ending) = domain.split_once('.')?;
    let exact = |known: &&Known| known.label == label;
    if let Some(known) = KNOWN.iter().find(exact) {
        return ending_meant(known, ending).map(|ending| format!("{label}.{ending}"));
    }
    if OTHERS.contains(&label) {
        return None;
    }
    let mut found = KNOWN
        .iter()
        .filter(|known| known.slips != Slips::Ending && is_slip_of(label, known.label))
        .filter_map(|known| {
            let own = known.endings.contains(&ending).then(|| ending.to_owned());
            Some((known.label, own.or_else(|| ending_slip(known, ending))?))
        });
    let (label, ending) = found.next()?;
    // Between two that are as near there is nothing to suggest.
    found.next().is_none().then(|| format!("{label}.{ending}"))
}

/// The ending that belongs to an exact name, if what stands there is a slip.
fn ending_meant(known: &Known, ending: &str) -> Option<String> {
    if known.endings.contains(&ending) {
        return None;
    }
    let first = known
        .endings
        .first()
        .filter(|_| known.slips == Slips::AnyEnding && !ending.contains('.'));
    ending_slip(known, ending).or_else(|| first.map(|first| (*first).to_owned()))
}

fn ending_slip(known: &Known, ending: &str) -> Option<String> {
    let slip = ENDING_SLIPS.iter().find(|(slip, _)| *slip == ending);
    let meant = slip.map(|(_, meant)| *meant).or_else(|| {
        let long = known.label.len() >= SHORTEST && NEAR_COM.contains(&ending);
        long.then_some("com")
    })?;
    known.endings.contains(&meant).then(|| meant.to_owned())
}

/// Whether a name is another one with a single slip: a letter too much, too few, wrong, or two
/// swapped. In short names the first letter must be right: `ymail` is nobody's `gmail`.
fn is_slip_of(typed: &str, name: &str) -> bool {
    if name.len() < SHORTEST || !distance_is_one(typed.as_bytes(), name.as_bytes()) {
        return false;
    }
    let begins_alike = typed.as_bytes().first() == name.as_bytes().first();
    let swapped = typed.len() == name.len() && typed.as_bytes().first() == name.as_bytes().get(1);
    begins_alike || swapped || name.len() > SHORTEST
}

fn distance_is_one(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (short.get(same..), long.get(same..));
    let (Some(short), Some(long)) = (short, long) else {
        return false;
    };
    match (short, long) {
        ([], [_]) => true,
        ([x, short @ ..], [y, long @ ..]) if short.len() == long.len() => {
            let swapped = matches!((short, long), ([s, s_rest @ ..], [l, l_rest @ ..])
                if x == l && y == s && s_rest == l_rest);
            short == long || swapped
        }
        (short, [_, long @ ..]) => short == long,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
