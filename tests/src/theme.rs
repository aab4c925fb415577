//! The demonstration site as its theme makes it: which pages there are, in which languages, how
//! they name each other, and what a petition's facts do to them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::programs::{groundswell, said, site};

const BASE: &str = "https://kinderbaken.example/";
const LANGUAGES: [&str; 4] = ["nl", "en", "fr", "ar"];

/// What the demonstration shows, by address below a language's home. Articles have addresses of
/// their own in each language and are counted.
const PAGES: [&str; 38] = [
    "",
    "accessibility/",
    "categories/",
    "contact/",
    "donate/",
    "mission/",
    "news/",
    "newsletter/",
    "organisation/",
    "petitions/",
    "petitions/safe-online/",
    "petitions/swift-removal/",
    "privacy/",
    "publications/",
    "publications/annual-report-2025/",
    "publications/first-conversation/",
    "publications/guide-for-parents/",
    "search/",
    "shops/",
    "steps/check-mail/",
    "steps/error/",
    "steps/expired/",
    "steps/signed/",
    "steps/subscribed/",
    "steps/unsubscribed/",
    "steps/withdrawn/",
    "take-action/",
    "take-action/donor/",
    "take-action/goods/",
    "take-action/partner/",
    "what-we-do/",
    "what-we-do/education-and-resilience/",
    "what-we-do/prevention-and-care/",
    "what-we-do/reporting-and-removal/",
    "where-we-work/",
    "where-we-work/colombia/",
    "where-we-work/kenya/",
    "where-we-work/philippines/",
];

fn home(lang: &str) -> String {
    match lang {
        "nl" => String::new(),
        lang => format!("{lang}/"),
    }
}

fn edit(site: &Path, file: &str, change: impl Fn(&str) -> String) {
    let path = site.join(file);
    let text = fs::read_to_string(&path).expect("readable");
    let changed = change(&text);
    assert_ne!(text, changed, "{file} was to be changed");
    fs::write(path, changed).expect("written");
}

fn build(site: &Path) {
    let built = groundswell(site, &["build", "--force"]);
    assert!(built.status.success(), "{}", said(&built));
}

/// The page at an address below the site's base.
fn page(site: &Path, address: &str) -> String {
    let file = site.join("public").join(address).join("index.html");
    fs::read_to_string(&file).unwrap_or_else(|_| panic!("there is no {address}"))
}

/// What stands between two texts, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let parts = text.split(start).skip(1);
    parts.filter_map(|part| part.split(end).next()).collect()
}

/// The pages with which a page says that it is the same: language code to address.
fn alternates(html: &str) -> BTreeMap<String, String> {
    let links = between(html, "<link rel=\"alternate\" hreflang=\"", ">");
    let parts = links
        .iter()
        .filter_map(|link| link.trim_end_matches('"').split_once("\" href=\""));
    parts
        .map(|(code, address)| (code.to_owned(), address.to_owned()))
        .collect()
}

fn canonical(html: &str) -> Option<&str> {
    let found = between(html, "<link rel=\"canonical\" href=\"", "\"");
    found.first().copied()
}

fn sitemap(site: &Path) -> String {
    fs::read_to_string(site.join("public/sitemap.xml")).expect("readable")
}

#[test]
fn every_page_of_the_demonstration_is_there_in_every_language() {
    let site = site();
    build(site.path());
    let mut articles = BTreeSet::new();
    let mut subjects = BTreeSet::new();
    for lang in LANGUAGES {
        for address in PAGES.iter().chain(&["where-we-work/the-netherlands/"]) {
            let html = page(site.path(), &format!("{}{address}", home(lang)));
            let start = format!("<html lang=\"{lang}\"");
            assert!(html.contains(&start), "{lang}: {address}");
            let others: BTreeSet<String> = alternates(&html).into_keys().collect();
            let wanted = ["ar", "en", "fr", "nl", "x-default"].map(str::to_owned);
            assert_eq!(others, BTreeSet::from(wanted), "{lang}: {address}");
        }
        let front = page(site.path(), &home(lang));
        let menu = between(&front, "<nav class=\"main-menu\"", "</nav>");
        assert_eq!(menu[0].matches("<a ").count(), 8, "the menu of {lang}");
        let actions = between(&front, "<details class=\"actions\"", "</details>");
        assert_eq!(actions[0].matches("<a ").count(), 4, "{lang}");
        let map = sitemap(site.path());
        let below = |part: &str| map.matches(&format!("{BASE}{}{part}", home(lang))).count();
        articles.insert(below("news/"));
        subjects.insert(below("categories/"));
    }
    // As many in each language: the list and its first page's number, and eight articles or more.
    assert_eq!(articles.len(), 1, "{articles:?}");
    assert!(articles.iter().all(|number| *number >= 8), "{articles:?}");
    assert_eq!(subjects.len(), 1, "{subjects:?}");
    assert!(subjects.iter().all(|number| *number >= 5), "{subjects:?}");
}

#[test]
fn pages_in_several_languages_name_each_other_and_themselves() {
    let site = site();
    // Lists of several pages.
    for lang in ["", ".en", ".fr", ".ar"] {
        let file = format!("content/news/_index{lang}.md");
        edit(site.path(), &file, |text| {
            text.replace("paginate_by = 10", "paginate_by = 3")
        });
    }
    edit(site.path(), "config.toml", |text| {
        text.replace("paginate_by = 10", "paginate_by = 1")
    });
    build(site.path());
    let mut seen = BTreeMap::new();
    let addresses = sitemap(site.path());
    for address in between(&addresses, "<loc>", "</loc>") {
        let below = address.strip_prefix(BASE).expect("of this site");
        let html = page(site.path(), below);
        if html.contains("http-equiv=\"refresh\"") {
            continue;
        }
        assert_eq!(canonical(&html), Some(address));
        seen.insert(address, alternates(&html));
    }
    for (address, links) in &seen {
        // A list's second page has no like in other languages.
        if address.contains("/page/") {
            assert_eq!(links.len(), 0, "{address}");
            continue;
        }
        assert_eq!(links.len(), 5, "{address}: {links:?}");
        assert_eq!(links["x-default"], links["nl"], "{address}");
        for other in links.values() {
            assert_eq!(seen.get(other.as_str()), Some(links), "{address}: {other}");
        }
    }
    assert!(seen.contains_key("https://kinderbaken.example/fr/news/page/2/"));
    let subject = &seen["https://kinderbaken.example/categories/online-veiligheid/"];
    assert_eq!(
        subject["fr"],
        "https://kinderbaken.example/fr/categories/securite-en-ligne/"
    );
    // The switcher knows the same.
    let html = page(site.path(), "categories/online-veiligheid/");
    let switcher = between(&html, "<nav class=\"languages\"", "</nav>");
    assert!(switcher[0].contains(&subject["ar"]), "{}", switcher[0]);
}

#[test]
fn the_page_of_an_unknown_address_speaks_every_language() {
    let site = site();
    build(site.path());
    let html = fs::read_to_string(site.path().join("public/404.html")).expect("readable");
    assert!(html.contains("noindex"));
    assert_eq!(canonical(&html), None);
    assert_eq!(html.matches("<h1").count(), 1);
    let main = between(&html, "<main", "</main>");
    for lang in LANGUAGES {
        let direction = if lang == "ar" { "rtl" } else { "ltr" };
        let section = format!("<section lang=\"{lang}\" dir=\"{direction}\">");
        let part = between(main[0], &section, "</section>");
        let link = format!("href=\"{BASE}{}\"", home(lang));
        assert!(part[0].contains(&link), "{lang}: {}", main[0]);
    }
}

#[test]
fn numbers_of_counts_json_stand_in_the_pages() {
    let site = site();
    let counts = r#"{"safe-online": {"count": 1234, "goal": 2500}}"#;
    fs::write(site.path().join("counts.json"), counts).expect("written");
    build(site.path());
    for (lang, shown, goal) in [
        ("nl", "1.234", "2.500"),
        ("en", "1,234", "2,500"),
        ("fr", "1\u{202f}234", "2\u{202f}500"),
    ] {
        let html = page(
            site.path(),
            &format!("{}petitions/safe-online/", home(lang)),
        );
        for wanted in [
            format!("<strong data-gs-number>{shown}</strong>"),
            format!("<span data-gs-goal>{goal}</span>"),
            "<progress max=\"2500\" value=\"1234\"".to_owned(),
        ] {
            assert!(html.contains(&wanted), "{lang}: {wanted}");
        }
    }
    // Nine tenths of the last goal are reached: the next of 1, 2, 5 …
    fs::write(
        site.path().join("counts.json"),
        r#"{"safe-online": {"count": 4500}}"#,
    )
    .expect("written");
    build(site.path());
    let html = page(site.path(), "en/petitions/safe-online/");
    assert!(
        html.contains("<progress max=\"10000\" value=\"4500\""),
        "{html}"
    );
}

const PETITION: &str = "content/petitions/safe-online/index.md";
const ACTION: &str = "/petitions/safe-online/sign\"";

#[test]
fn a_language_that_a_petition_lacks_gets_no_form_but_the_way_to_those_it_has() {
    let site = site();
    edit(site.path(), PETITION, |text| {
        text.replace(
            "state = \"open\"",
            "state = \"open\"\nlanguages = [\"nl\", \"en\"]",
        )
    });
    let article = "en/news/petition-safe-online/";
    build(site.path());
    assert!(page(site.path(), article).contains(ACTION));
    for address in ["fr/petitions/safe-online/", "fr/news/petition-safe-online/"] {
        let html = page(site.path(), address);
        assert!(!html.contains(ACTION), "{address}");
        let places = between(&html, "<ul class=\"form-languages\">", "</ul>");
        assert!(places[0].contains("href=\"https://kinderbaken.example/petitions/safe-online/\""));
        assert!(
            places[0].contains("href=\"https://kinderbaken.example/en/petitions/safe-online/\"")
        );
        assert_eq!(places[0].matches("<li>").count(), 2, "{address}");
    }
    // And the same at an article's end where the translation is missing altogether.
    for lang in ["fr", "ar"] {
        let file = format!("content/petitions/safe-online/index.{lang}.md");
        fs::remove_file(site.path().join(file)).expect("removed");
        let front = format!("content/_index.{lang}.md");
        edit(site.path(), &front, |text| without(text, "petition_page"));
        for page in ["petitions/swift-removal/index", "steps/signed"] {
            let file = format!("content/{page}.{lang}.md");
            edit(site.path(), &file, |text| {
                without(text, "@/petitions/safe-online")
            });
        }
    }
    build(site.path());
    let html = page(site.path(), "ar/news/petition-safe-online/");
    let places = between(&html, "<ul class=\"form-languages\">", "</ul>");
    assert_eq!(places[0].matches("<li>").count(), 2);
    assert!(!html.contains(ACTION));
}

fn without(text: &str, part: &str) -> String {
    let lines = text.lines().filter(|line| !line.contains(part));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_petition_can_be_signed_between_its_first_and_its_last_day() {
    let site = site();
    let with = |facts: &str| {
        let facts = format!("state = \"open\"\n{facts}");
        edit(site.path(), PETITION, |text| {
            text.replace("state = \"open\"", &facts)
        });
        build(site.path());
        let again = format!("{facts}\n");
        let pages = [
            page(site.path(), "petitions/safe-online/"),
            page(site.path(), "en/news/petition-safe-online/"),
            page(site.path(), ""),
            page(site.path(), "petitions/"),
        ];
        edit(site.path(), PETITION, |text| {
            text.replace(&again, "state = \"open\"\n")
        });
        pages
    };
    let [own, article, front, list] = with("closes = 2020-01-31");
    assert!(!own.contains(ACTION) && !article.contains(ACTION));
    assert!(own.contains("31 januari 2020") && !front.contains("#petition\""));
    let past = list.split("id=\"past\"").nth(1).expect("a list");
    assert!(past.contains("petitions/safe-online/"));
    let [own, article, front, _] = with("opens = 2999-05-01");
    assert!(!own.contains(ACTION) && !article.contains(ACTION));
    assert!(own.contains("1 mei 2999") && front.contains("petitions/safe-online/"));
    assert!(!front.contains("#petition\""));
    // Still open: the script knows when to take the form away.
    let [own, _, front, _] = with("opens = 2020-01-01\ncloses = 2999-12-31");
    assert!(own.contains(ACTION) && own.contains("data-gs-until=\"2999-12-31\""));
    assert!(front.contains("petitions/safe-online/#petition\""));
}

#[test]
fn a_petition_in_preparation_is_read_by_its_address_only() {
    let site = site();
    edit(site.path(), PETITION, |text| {
        text.replace("state = \"open\"", "state = \"draft\"")
    });
    build(site.path());
    for lang in LANGUAGES {
        let own = page(
            site.path(),
            &format!("{}petitions/safe-online/", home(lang)),
        );
        assert!(own.contains("noindex") && !own.contains(ACTION), "{lang}");
        let address = format!("{BASE}{}petitions/safe-online/", home(lang));
        let index = format!("public/search_index.{lang}.json");
        let index = fs::read_to_string(site.path().join(index)).expect("readable");
        assert!(!index.contains(&format!("\"{address}\"")), "{lang}");
        let map = sitemap(site.path());
        assert!(!map.contains(&format!("<loc>{address}</loc>")), "{lang}");
        let link = format!("href=\"{address}");
        for list in ["", "petitions/"] {
            let html = page(site.path(), &format!("{}{list}", home(lang)));
            let main = between(&html, "<main", "</main>");
            assert!(!main[0].contains(&link), "{lang}: {list}");
        }
    }
    let article = page(site.path(), "en/news/petition-safe-online/");
    assert!(!article.contains("petition-block"));
}

#[test]
fn the_forms_for_partners_are_whole_and_found_by_their_address_only() {
    let site = site();
    build(site.path());
    let map = sitemap(site.path());
    assert!(map.contains("/petitions/safe-online/") && !map.contains("/embed/"));
    for lang in LANGUAGES {
        let html = page(site.path(), &format!("{}embed/", home(lang)));
        assert!(html.contains("<meta name=\"robots\" content=\"noindex\">"));
        let copied = between(&html, "<textarea", "</textarea>");
        assert_eq!(copied.len(), 1, "{lang}: one partner of one petition");
        let form = copied[0].replace("&quot;", "\"").replace("&#x2F;", "/");
        let own = page(
            site.path(),
            &format!("{}petitions/safe-online/", home(lang)),
        );
        let consent = between(&own, "name=\"consent_sha256\" value=\"", "\"");
        for wanted in [
            "action=\"https://kinderbaken.example/service/petitions/safe-online/sign\"",
            "name=\"partner\" value=\"noorderlicht\"",
            &format!("name=\"lang\" value=\"{lang}\""),
            &format!("name=\"consent_sha256\" value=\"{}\"", consent[0]),
        ] {
            assert!(form.contains(wanted), "{lang}: {wanted} in {form}");
        }
        // The captcha's, and no other.
        let script = "&lt;script src=\"https://kinderbaken.example/js/captcha.js\" defer";
        assert!(form.contains(script), "{lang}: {form}");
        assert_eq!(form.matches("script src").count(), 1, "{lang}: {form}");
        assert_eq!(form.matches("&lt;script").count(), 1, "{lang}: {form}");
    }
}
