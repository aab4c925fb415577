//! E-mail addresses: which are taken, and which are the same mailbox.

mod suggestion;

use super::Private;
pub use suggestion::suggestion;

/// Longest local part, in bytes (RFC 5321).
const LONGEST_LOCAL: usize = 64;
/// Longest address, in bytes (RFC 5321).
const LONGEST_ADDRESS: usize = 254;

/// An address in the two forms that are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    /// Where mail goes: the local part as typed, the domain in its ASCII form.
    pub display: Private<String>,
    /// The same for every spelling that reaches the same mailbox: for comparing only.
    pub canonical: Private<String>,
}

/// Why an address is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailProblem {
    /// There is nothing.
    #[error("the address is empty")]
    Empty,
    /// No `@`, or nothing before or after it.
    #[error("the address has not the form name@domain")]
    Shape,
    /// It is longer than mail allows.
    #[error("the address is too long")]
    TooLong,
    /// The part before the `@` holds something that mail providers do not give out.
    #[error("the part before the @ holds characters that are not allowed there")]
    Local,
    /// The part after the `@` is no name of a mail domain.
    #[error("the part after the @ is not a domain")]
    Domain,
    /// Control characters.
    #[error("the address holds control characters")]
    Control,
}

/// How a provider reads the part before the `@`.
struct Provider {
    /// The domains; the first stands for all of them.
    domains: &'static [&'static str],
    /// Whether dots do not matter.
    dots: bool,
    /// What begins a part that does not matter.
    separator: Option<char>,
    /// Whether the domains share their mailboxes.
    one: bool,
}

const fn own(domains: &'static [&'static str], separator: char) -> Provider {
    Provider {
        domains,
        dots: false,
        separator: Some(separator),
        one: false,
    }
}

const fn shared(domains: &'static [&'static str], separator: char) -> Provider {
    Provider {
        domains,
        dots: false,
        separator: Some(separator),
        one: true,
    }
}

/// Only what the providers themselves document; elsewhere `a+b` and `a` may be two people.
const PROVIDERS: &[Provider] = &[
    Provider {
        domains: &["gmail.com", "googlemail.com"],
        dots: true,
        separator: Some('+'),
        one: true,
    },
    shared(
        &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        '+',
    ),
    shared(&["icloud.com", "me.com", "mac.com"], '+'),
    shared(
        &["yandex.ru", "yandex.com", "ya.ru", "yandex.by", "yandex.kz"],
        '+',
    ),
    own(
        &[
            "outlook.com",
            "hotmail.com",
            "hotmail.co.uk",
            "hotmail.fr",
            "hotmail.nl",
            "hotmail.de",
            "live.com",
            "live.nl",
            "live.fr",
            "live.co.uk",
            "msn.com",
            "outlook.fr",
            "outlook.de",
        ],
        '+',
    ),
    own(
        &[
            "fastmail.com",
            "fastmail.fm",
            "hey.com",
            "zoho.com",
            "mailbox.org",
            "posteo.de",
        ],
        '+',
    ),
    own(
        &[
            "posteo.net",
            "posteo.nl",
            "tutanota.com",
            "tuta.com",
            "runbox.com",
        ],
        '+',
    ),
    own(
        &[
            "yahoo.com",
            "yahoo.co.uk",
            "yahoo.fr",
            "yahoo.de",
            "ymail.com",
            "rocketmail.com",
        ],
        '-',
    ),
];

/// Reads an address.
///
/// # Errors
/// [`EmailProblem`]: no mail could be sent there.
pub fn parse(typed: &str) -> Result<EmailAddress, EmailProblem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(EmailProblem::Empty);
    }
    if typed.chars().any(char::is_control) {
        return Err(EmailProblem::Control);
    }
    // Also keeps the work small: nothing below looks at more than this.
    if typed.len() > 4 * LONGEST_ADDRESS {
        return Err(EmailProblem::TooLong);
    }
    let (local, domain) = typed.rsplit_once('@').ok_or(EmailProblem::Shape)?;
    if local.is_empty() || domain.is_empty() {
        return Err(EmailProblem::Shape);
    }
    check_local(local)?;
    let domain = ascii_domain(domain)?;
    let display = format!("{local}@{domain}");
    if display.len() > LONGEST_ADDRESS {
        return Err(EmailProblem::TooLong);
    }
    Ok(EmailAddress {
        display: Private::new(display),
        canonical: Private::new(canonical(local, &domain)),
    })
}

fn check_local(local: &str) -> Result<(), EmailProblem> {
    if local.len() > LONGEST_LOCAL {
        return Err(EmailProblem::TooLong);
    }
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let sound = local
        .split('.')
        .all(|part| !part.is_empty() && part.chars().all(atom));
    sound.then_some(()).ok_or(EmailProblem::Local)
}

fn ascii_domain(domain: &str) -> Result<String, EmailProblem> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| EmailProblem::Domain)?;
    let Some((_, top)) = ascii.rsplit_once('.') else {
        return Err(EmailProblem::Domain);
    };
    // An address in numbers, or a root dot at the end, is no mail domain.
    let named = top.len() >= 2 && top.bytes().any(|b| b.is_ascii_alphabetic());
    named.then_some(ascii).ok_or(EmailProblem::Domain)
}

fn canonical(local: &str, domain: &str) -> String {
    let local = local.to_ascii_lowercase();
    let Some(provider) = PROVIDERS.iter().find(|p| p.domains.contains(&domain)) else {
        return format!("{local}@{domain}");
    };
    let base = provider
        .separator
        .and_then(|separator| local.split_once(separator))
        .map(|(base, _)| base.trim_end_matches('.'))
        .filter(|base| !base.is_empty())
        .unwrap_or(&local);
    let base = if provider.dots {
        base.replace('.', "")
    } else {
        base.to_owned()
    };
    let first = provider.domains.first().filter(|_| provider.one);
    format!("{base}@{}", first.unwrap_or(&domain))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_mailbox_are_one() {
        let table = [
            (" Anna@Example.ORG ", "anna@example.org"),
            ("an.na+x@gmail.com", "anna@gmail.com"),
            ("A.n.N.a@googlemail.com", "anna@gmail.com"),
            ("anna+news@example.org", "anna+news@example.org"),
            ("an.na@example.org", "an.na@example.org"),
            ("anna+x@outlook.com", "anna@outlook.com"),
            ("anna+x@hotmail.com", "anna@hotmail.com"),
            ("anna-x@yahoo.com", "anna@yahoo.com"),
            ("an.na-x@gmail.com", "anna-x@gmail.com"),
            ("anna+x@pm.me", "anna@proton.me"),
            ("anna@me.com", "anna@icloud.com"),
            ("+x@gmail.com", "+x@gmail.com"),
            ("anna@BÜCHER.example", "anna@xn--bcher-kva.example"),
            ("anna@bücher。example", "anna@xn--bcher-kva.example"),
            ("anna@مثال.إختبار", "anna@xn--mgbh0fb.xn--kgbechtv"),
        ];
        for (typed, wanted) in table {
            let address = parse(typed).unwrap_or_else(|e| panic!("{typed}: {e}"));
            assert_eq!(address.canonical.expose(), wanted, "{typed}");
        }
    }

    #[test]
    fn mail_goes_where_it_was_asked_to() {
        let address = parse("An.Na+x@GoogleMail.com").unwrap();
        assert_eq!(address.display.expose(), "An.Na+x@googlemail.com");
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long = format!("a@{}.org", vec!["b".repeat(60); 4].join("."));
        let longer = format!(
            "{}@{}.org",
            "a".repeat(20),
            vec!["b".repeat(58); 4].join(".")
        );
        let table = [
            ("", EmailProblem::Empty),
            (" \t ", EmailProblem::Empty),
            ("anna", EmailProblem::Shape),
            ("@example.org", EmailProblem::Shape),
            ("anna@", EmailProblem::Shape),
            ("an na@example.org", EmailProblem::Local),
            ("\"anna\"@example.org", EmailProblem::Local),
            ("a@b@example.org", EmailProblem::Local),
            (".anna@example.org", EmailProblem::Local),
            ("an..na@example.org", EmailProblem::Local),
            ("a,b@example.org", EmailProblem::Local),
            ("ännä@example.org", EmailProblem::Local),
            ("anna@localhost", EmailProblem::Domain),
            ("anna@[127.0.0.1]", EmailProblem::Domain),
            ("anna@127.0.0.1", EmailProblem::Domain),
            ("anna@example.org.", EmailProblem::Domain),
            ("anna@-example.org", EmailProblem::Domain),
            ("anna@exa mple.org", EmailProblem::Domain),
            ("anna@example..org", EmailProblem::Domain),
            ("anna@example.org\r\nBcc: b@c.org", EmailProblem::Control),
            ("an\0na@example.org", EmailProblem::Control),
            (long_local.as_str(), EmailProblem::TooLong),
            (longer.as_str(), EmailProblem::TooLong),
        ];
        for (typed, wanted) in table {
            assert_eq!(parse(typed), Err(wanted), "{typed:?}");
        }
        assert!(parse(&long).is_ok(), "{long}");
    }

    proptest! {
        #[test]
        fn nothing_typed_breaks_it(typed in "\\PC{0,20}@?\\PC{0,40}") {
            if let Ok(address) = parse(&typed) {
                let again = parse(address.canonical.expose()).expect("canonical is an address");
                prop_assert_eq!(again.canonical, address.canonical);
            }
        }

        #[test]
        fn every_sound_address_settles(typed in "[a-zA-Z0-9+.-]{1,12}@(gmail\\.com|pm\\.me|yahoo\\.fr|example\\.org)") {
            if let Ok(address) = parse(&typed) {
                let again = parse(address.canonical.expose());
                prop_assert_eq!(again.map(|a| a.canonical), Ok(address.canonical));
            }
        }
    }
}
