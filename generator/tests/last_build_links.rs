//! The record of the last build where the sources lie elsewhere (behind links, on another host), and what
//! a build that has nothing to do still tells.

#[cfg(test)]
mod last_build {
    use std::fs;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::path::Path;
    use std::process::Command;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tempfile::TempDir;

    const UNTOUCHED: &str = "Nothing changed since the last build";

    /// A file's last change must lie this long back before its time tells anything.
    fn settle() {
        std::thread::sleep(Duration::from_millis(150));
    }

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn site(files: &[(&str, &str)]) -> TempDir {
        let site = tempfile::tempdir().expect("a folder");
        let config = "base_url = \"https://e.example\"\ncompile_sass = true\n";
        write(site.path(), "config.toml", config);
        for template in ["index", "page", "section"] {
            write(site.path(), &format!("templates/{template}.html"), "");
        }
        for (file, text) in files {
            write(site.path(), file, text);
        }
        site
    }

    /// What a build says.
    fn build(root: &Path, flags: &[&str]) -> String {
        let run = Command::new(env!("CARGO_BIN_EXE_groundswell"))
            .args(["--root", &root.display().to_string(), "build"])
            .args(flags)
            .output()
            .expect("ran");
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(run.status.success(), "{said}");
        said
    }

    fn builds(root: &Path) -> bool {
        !build(root, &[]).contains(UNTOUCHED)
    }

    fn made(root: &Path, file: &str) -> String {
        fs::read_to_string(root.join("public").join(file)).expect("read")
    }

    /// A site whose sources of every kind are links to another folder.
    #[cfg(unix)]
    fn linked() -> (TempDir, TempDir) {
        use std::os::unix::fs::symlink;
        let elsewhere = tempfile::tempdir().expect("a folder");
        let site = site(&[]);
        for (file, text) in [
            ("page.md", "+++\ntitle = \"P\"\n+++\none"),
            ("other.md", "+++\ntitle = \"P\"\n+++\nother"),
            ("section/_index.md", "+++\n+++\n"),
            ("section/a.md", "+++\n+++\n"),
            ("page.html", "{{ page.content | safe }}"),
            (
                "index.html",
                "{% set d = load_data(path=\"data.txt\") %}{{ d }}",
            ),
            ("file.txt", "one"),
            ("folder/file.txt", "one"),
            ("site.scss", "a { b: one; }"),
            ("data.txt", "one"),
        ] {
            write(elsewhere.path(), file, text);
        }
        write(site.path(), "real.txt", "one");
        for folder in ["content", "static", "sass"] {
            fs::create_dir_all(site.path().join(folder)).expect("made");
        }
        for (target, link) in [
            ("page.md", "content/p.md"),
            ("section", "content/section"),
            ("page.html", "templates/page.html"),
            ("file.txt", "static/file.txt"),
            ("folder", "static/folder"),
            ("site.scss", "sass/site.scss"),
            ("index.html", "templates/index.html"),
        ] {
            let _none_yet = fs::remove_file(site.path().join(link));
            symlink(elsewhere.path().join(target), site.path().join(link)).expect("linked");
        }
        // What templates read must lie in the site: the link leads to a file of it.
        symlink("real.txt", site.path().join("data.txt")).expect("linked");
        settle();
        (site, elsewhere)
    }

    #[cfg(unix)]
    #[test]
    fn what_lies_behind_a_link_is_seen() {
        let (site, elsewhere) = linked();
        let root = site.path();
        build(root, &[]);
        let edits: &[(&str, &str, &str, &str)] = &[
            (
                "page.md",
                "+++\ntitle = \"P\"\n+++\ntwo",
                "p/index.html",
                "two",
            ),
            (
                "page.html",
                "[{{ page.content | safe }}]",
                "p/index.html",
                "[",
            ),
            ("file.txt", "two", "file.txt", "two"),
            ("folder/file.txt", "two", "folder/file.txt", "two"),
            ("folder/more.txt", "more", "folder/more.txt", "more"),
            ("site.scss", "a { b: two; }", "site.css", "two"),
            (
                "section/b.md",
                "+++\n+++\nmore",
                "section/b/index.html",
                "more",
            ),
        ];
        for (file, text, output, wanted) in edits {
            assert!(!builds(root), "not settled before {file}");
            write(elsewhere.path(), file, text);
            assert!(builds(root), "{file} is not seen");
            assert!(made(root, output).contains(wanted), "{file}");
            settle();
            build(root, &[]);
        }
        assert!(!builds(root));
        write(root, "real.txt", "two");
        assert!(builds(root), "the file behind a link of data is not seen");
        assert_eq!(made(root, "index.html"), "two");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_elsewhere_is_seen() {
        use std::os::unix::fs::symlink;
        let (site, elsewhere) = linked();
        let root = site.path();
        build(root, &[]);
        assert!(!builds(root));
        let link = root.join("content/p.md");
        fs::remove_file(&link).expect("removed");
        symlink(elsewhere.path().join("other.md"), &link).expect("linked");
        assert!(builds(root));
        assert!(made(root, "p/index.html").contains("other"));
        settle();
        build(root, &[]);
        assert!(!builds(root));
        // The same text, by way of another folder.
        let link = root.join("static/folder");
        fs::remove_file(&link).expect("removed");
        fs::create_dir(elsewhere.path().join("empty")).expect("made");
        symlink(elsewhere.path().join("empty"), &link).expect("linked");
        assert!(builds(root));
        assert!(!root.join("public/folder/file.txt").exists());
        settle();
        build(root, &[]);
        // The link stays, and what it leads to becomes another file.
        assert!(!builds(root));
        let other = elsewhere.path().join("new.txt");
        write(elsewhere.path(), "new.txt", "new");
        fs::rename(other, elsewhere.path().join("file.txt")).expect("renamed");
        assert!(builds(root));
        assert_eq!(made(root, "file.txt"), "new");
    }

    /// A host that answers each request with one number more.
    fn host() -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}/", listener.local_addr().expect("an address"));
        let count = Arc::new(AtomicUsize::new(0));
        let asked = Arc::clone(&count);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a visitor");
                let mut request = [0; 4096];
                let _read = stream.read(&mut request);
                let body = format!("answer {}", asked.fetch_add(1, Ordering::SeqCst) + 1);
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _gone = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        (address, count)
    }

    #[test]
    fn another_host_is_asked_each_time() {
        let (address, count) = host();
        let text = format!("{{{{ load_data(url=\"{address}\") }}}}");
        let site = site(&[("templates/index.html", &text)]);
        settle();
        for round in 1..4 {
            assert!(builds(site.path()), "round {round}");
            assert_eq!(made(site.path(), "index.html"), format!("answer {round}"));
            assert_eq!(count.load(Ordering::SeqCst), round);
        }
    }

    /// In a shortcode, a macro or a text of Zola 0.23 as well as in a page's template.
    #[test]
    fn time_and_chance_anywhere_make_a_build_each_time() {
        let sites: &[&[(&str, &str)]] = &[
            &[
                ("content/p.md", "+++\n+++\n{{ s() }}"),
                ("templates/shortcodes/s.html", "{{ now() }}"),
            ],
            &[
                (
                    "templates/m.html",
                    "{% macro m() %}{{ get_random(end=9) }}{% endmacro %}",
                ),
                (
                    "templates/index.html",
                    "{% import \"m.html\" as m %}{{ m::m() }}",
                ),
            ],
            &[(
                "templates/robots.txt",
                "{{ get_env(name=\"NO\", default=\"x\") }}",
            )],
            &[
                ("groundswell.toml", "[build]\ndialect = \"zola-0.23\"\n"),
                ("content/p.md", "+++\n+++\n{{ now() }}"),
            ],
            &[
                ("groundswell.toml", "[build]\ndialect = \"zola-0.23\"\n"),
                ("templates/index.html", "{{ [1, 2] | shuffle }}"),
            ],
        ];
        for files in sites {
            let site = site(files);
            settle();
            assert!(builds(site.path()) && builds(site.path()), "{files:?}");
        }
    }

    /// Whoever builds again must not believe that a warning is gone.
    #[test]
    fn warnings_are_told_again() {
        let site = site(&[
            (
                "config.toml",
                "base_url = \"https://e.example\"\n[link_checker]\ninternal_level = \"warn\"\n",
            ),
            ("content/a.md", "+++\n+++\n\n[x](@/no.md)\n"),
            ("content/b.md", "+++\n+++\n\n[x](@/a.md#no)\n"),
            ("content/_index.xx.md", "+++\n+++\n"),
        ]);
        settle();
        let warnings = |said: &str| -> Vec<String> {
            let lines = said.lines().skip_while(|line| !line.starts_with("WARN"));
            lines
                .filter(|line| line.starts_with("WARN") || line.contains("fix: "))
                .map(str::to_owned)
                .collect()
        };
        let first = build(site.path(), &[]);
        let told = warnings(&first);
        assert_eq!(told.len(), 6, "{first}");
        for _ in 0..2 {
            let again = build(site.path(), &[]);
            assert!(
                again.contains(UNTOUCHED) && again.contains("--fresh"),
                "{again}"
            );
            assert_eq!(warnings(&again), told);
        }
        let fresh = build(site.path(), &["--fresh"]);
        assert!(!fresh.contains(UNTOUCHED), "{fresh}");
        assert_eq!(warnings(&fresh), told);
    }
}
