//! A build when nothing changed does nothing, and no change goes unnoticed.

#[cfg(test)]
mod last_build {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::time::{Duration, SystemTime};

    use tempfile::TempDir;

    const UNTOUCHED: &str = "Nothing changed since the last build";

    /// A file's last change must lie this long back before its time tells anything.
    fn settle() {
        std::thread::sleep(Duration::from_millis(150));
    }

    struct Site(TempDir);

    impl Site {
        /// Something of each kind that a build reads.
        fn new() -> Self {
            let site = Self(tempfile::tempdir().expect("a folder"));
            for (file, text) in [
                (
                    "config.toml",
                    "base_url = \"https://e.example\"\ntheme = \"t\"\ncompile_sass = true\nignored_content = [\"*.skip\"]\n[languages.fr]\n[translations]\nword = \"one\"\n",
                ),
                (
                    "themes/t/theme.toml",
                    "name = \"t\"\n[extra]\nshade = \"dark\"\n",
                ),
                (
                    "themes/t/templates/page.html",
                    "theme {{ page.content | safe }} {{ config.extra.shade }}",
                ),
                (
                    "themes/t/templates/section.html",
                    "{% for p in section.pages %}{{ p.title }}{% endfor %}",
                ),
                ("themes/t/static/theme.txt", "theme"),
                (
                    "templates/index.html",
                    "{{ trans(key=\"word\") }} {% set d = load_data(path=\"data/facts.toml\") %}{{ d.fact }} {% set i = resize_image(path=\"a.png\", width=2, height=2, op=\"fill\") %}{{ i.url }}",
                ),
                ("templates/shortcodes/hello.html", "hello"),
                (
                    "sass/site.scss",
                    "@import \"parts/colour\"; a { color: $c; }",
                ),
                ("sass/parts/_colour.scss", "$c: red;"),
                ("static/plain.txt", "plain"),
                ("data/facts.toml", "fact = 1"),
                ("content/_index.md", "+++\n+++\n"),
                ("content/news/_index.md", "+++\ntitle = \"News\"\n+++\n"),
                (
                    "content/news/a/index.md",
                    "+++\ntitle = \"A\"\n+++\nText {{ hello() }}",
                ),
                ("content/news/a/asset.txt", "asset"),
                (
                    "content/b.md",
                    "+++\ntitle = \"B\"\ndraft = true\n+++\nText",
                ),
            ] {
                site.write(file, text);
            }
            let picture =
                image::RgbImage::from_fn(4, 4, |x, _| image::Rgb([u8::from(x > 1), 0, 0]));
            picture.save(site.path("static/a.png")).expect("saved");
            settle();
            site
        }

        fn path(&self, file: &str) -> PathBuf {
            self.0.path().join(file)
        }

        fn write(&self, file: &str, text: &str) {
            let path = self.path(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }

        /// What a build says; whether it did anything.
        fn build(&self, flags: &[&str]) -> (String, bool) {
            let run = Command::new(env!("CARGO_BIN_EXE_groundswell"))
                .args(["--root", &self.0.path().display().to_string(), "build"])
                .args(flags)
                .env("LAST_BUILD_TEST", "set")
                .output()
                .expect("ran");
            let said = String::from_utf8_lossy(&run.stderr).into_owned();
            assert!(run.status.success(), "{said}");
            let untouched = said.contains(UNTOUCHED);
            (said, !untouched)
        }

        fn builds(&self) -> bool {
            self.build(&[]).1
        }

        /// Fails unless the output is what a build into an empty folder makes.
        fn is_right(&self, what: &str) {
            let elsewhere = tempfile::tempdir().expect("a folder");
            let folder = elsewhere.path().display().to_string();
            let output = tree(&self.path("public"));
            self.build(&["--output-dir", &folder, "--force"]);
            assert_eq!(output, tree(elsewhere.path()), "stale after: {what}");
        }
    }

    fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        walkdir::WalkDir::new(folder)
            .into_iter()
            .map(|entry| entry.expect("readable"))
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let below = entry.path().strip_prefix(folder).expect("below");
                (below.to_owned(), fs::read(entry.path()).expect("read"))
            })
            .collect()
    }

    fn times(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
        let modified =
            |path: &PathBuf| fs::metadata(folder.join(path)).and_then(|file| file.modified());
        tree(folder)
            .into_keys()
            .map(|path| {
                let time = modified(&path).expect("a time");
                (path, time)
            })
            .collect()
    }

    type Edit = (&'static str, fn(&Site));

    /// Changes to the sources, each of which makes another site or might.
    const EDITS: &[Edit] = &[
        ("a text", |site| {
            site.write(
                "content/news/a/index.md",
                "+++\ntitle = \"A\"\n+++\nOther {{ hello() }}",
            );
        }),
        ("a page more", |site| {
            site.write("content/news/c.md", "+++\ntitle = \"C\"\n+++\n");
        }),
        ("a page less", |site| {
            fs::remove_file(site.path("content/news/c.md")).expect("removed");
        }),
        ("a page renamed", |site| {
            fs::rename(site.path("content/b.md"), site.path("content/bb.md")).expect("renamed");
        }),
        ("a translation of a page", |site| {
            site.write("content/news/a/index.fr.md", "+++\ntitle = \"Un\"\n+++\n");
        }),
        ("an asset", |site| {
            site.write("content/news/a/asset.txt", "ASSET");
        }),
        ("an asset more", |site| {
            site.write("content/news/a/more.txt", "more");
        }),
        ("a template", |site| {
            site.write("templates/shortcodes/hello.html", "HELLO");
        }),
        ("a template of the theme", |site| {
            site.write(
                "themes/t/templates/page.html",
                "changed {{ page.content | safe }}",
            );
        }),
        ("a template that goes before the theme's", |site| {
            site.write("templates/page.html", "own {{ page.title }}");
        }),
        ("a template of the site less", |site| {
            fs::remove_file(site.path("templates/page.html")).expect("removed");
        }),
        ("a partial of a style sheet", |site| {
            site.write("sass/parts/_colour.scss", "$c: blue;");
        }),
        ("a static file", |site| {
            site.write("static/plain.txt", "other");
        }),
        ("a static file that hides the theme's", |site| {
            site.write("static/theme.txt", "mine");
        }),
        ("a hidden static file", |site| {
            site.write("static/.well-known/x", "x");
        }),
        ("a data file", |site| {
            site.write("data/facts.toml", "fact = 2");
        }),
        ("the configuration", |site| {
            let text = fs::read_to_string(site.path("config.toml")).expect("read");
            site.write("config.toml", &text.replace("\"one\"", "\"two\""));
        }),
        ("the theme's settings", |site| {
            site.write(
                "themes/t/theme.toml",
                "name = \"t\"\n[extra]\nshade = \"pale\"\n",
            );
        }),
        ("an image", |site| {
            let picture = image::RgbImage::from_pixel(4, 4, image::Rgb([0, 200, 0]));
            picture.save(site.path("static/a.png")).expect("saved");
        }),
        ("the other configuration's name", |site| {
            fs::copy(site.path("config.toml"), site.path("zola.toml")).expect("copied");
        }),
        ("a text, its time set back and its length kept", |site| {
            let file = site.path("content/news/a/index.md");
            let text = fs::read_to_string(&file).expect("read");
            let time = fs::metadata(&file)
                .and_then(|file| file.modified())
                .expect("a time");
            fs::write(&file, text.replace("Other", "OTHER")).expect("written");
            let file = fs::File::options().write(true).open(&file).expect("opened");
            file.set_modified(time).expect("set");
        }),
    ];

    #[test]
    fn nothing_changed_means_nothing_done() {
        let site = Site::new();
        let (first, _) = site.build(&[]);
        let before = times(&site.path("public"));
        let (second, built) = site.build(&[]);
        assert!(!built, "{second}");
        assert_eq!(before, times(&site.path("public")));
        let counts = first.lines().find(|line| line.starts_with("-> Creating"));
        assert!(counts.is_some_and(|line| second.contains(line)), "{second}");
        assert!(site.build(&["--fresh"]).1);
        assert!(site.build(&["--timings"]).1);
        assert_eq!(before, times(&site.path("public")));
    }

    #[test]
    fn every_change_is_noticed() {
        let site = Site::new();
        site.build(&[]);
        for (what, edit) in EDITS {
            assert!(!site.builds(), "not settled before: {what}");
            edit(&site);
            assert!(site.builds(), "not noticed: {what}");
            site.is_right(what);
            // The last build was another one, and the edit is young.
            settle();
            site.build(&[]);
        }
    }

    #[test]
    fn changes_right_after_a_build_are_noticed() {
        let site = Site::new();
        let page = |text: &str| site.write("content/news/a/index.md", &format!("+++\n+++\n{text}"));
        for round in 0..20 {
            page(&format!("a{round:03}"));
            site.build(&[]);
            page(&format!("b{round:03}"));
            site.build(&[]);
            let made = fs::read_to_string(site.path("public/news/a/index.html")).expect("read");
            assert!(made.contains(&format!("b{round:03}")), "{made}");
        }
    }

    #[test]
    fn an_output_that_was_touched_is_made_anew() {
        let site = Site::new();
        site.build(&[]);
        let page = site.path("public/news/a/index.html");
        let good = fs::read(&page).expect("read");
        let touches: [Edit; 4] = [
            ("a page deleted", |site| {
                fs::remove_file(site.path("public/news/a/index.html")).expect("removed");
            }),
            ("a page changed", |site| {
                let page = site.path("public/news/a/index.html");
                let length = fs::read(&page).expect("read").len();
                fs::write(&page, vec![b'x'; length]).expect("written");
            }),
            ("a file that is not the site's", |site| {
                site.write("public/extra.html", "x");
            }),
            ("the whole output", |site| {
                fs::remove_dir_all(site.path("public")).expect("removed");
            }),
        ];
        for (what, touch) in touches {
            assert!(!site.builds(), "not settled before: {what}");
            touch(&site);
            assert!(site.builds(), "not noticed: {what}");
            assert_eq!(fs::read(&page).expect("read"), good, "{what}");
            assert!(!site.path("public/extra.html").exists());
        }
    }

    #[test]
    fn other_flags_make_another_site() {
        let site = Site::new();
        site.build(&[]);
        for flags in [
            &["--drafts"][..],
            &["--minify"],
            &["--base-url", "https://other.example"],
            &[],
        ] {
            assert!(site.build(flags).1, "{flags:?}");
            assert!(!site.build(flags).1, "{flags:?} again");
        }
        // Other folders of other builds do not stand for this one.
        let elsewhere = tempfile::tempdir().expect("a folder");
        let folder = elsewhere.path().display().to_string();
        assert!(site.build(&["--output-dir", &folder, "--force"]).1);
        assert!(site.builds());
    }

    #[test]
    fn what_may_change_by_itself_is_always_built() {
        for call in [
            "{{ now() }}",
            "{{ get_random(end=5) }}",
            "{{ get_env(name=\"LAST_BUILD_TEST\") }}",
        ] {
            let site = Site::new();
            site.write("templates/index.html", call);
            settle();
            for _ in 0..3 {
                assert!(site.builds(), "{call}");
            }
        }
        let site = Site::new();
        site.write("sass/site.scss", "a { width: random(1000) + px }");
        settle();
        assert!(site.builds() && site.builds());
    }

    #[test]
    fn a_record_that_cannot_be_read_is_none() {
        let site = Site::new();
        site.build(&[]);
        let record = site.path(".groundswell/last-build.json");
        let good = fs::read_to_string(&record).expect("read");
        for bad in [
            "",
            "{",
            "null",
            "\u{0}",
            good.strip_suffix("}").expect("an object"),
            &good.replace("\"version\":1", "\"version\":0"),
        ] {
            fs::write(&record, bad).expect("written");
            assert!(site.builds(), "{bad}");
            assert!(!site.builds());
        }
        fs::remove_file(&record).expect("removed");
        fs::create_dir(&record).expect("made");
        assert!(site.builds() && !site.builds());
    }

    #[test]
    fn a_build_that_fails_is_no_last_build() {
        let site = Site::new();
        site.build(&[]);
        let good = fs::read_to_string(site.path("content/news/a/index.md")).expect("read");
        site.write("content/news/a/index.md", "+++\nnot toml\n+++\n");
        let failing = || {
            let run = Command::new(env!("CARGO_BIN_EXE_groundswell"))
                .args(["--root", &site.0.path().display().to_string(), "build"])
                .output()
                .expect("ran");
            assert!(!run.status.success());
        };
        failing();
        failing();
        site.write("content/news/a/index.md", &good);
        settle();
        assert!(site.builds());
        assert!(!site.builds());
    }
}
