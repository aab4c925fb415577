//! Links to other sites, against a host of our own.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{Manners, OutsideLink, check_outside, has_anchor};
use crate::settings::{self, Overrides, Settings};

const QUICK: Manners = Manners {
    pause: Duration::from_millis(30),
    before_retry: Duration::from_millis(5),
    retries: 2,
};

/// What was asked, and when.
type Log = Arc<Mutex<Vec<(String, Instant)>>>;

/// A host that answers as the path says; `/flaky` only at the third try.
fn host() -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let log = Log::default();
    let told = Arc::clone(&log);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a visitor");
            let mut line = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a copy"));
            reader.read_line(&mut line).expect("a request");
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut log = told.lock().expect("sound");
            log.push((path.clone(), Instant::now()));
            let times = log.iter().filter(|(asked, _)| *asked == path).count();
            drop(log);
            let status = match path.as_str() {
                "/gone" => "404 Not Found",
                "/flaky" if times < 3 => "503 Service Unavailable",
                "/down" => "500 Internal Server Error",
                _ => "200 OK",
            };
            let body = "<h1 id=\"here\">x</h1><a name=there>";
            let reply = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _gone = stream.write_all(reply.as_bytes());
        }
    });
    (address, log)
}

fn settings(rules: &str) -> (tempfile::TempDir, Settings) {
    let site = tempfile::tempdir().expect("a folder");
    let config = format!("base_url = \"https://e.com\"\n[link_checker]\n{rules}");
    std::fs::write(site.path().join("config.toml"), config).expect("written");
    let settings = settings::load(Path::new(site.path()), None, &Overrides::default());
    (site, settings.expect("sound"))
}

fn link(url: String, line: usize) -> OutsideLink {
    OutsideLink {
        file: "content/a.md".to_owned(),
        place: Some(crate::fields::Place::at(line, 1)),
        url,
    }
}

#[test]
fn each_page_is_asked_once_one_after_the_other_and_what_fails_is_named() {
    let (at, log) = host();
    let (_site, settings) = settings("");
    let urls = [
        "/ok",
        "/ok#here",
        "/ok#there",
        "/ok#nowhere",
        "/gone",
        "/flaky",
        "/down",
        "/ok#/route",
    ];
    let links: Vec<OutsideLink> = urls
        .iter()
        .enumerate()
        .map(|(line, path)| link(format!("{at}{path}"), line + 1))
        .chain([link("http://[".to_owned(), 20)])
        .chain([link("http://127.0.0.1:1/".to_owned(), 21)])
        .collect();
    let faults = check_outside(&settings, &links, QUICK);
    let lines: Vec<Option<usize>> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [4, 5, 7, 20, 21].map(Some), "{faults:#?}");
    assert!(faults.iter().all(|fault| fault.is_error()));
    let reasons: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    assert!(
        reasons[0].ends_with("(the page has no anchor #nowhere)"),
        "{reasons:?}"
    );
    assert!(reasons[1].ends_with("(404 Not Found)"), "{reasons:?}");
    assert!(
        reasons[2].ends_with("(500 Internal Server Error)"),
        "{reasons:?}"
    );

    let log = log.lock().expect("sound");
    let asked: Vec<&str> = log.iter().map(|(path, _)| path.as_str()).collect();
    let down = ["/down"; 3];
    let flaky = ["/flaky"; 3];
    let expected = [&down[..], &flaky, &["/gone", "/ok"]].concat();
    assert_eq!(
        asked, expected,
        "each page once, but for the tries of those that fail"
    );
    let apart = log[7].1.duration_since(log[6].1);
    assert!(apart >= QUICK.pause, "{apart:?}");
}

#[test]
fn prefixes_and_files_are_left_out_and_faults_may_be_warnings() {
    let (at, log) = host();
    let rules = format!(
        "skip_prefixes = [\"{at}/skip\"]\nskip_anchor_prefixes = [\"{at}/any\"]\n\
         external_level = \"warn\"\nignored_files = [\"**/ignored.md\"]\n"
    );
    let (_site, settings) = settings(&rules);
    let mut links = vec![
        link(format!("{at}/skip/gone"), 1),
        link(format!("{at}/any#nowhere"), 2),
        link(format!("{at}/gone"), 3),
    ];
    links.push(OutsideLink {
        file: "content/ignored.md".to_owned(),
        ..link(format!("{at}/gone"), 4)
    });
    let faults = check_outside(&settings, &links, QUICK);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(
        faults
            .iter()
            .all(|fault| fault.line == Some(3) && !fault.is_error())
    );
    assert_eq!(log.lock().expect("sound").len(), 2);
}

#[test]
fn anchors_are_ids_and_names_in_any_quotes() {
    for page in [
        "<p id=\"a.b\">",
        "<p class=x ID='a.b'>",
        "<a name=a.b>",
        "<h1 id=\"user-content-a.b\">",
    ] {
        assert!(has_anchor(page, "a.b"), "{page}");
    }
    assert!(!has_anchor("<p id=\"axb\" data-id=\"a.b\">", "a.b"));
    assert!(has_anchor("<p id=\"é\">", "%C3%A9"));
}
