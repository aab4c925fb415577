//! Sites that point elsewhere: links, paths and names that lead out of the site, back into it or to
//! something else than a file. Each gives a clear error, or does nothing; none reads or writes outside.

#[cfg(test)]
#[path = "support/mod.rs"]
mod support;

#[cfg(test)]
#[path = "support/hostile.rs"]
mod judged;

#[cfg(test)]
mod hostile {
    use std::fs;
    use std::path::Path;

    use super::judged::{ends, says, template};
    use super::support::{build, errors, site, write};

    #[test]
    fn links_that_lead_back_are_named_in_every_folder() {
        use std::os::unix::fs::symlink;
        let folders = [
            "content",
            "static",
            "templates",
            "sass",
            "themes/t/templates",
        ];
        for folder in folders {
            let site = site(
                "theme = \"t\"\n",
                &[
                    ("themes/t/theme.toml", ""),
                    ("themes/t/templates/x.html", ""),
                ],
            );
            fs::create_dir_all(site.path().join(folder).join("a")).expect("made");
            symlink("..", site.path().join(folder).join("a/up")).expect("linked");
            says(&site, &format!("{folder}/a/up"), "leads back");
        }
        let site = site("", &[("content/a.md", "+++\n+++\n")]);
        symlink("self", site.path().join("content/self")).expect("linked");
        symlink("nowhere", site.path().join("static")).expect("linked");
        says(&site, "content/self", "cannot be read");
    }

    /// Zola follows links out of the site too: a shared folder of pictures is built.
    #[cfg(unix)]
    #[test]
    fn links_out_of_the_site_are_followed_for_content_but_not_for_what_templates_read() {
        use std::os::unix::fs::symlink;
        let elsewhere = tempfile::tempdir().expect("a folder");
        write(elsewhere.path(), "b.md", "+++\ntitle = \"B\"\n+++\n");
        write(elsewhere.path(), "secret.txt", "secret");
        let site = site("", &[]);
        fs::create_dir(site.path().join("content")).expect("made");
        symlink(elsewhere.path(), site.path().join("content/shared")).expect("linked");
        let report = build(site.path());
        assert!(!report.has_errors(), "{:#?}", report.diagnostics);
        assert_eq!(report.counts.pages, 1);
        let ask = "{{ load_data(path=\"content/shared/secret.txt\") }}";
        write(site.path(), "templates/index.html", ask);
        says(&site, "templates/index.html", "is a link out of");
    }

    #[test]
    fn templates_read_nothing_outside_the_site() {
        let outside = tempfile::tempdir().expect("a folder");
        let root = outside.path().join("site");
        write(outside.path(), "secret.txt", "secret");
        write(outside.path(), "secret.png", "secret");
        write(&root, "config.toml", "base_url = \"https://e.org\"\n");
        for call in [
            "load_data(path=\"../secret.txt\")",
            "load_data(path=\"static/../../secret.txt\")",
            "load_data(path=\"@/../../secret.txt\")",
            "load_data(path=\"/../secret.txt\")",
            "load_data(path=\"../../../../../../../../../../etc/passwd\")",
            "load_data(path=\"/etc/passwd\")",
            "get_hash(path=\"../secret.txt\")",
            "get_url(path=\"../secret.txt\", cachebust=true)",
            "get_image_metadata(path=\"../secret.png\")",
            "resize_image(path=\"../secret.png\", width=1, height=1)",
        ] {
            write(&root, "templates/index.html", format!("{{{{ {call} }}}}"));
            let report = build(&root);
            let shown = format!("{:?}", report.artifacts);
            assert!(!shown.contains("root:"), "{call}");
            assert!(report.has_errors(), "{call}: {shown}");
            let file = report
                .diagnostics
                .iter()
                .find_map(|fault| fault.file.as_deref());
            assert_eq!(file, Some("templates/index.html"), "{call}");
        }
        write(
            &root,
            "templates/shortcodes/s.html",
            "{{ load_data(path=p) }}",
        );
        write(&root, "templates/index.html", "");
        write(
            &root,
            "content/a.md",
            "+++\n+++\n\n{{ s(p=\"../secret.txt\") }}",
        );
        let told: Vec<String> = errors(&root).iter().map(ToString::to_string).collect();
        assert!(
            told.iter()
                .any(|told| told.contains("called in content/a.md:4:1")),
            "{told:?}"
        );
    }

    #[test]
    fn addresses_stay_below_the_output_folder() {
        let traps = [
            "path = \"../../x\"",
            "path = \"/a/../../x\"",
            "slug = \"../x\"",
            "slug = \"..\"",
            "aliases = [\"../../x\", \"/../x\", \"a/../../x\"]",
            "[taxonomies]\ntags = [\"../../x\", \"..\", \"a/b\", \"/\"]",
            "path = \"a\\u0000b\"",
            "path = \"a\\\\..\\\\b\"",
        ];
        for strategy in ["on", "safe", "off"] {
            for trap in traps {
                let config = format!(
                    "taxonomies = [{{ name = \"tags\" }}]\n[slugify]\npaths = \"{strategy}\"\ntaxonomies = \"{strategy}\"\n"
                );
                let site = site(
                    &config,
                    &[
                        ("content/p.md", &format!("+++\n{trap}\n+++\n")),
                        ("templates/tags/list.html", ""),
                        ("templates/tags/single.html", ""),
                    ],
                );
                let report = build(site.path());
                for path in report.artifacts.keys() {
                    let parts: Vec<&str> = path.as_str().split('/').collect();
                    assert!(!parts.contains(&".."), "{strategy} {trap}: {path}");
                }
            }
        }
    }

    #[test]
    fn settings_that_lead_out_of_the_site() {
        for (config, wanted) in [
            ("[languages.\"../x\"]\n", "language"),
            ("default_language = \"../x\"\n", "language"),
            ("theme = \"../../x\"\n", "theme"),
            (
                "feed_filenames = [\"../x.xml\"]\ngenerate_feeds = true\n",
                "x.xml",
            ),
        ] {
            let site = site(config, &[]);
            let report = build(site.path());
            for path in report.artifacts.keys() {
                assert!(!path.as_str().contains(".."), "{path}");
            }
            let told: Vec<String> = report.diagnostics.iter().map(ToString::to_string).collect();
            assert!(
                report.has_errors() && told.iter().any(|told| told.contains(wanted)),
                "{config}: {told:?}"
            );
        }
    }

    #[test]
    fn files_that_are_no_text_are_named_with_line_and_column() {
        let bytes = b"+++\ntitle = \"caf\xc3\xa9 \xff\"\n+++\n";
        for file in [
            "content/p.md",
            "templates/p.html",
            "sass/p.scss",
            "groundswell.toml",
        ] {
            let site = site("", &[]);
            write(site.path(), file, bytes);
            let found = errors(site.path());
            let place = found
                .iter()
                .find(|fault| fault.file.as_deref() == Some(file));
            let place = place.map(|fault| (fault.line, fault.column));
            assert_eq!(place, Some((Some(2), Some(15))), "{file}: {found:?}");
        }
        let site = site("", &[]);
        write(site.path(), "config.toml", b"\nt = \"\xff\"");
        says(&site, "config.toml", "UTF-8");
    }

    #[cfg(unix)]
    #[test]
    fn names_of_every_kind() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        for name in [
            "a\nb.md",
            "a\tb.md",
            "\u{1}.md",
            " .md",
            "a'\"<>&b.md",
            "%2e%2e.md",
            "\u{202e}x.md",
            "con.md",
        ] {
            let site = site("", &[]);
            write(site.path(), &format!("content/{name}"), "+++\n+++\n[a](b)");
            write(site.path(), &format!("static/{name}"), "x");
            write(site.path(), &format!("templates/{name}"), "{{ x");
            ends(&site);
        }
        let site = site("", &[]);
        fs::create_dir_all(site.path().join("content")).expect("made");
        let name = OsStr::from_bytes(b"content/\xff.md");
        fs::write(site.path().join(name), "+++\n+++\n").expect("written");
        says(&site, "content/\u{fffd}.md", "not UTF-8");
    }

    #[test]
    fn a_folder_where_a_file_is_wanted_and_a_file_where_a_folder_is() {
        let first = site("", &[("content/a.md/b.md", "+++\n+++\n")]);
        ends(&first);
        for folder in ["content", "templates", "static", "sass", "themes"] {
            let site = site("theme = \"t\"\n", &[(folder, "a file")]);
            assert!(build(site.path()).has_errors(), "{folder}");
        }
        let site = template("{{ load_data(path=\"data\") }}");
        fs::create_dir(site.path().join("data")).expect("made");
        says(&site, "templates/index.html", "finds no file");
        let site = tempfile::tempdir().expect("a folder");
        fs::create_dir(site.path().join("config.toml")).expect("made");
        assert!(build(site.path()).has_errors());
    }

    /// Files may go while the build runs: each is read at once, or named.
    #[test]
    fn a_file_that_goes_while_the_site_is_built() {
        let site = site("", &[("templates/index.html", "")]);
        for number in 0..200 {
            write(site.path(), &format!("content/{number}.md"), "+++\n+++\n");
            write(site.path(), &format!("static/{number}.txt"), "x");
        }
        let root = site.path().to_owned();
        let going = std::thread::spawn(move || {
            for number in 0..200 {
                for gone in [
                    format!("content/{number}.md"),
                    format!("static/{number}.txt"),
                ] {
                    fs::remove_file(root.join(gone)).expect("removed");
                }
            }
        });
        for _ in 0..5 {
            ends(&site);
        }
        going.join().expect("no panic");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_may_not_be_read() {
        use std::os::unix::fs::PermissionsExt;
        let site = site("", &[("content/p.md", "+++\n+++\n")]);
        let file = site.path().join("content/p.md");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("set");
        // The system's own user reads everything.
        if fs::read(&file).is_err() {
            says(&site, "content/p.md", "cannot be read");
        }
        ends(&site);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_among_the_sources_is_passed_over() {
        let site = site("", &[("content/p.md", "+++\n+++\n")]);
        for path in ["content/pipe.md", "static/pipe", "templates/pipe.html"] {
            let path = site.path().join(path);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("made");
            let made = std::process::Command::new("mkfifo").arg(&path).status();
            if !made.is_ok_and(|status| status.success()) {
                return;
            }
        }
        ends(&site);
    }

    #[test]
    fn two_pages_at_one_address() {
        let site = site(
            "",
            &[
                ("content/a.md", "+++\nslug = \"x\"\n+++\n"),
                ("content/b.md", "+++\npath = \"x\"\n+++\n"),
            ],
        );
        says(&site, "content/b.md", "content/a.md");
    }
}
