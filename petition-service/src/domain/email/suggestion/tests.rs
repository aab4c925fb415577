//! Slips and addresses that are right.

use proptest::prelude::*;

use super::*;
use crate::domain::email::{PROVIDERS, parse};

/// Domains of real people, near to those above.
const RIGHT: &str = "
    gmx.de gmx.net gmx.at gmx.ch gmx.fr gmx.co.uk mail.com mail.ru mail.de email.com email.de
    ymail.com fmail.co.uk hotmail.nl hotmail.com.tr hotmail.co.jp hotmail.hu live.com.pt
    live.se live.it love.com olive.com outlook.com.tr outlook.sk outlook.jp yahoo.co.jp
    yahoo.co.in yahoo.com.mx yahoo.ro web.de webb.de freenet.de free.fr orange.fr grange.fr
    sfr.fr planet.nl planeet.nl home.nl zonnet.nl kpnplanet.nl quicknet.nl solcon.nl tele2.nl
    casema.nl chello.nl telfort.nl proximus.be scarlet.be voo.be telnet.be cloud.com gail.com
    grail.com libero.it alice.it tiscali.it virgilio.it laposte.fr neuf.fr bbox.fr
    numericable.fr t-online.hu arcor.de msn.nl me.uk example.org example.com student.uva.nl
    uva.nl minjus.nl kinderbaken.example sky.com btopenworld.com talktalk.net ntlworld.com
    rambler.ru inbox.lv qq.com 163.com naver.com hey.com fastmail.com zoho.eu
    gmail.example.org maktoob.com yandex.com.tr
";

fn meant(domain: &str) -> Option<String> {
    let address = parse(&format!("An.Na+x@{domain}")).expect("an address");
    suggestion(&address).map(|meant| {
        let (local, domain) = meant.expose().split_once('@').expect("an address");
        assert_eq!(local, "An.Na+x");
        domain.to_owned()
    })
}

#[test]
fn slips_are_asked_about() {
    for (typed, wanted) in [
        ("gmial.com", "gmail.com"),
        ("gmal.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gamil.com", "gmail.com"),
        ("mgail.com", "gmail.com"),
        ("Gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.cm", "gmail.com"),
        ("gmail.nl", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmal.nl", "hotmail.nl"),
        ("hotmail.comm", "hotmail.com"),
        ("otmail.fr", "hotmail.fr"),
        ("outlok.com", "outlook.com"),
        ("oulook.fr", "outlook.fr"),
        ("yaho.com", "yahoo.com"),
        ("yahooo.co.uk", "yahoo.co.uk"),
        ("iclould.com", "icloud.com"),
        ("protonmial.com", "protonmail.com"),
        ("zigo.nl", "ziggo.nl"),
        ("wandoo.fr", "wanadoo.fr"),
        ("live.con", "live.com"),
        ("gmx.nett", "gmx.net"),
        ("aol.con", "aol.com"),
    ] {
        assert_eq!(meant(typed).as_deref(), Some(wanted), "{typed}");
    }
}

#[test]
fn nobody_with_a_right_address_is_asked() {
    let providers = PROVIDERS.iter().flat_map(|provider| provider.domains);
    for domain in providers.copied().chain(RIGHT.split_whitespace()) {
        assert_eq!(meant(domain), None, "{domain}");
    }
}

#[test]
fn one_slip_is_one() {
    for (a, b, wanted) in [
        ("ab", "ab", false),
        ("ab", "ba", true),
        ("ab", "a", true),
        ("", "a", true),
        ("abc", "axc", true),
        ("abc", "xbd", false),
        ("abcd", "badc", false),
        ("abc", "cba", false),
        ("ab", "abcd", false),
    ] {
        assert_eq!(
            distance_is_one(a.as_bytes(), b.as_bytes()),
            wanted,
            "{a} {b}"
        );
        assert_eq!(
            distance_is_one(b.as_bytes(), a.as_bytes()),
            wanted,
            "{b} {a}"
        );
    }
}

proptest! {
    #[test]
    fn what_is_suggested_is_never_asked_about(domain in "(g|h)?[a-z]{1,8}|(gmail|hotmail|yahoo|ziggo|outlook)[a-z]?", ending in "com|con|co|nl|fr|co\\.uk|[a-z]{2,4}") {
        let typed = format!("{domain}.{ending}");
        if let Some(meant) = domain_meant(&typed) {
            prop_assert_ne!(&meant, &typed);
            prop_assert_eq!(domain_meant(&meant), None);
            let address = format!("a@{meant}");
            prop_assert!(parse(&address).is_ok());
        }
    }

    #[test]
    fn no_domain_breaks_it(domain in "\\PC{0,30}") {
        let _either = domain_meant(&domain);
    }
}
