//! Sites made to do harm: each gives a clear error, or does nothing. None makes the build panic,
//! run for ever or take the machine's memory, and none reads or writes outside the site.

#[cfg(test)]
#[path = "support/mod.rs"]
mod support;

#[cfg(test)]
mod hostile {
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;

    use super::support::{build, errors, site, write};

    /// One error at least says `wanted`, names `file`, and how to mend it.
    fn says(site: &TempDir, file: &str, wanted: &str) {
        let found = errors(site.path());
        assert!(
            found.iter().any(|fault| {
                fault.file.as_deref() == Some(file)
                    && fault.message.contains(wanted)
                    && fault.hint.is_some()
            }),
            "{file}: {wanted}: {found:#?}"
        );
    }

    /// It builds, or says in few words why not.
    fn ends(site: &TempDir) {
        for fault in build(site.path()).diagnostics {
            let told = fault.to_string();
            assert!(told.len() < 2_000, "{} bytes: {:.300}…", told.len(), told);
        }
    }

    fn template(text: &str) -> TempDir {
        site("", &[("templates/index.html", text)])
    }

    fn page(text: &str) -> TempDir {
        site("", &[("content/p.md", text)])
    }

    #[cfg(unix)]
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
    fn one_line_of_ten_megabytes() {
        let long = "a ".repeat(5_000_000);
        for (file, text) in [
            ("content/p.md", format!("+++\n+++\n{long}")),
            ("content/p.md", format!("+++\ntitle = \"{long}\"\n+++\n")),
            ("content/p.md", format!("+++\ntitle = \"{long}\n+++\n")),
            ("content/p.md", format!("---\ntitle: {long}: x\n---\n")),
            ("content/p.md", format!("+++\n{long}")),
            (
                "content/p.md",
                format!("+++\n+++\n{}", "{{ a(b=\"".repeat(500_000)),
            ),
            ("templates/index.html", long.clone()),
            ("templates/index.html", format!("{{{{ \"{long}")),
            ("config.toml", format!("title = \"{long}")),
            (
                "config.toml",
                format!("base_url = \"https://e.org\"\ntitle = \"{long}\"\n"),
            ),
            ("config.toml", long),
        ] {
            let site = site("", &[]);
            write(site.path(), file, text);
            ends(&site);
        }
    }

    /// The head of a PNG of so many pixels, and next to no pixels.
    fn png(side: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut head = b"IHDR".to_vec();
        head.extend(side.to_be_bytes());
        head.extend(side.to_be_bytes());
        head.extend([8, 2, 0, 0, 0]);
        let data = b"IDAT\x78\x9c\x63\x60\x60\x60\x00\x00\x00\x04\x00\x01";
        for chunk in [&head[..], &data[..], b"IEND"] {
            let len = u32::try_from(chunk.len() - 4).expect("short");
            bytes.extend(len.to_be_bytes());
            bytes.extend(chunk);
            bytes.extend(crc(chunk).to_be_bytes());
        }
        bytes
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
            })
        })
    }

    #[test]
    fn pictures_that_claim_to_be_larger_than_memory() {
        let mut gif = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff".to_vec();
        gif.extend(b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x4c\x01\0;");
        // A lossless WebP of 16384 by 16384 pixels.
        let mut webp = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f".to_vec();
        webp.extend([0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let bmp = {
            let mut bytes = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
            bytes.extend(60_000_u32.to_le_bytes());
            bytes.extend(60_000_u32.to_le_bytes());
            bytes.extend([1, 0, 24, 0]);
            bytes.extend([0; 28]);
            bytes
        };
        for (name, bytes) in [
            ("a.png", png(60_000)),
            ("a.gif", gif),
            ("a.webp", webp),
            ("a.bmp", bmp),
            ("a.ppm", b"P6 60000 60000 255\nabc".to_vec()),
            ("a.qoi", b"qoif\0\0\xea\x60\0\0\xea\x60\x03\0abc".to_vec()),
        ] {
            let ask = format!("{{% set x = resize_image(path=\"{name}\", width=9, height=9) %}}");
            let site = template(&ask);
            write(site.path(), &format!("static/{name}"), bytes);
            let found = errors(site.path());
            assert_eq!(found.len(), 1, "{name}: {found:#?}");
            for fault in found {
                let file = fault.file.as_deref().unwrap_or_default();
                assert!(
                    [&format!("static/{name}"), "templates/index.html"].contains(&file),
                    "{fault}"
                );
                assert!(fault.hint.is_some(), "{fault}");
            }
        }
    }

    #[test]
    fn templates_that_never_end() {
        let turns = "{% set_global x = x ~ x %}".to_owned();
        for (text, wanted) in [
            ("{% include \"index.html\" %}", "levels deep"),
            ("{% extends \"index.html\" %}", "extends itself"),
            (
                "{% macro m() %}{{ self::m() }}{% endmacro %}{{ self::m() }}",
                "levels deep",
            ),
            ("{{ range(end=1000000000000) }}", "would never end"),
            (
                &format!(
                    "{{% set x = 'abc' %}}{{% for i in range(end=99) %}}{turns}{{% endfor %}}"
                ),
                "longer than",
            ),
            (
                "{% set_global x = 'aa' %}{% for i in range(end=99) %}\
                 {% set_global x = x | replace(from='a', to=x) %}{% endfor %}",
                "longer than",
            ),
            (
                "{% set x = [] %}{% for i in range(end=99) %}\
                 {% set_global x = [x, x] %}{% endfor %}{{ x }}",
                "list",
            ),
            (
                "{% set x = [] %}{% for i in range(end=999) %}\
                 {% set_global x = [x] %}{% endfor %}{{ x }}",
                "levels deep",
            ),
            (
                "{% set x = [1] %}{% for i in range(end=99) %}\
                 {% set_global x = x | concat(with=x) %}{% endfor %}",
                "items",
            ),
        ] {
            says(&template(text), "templates/index.html", wanted);
        }
    }

    #[test]
    fn templates_that_extend_each_other_in_a_circle() {
        let site = site(
            "",
            &[
                ("templates/index.html", "{% extends \"b.html\" %}"),
                ("templates/b.html", "\n{% extends \"index.html\" %}"),
            ],
        );
        says(&site, "templates/b.html", "extends itself");
    }

    #[test]
    fn nesting_without_an_end_in_markdown() {
        const DEEP: usize = 5_000;
        for part in [
            "[", "> ", "* ", "1. ", "![", "*_", "<b>", "`", "    ", "\\[", "(", "- > ",
        ] {
            ends(&page(&format!("+++\n+++\n{}", part.repeat(DEEP))));
            ends(&page(&format!(
                "+++\n+++\n{}\nx\n",
                format!("{part}x\n").repeat(DEEP / 10)
            )));
        }
        let footnotes = (0..2_000).map(|n| format!("[^{n}]: [^{}]\n", n + 1));
        ends(&page(&format!(
            "+++\n+++\n[^0]\n\n{}",
            footnotes.collect::<String>()
        )));
        let calls = "{% box() %}".repeat(5_000);
        let site = site(
            "",
            &[
                ("content/p.md", &format!("+++\n+++\n{calls}")),
                ("templates/shortcodes/box.html", "{{ body }}"),
            ],
        );
        says(&site, "content/p.md", "levels deep");
    }

    #[test]
    fn shortcodes_that_double_their_text() {
        let text = format!(
            "{}{}{}",
            "{% b() %}".repeat(30),
            "x".repeat(1_000),
            "{% end %}".repeat(30)
        );
        let site = site(
            "",
            &[
                ("content/p.md", &format!("+++\n+++\n{text}")),
                ("templates/shortcodes/b.md", "{{ body }}{{ body }}"),
            ],
        );
        says(&site, "content/p.md", "too long");
    }

    #[test]
    fn nesting_without_an_end_in_data() {
        const DEEP: usize = 5_000;
        let brackets =
            |open: &str, close: &str| format!("{}{}", open.repeat(DEEP), close.repeat(DEEP));
        let laughs = (1..40).map(|n| format!("a{n}: &a{n} [*a{}, *a{0}, *a{0}]\n", n - 1));
        let laughs = format!("a0: &a0 [lol]\n{}", laughs.collect::<String>());
        let strings = (1..60).map(|n| format!("@string{{a{n} = a{} # a{0}}}\n", n - 1));
        let strings = format!("@string{{a0 = \"ha\"}}\n{}", strings.collect::<String>());
        let entities = (1..40).map(|n| format!("<!ENTITY a{n} \"&a{};&a{0};\">", n - 1));
        let entities = format!(
            "<!DOCTYPE r [<!ENTITY a0 \"ha\">{}]><r>&a39;</r>",
            entities.collect::<String>()
        );
        for (name, text) in [
            ("d.json", brackets("[", "]")),
            ("d.json", brackets("{\"a\":", "}")),
            ("d.yaml", brackets("[", "]")),
            ("d.yaml", brackets("{a: ", "}")),
            ("d.yaml", "- ".repeat(DEEP)),
            ("d.yaml", laughs.clone()),
            ("d.toml", format!("a = {}", brackets("[", "]"))),
            ("d.toml", format!("a = {}", brackets("{a=", "}"))),
            ("d.toml", format!("{}a = 1", "a.".repeat(DEEP / 10))),
            ("d.toml", format!("[{}a]", "a.".repeat(DEEP / 10))),
            ("d.xml", brackets("<a>", "</a>")),
            ("d.xml", entities),
            ("d.bib", strings),
            ("d.csv", brackets("\"", "\"")),
        ] {
            let format = name
                .rsplit('.')
                .next()
                .unwrap_or_default()
                .replace("bib", "bibtex");
            let ask = format!(
                "{{% set d = load_data(path=\"{name}\", format=\"{format}\") %}}{{{{ d | json_encode | length }}}}"
            );
            let site = template(&ask);
            write(site.path(), name, text);
            ends(&site);
        }
        ends(&page(&format!("---\n{laughs}---\n")));
        ends(&page(&format!("---\na: {}\n---\n", brackets("[", "]"))));
        ends(&page(&format!(
            "+++\nextra.a = {}\n+++\n",
            brackets("[", "]")
        )));
        ends(&page(&format!(
            "+++\nextra.{}a = 1\n+++\n",
            "a.".repeat(DEEP / 10)
        )));
        ends(&site(
            &format!("extra.{}a = 1\n", "a.".repeat(DEEP / 10)),
            &[],
        ));
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
