//! `load_data` from other hosts, against a host of our own.

#[cfg(test)]
mod from_other_hosts {
    use std::fs;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};

    use groundswell::engine::{BuildReport, Engine};
    use groundswell::outputs::OutputPath;
    use groundswell::settings::Overrides;
    use tempfile::TempDir;

    type Log = Arc<Mutex<Vec<String>>>;

    /// A host that answers with JSON and writes down what it was asked.
    fn host() -> (String, Log) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let log = Log::default();
        let told = Arc::clone(&log);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a visitor");
                let mut reader = BufReader::new(stream.try_clone().expect("a copy"));
                let (mut request, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).expect("a line");
                    let line = line.trim_end().to_ascii_lowercase();
                    if let Some(value) = line.strip_prefix("content-length: ") {
                        length = value.parse().expect("a number");
                    }
                    if line.is_empty() {
                        break;
                    }
                    request.push_str(&line);
                    request.push('\n');
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).expect("a body");
                request.push_str(&String::from_utf8_lossy(&body));
                let (status, body) = if request.starts_with("get /gone") {
                    ("404 Not Found", Vec::new())
                } else if request.starts_with("get /huge") {
                    ("200 OK", vec![b' '; 33 * 1024 * 1024])
                } else {
                    ("200 OK", b"{\"z\":1,\"a\":[1,2]}".to_vec())
                };
                told.lock().expect("sound").push(request);
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _gone = stream
                    .write_all(head.as_bytes())
                    .and(stream.write_all(&body));
            }
        });
        (address, log)
    }

    fn build(template: &str) -> (TempDir, BuildReport) {
        let site = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = site.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        write("config.toml", "base_url = \"https://e.org\"\n");
        for name in ["index.html", "section.html"] {
            write(&format!("templates/{name}"), template);
        }
        write("content/a/_index.md", "+++\n+++\n");
        write("content/b/_index.md", "+++\n+++\n");
        let report = Engine::new(site.path(), None, Overrides::default()).build();
        (site, report)
    }

    fn page(report: &BuildReport) -> String {
        assert!(!report.has_errors(), "{:#?}", report.diagnostics);
        let path = OutputPath::new("index.html").expect("sound");
        let bytes = report.artifacts.get(&path).and_then(|a| a.bytes());
        String::from_utf8(bytes.expect("made").to_vec()).expect("text")
    }

    #[test]
    fn it_is_asked_once_a_run_with_the_headers_of_the_format() {
        let (at, log) = host();
        let (_site, report) = build(&format!(
            "{{% set d = load_data(url=\"{at}/d\", format=\"json\") %}}{{{{ d.z }}}} {{{{ d.a }}}}"
        ));
        assert_eq!(page(&report), "1 [1, 2]");
        let log = log.lock().expect("sound");
        assert_eq!(log.len(), 1, "three pages, one question: {log:?}");
        assert!(log[0].starts_with("get /d http/1.1\n"), "{log:?}");
        assert!(log[0].contains("\naccept: application/json\n"), "{log:?}");
    }

    #[test]
    fn a_post_sends_its_body_and_headers() {
        let (at, log) = host();
        let (_site, report) = build(&format!(
            "{{{{ load_data(url=\"{at}/p\", method=\"POST\", body=\"a=1\", \
             content_type=\"text/x\", headers=[\"X-Key=b=c\"]) }}}}"
        ));
        assert_eq!(page(&report), "{&quot;z&quot;:1,&quot;a&quot;:[1,2]}");
        let log = log.lock().expect("sound");
        for part in [
            "post /p ",
            "content-type: text/x\n",
            "x-key: b=c\n",
            "\na=1",
        ] {
            assert!(log[0].contains(part), "{part}: {log:?}");
        }
    }

    #[test]
    fn what_cannot_be_had_is_an_error_or_nothing() {
        let (at, _log) = host();
        let (_site, report) = build(&format!(
            "[{{{{ load_data(url=\"{at}/gone\", required=false) }}}}\
             {{{{ load_data(url=\"nonsense\", required=false) }}}}]"
        ));
        assert_eq!(page(&report), "[]");
        for (path, reason) in [("/gone", "404 Not Found"), ("/huge", "larger than 32 MiB")] {
            let (_site, report) = build(&format!("{{{{ load_data(url=\"{at}{path}\") }}}}"));
            let fault = report.diagnostics.first().expect("a fault").to_string();
            assert!(fault.contains(reason) && fault.contains(&at), "{fault}");
        }
    }
}
