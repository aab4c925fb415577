//! Sites without an end: lines, pictures, nesting and templates beyond all measure. Each gives a clear
//! error; none makes the build panic, run for ever or take the machine's memory.

#[cfg(test)]
#[path = "support/mod.rs"]
mod support;

#[cfg(test)]
#[path = "support/hostile.rs"]
mod judged;

#[cfg(test)]
mod hostile {
    use tempfile::TempDir;

    use super::judged::{ends, says, template};
    use super::support::{errors, site, write};

    fn page(text: &str) -> TempDir {
        site("", &[("content/p.md", text)])
    }

    #[cfg(unix)]
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
}
