//! Each kind of mistake that an author can make: the build names its file, line and column, and
//! how to mend it, and tells all mistakes at once.

#[cfg(test)]
#[path = "support/mod.rs"]
mod support;

#[cfg(test)]
mod broken {
    use super::support::{errors, site, write};

    /// File, its text, line and column of the mistake, and a word of the advice.
    const CASES: &[(&str, &str, usize, usize, &str)] = &[
        (
            "config.toml",
            "base_url = \"https://e.org\"\ntitle = \"a",
            2,
            11,
            "double quotes",
        ),
        (
            "config.toml",
            "base_url = \"https://e.org\"\ntitel = \"a\"",
            2,
            1,
            "did you mean `title`",
        ),
        ("content/p.md", "no front matter", 1, 1, "+++"),
        ("content/p.md", "\n+++\ntitle = \"a\"\n", 2, 1, "+++"),
        (
            "content/p.md",
            "+++\ntitle = é\n+++\n",
            2,
            9,
            "double quotes",
        ),
        (
            "content/p.md",
            "+++\ntitle = \"a\"\ntitle = \"b\"\n+++\n",
            3,
            1,
            "take one",
        ),
        ("content/p.md", "---\ntitle: \"a\n---\n", 3, 1, "quotes"),
        ("content/p.md", "+++\n+++\n\néé [a](@/no.md)\n", 4, 4, "@/"),
        (
            "content/p.md",
            "+++\n+++\na\n  b [a]()\n",
            4,
            5,
            "parentheses",
        ),
        (
            "content/p.md",
            "+++\n+++\né {{ nope() }}\n",
            3,
            3,
            "shortcodes/nope.html",
        ),
        (
            "content/p.md",
            "+++\n+++\nx {% end %}\n",
            3,
            3,
            "to show it as text",
        ),
        (
            "templates/index.html",
            "\né {{ confg }}",
            2,
            3,
            "did you mean `config`",
        ),
        ("templates/index.html", "{% if x %}\n", 2, 1, "raw"),
        (
            "templates/index.html",
            "a\n  {{ 1 | uper }}",
            2,
            3,
            "did you mean `upper`",
        ),
        (
            "templates/index.html",
            "{% extends \"no.html\" %}",
            1,
            1,
            "templates/",
        ),
        (
            "templates/index.html",
            "x{% include \"no.html\" %}",
            1,
            2,
            "ignore missing",
        ),
        (
            "templates/index.html",
            " {{ load_data(path=\"no.json\") }}",
            1,
            2,
            "required=false",
        ),
        (
            "templates/index.html",
            " {{ load_data(path=\"../x\") }}",
            1,
            2,
            "below",
        ),
        (
            "templates/index.html",
            "{{ get_url(path=\"@/no.md\") }}",
            1,
            1,
            "",
        ),
        (
            "templates/shortcodes/s.html",
            "\n {{ no }}",
            2,
            2,
            "called in content/s.md:3:1",
        ),
    ];

    #[test]
    fn each_mistake_names_its_place_and_its_remedy() {
        let mut wrong = Vec::new();
        for (file, text, line, column, advice) in CASES {
            let site = site("compile_sass = true\n", &[]);
            if file.contains("shortcodes") {
                write(site.path(), "content/s.md", "+++\n+++\n{{ s() }}");
            }
            write(site.path(), file, text);
            let found = errors(site.path());
            let sound = found.iter().any(|fault| {
                fault.file.as_deref() == Some(*file)
                    && (fault.line, fault.column) == (Some(*line), Some(*column))
                    && fault
                        .hint
                        .as_deref()
                        .is_some_and(|hint| hint.contains(advice))
            });
            if !sound {
                wrong.push(format!(
                    "{file} {text:?} {line}:{column} {advice}: {found:#?}"
                ));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} wrong:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }

    #[test]
    fn mistakes_of_several_files_are_told_together() {
        let site = site(
            "",
            &[
                ("content/a.md", "no front matter"),
                ("content/b.md", "+++\ntitle = 1\n+++\n"),
                ("content/c.md", "+++\n+++\n[a](@/no.md)"),
                ("templates/index.html", "{{ 1 | nope }}"),
            ],
        );
        let told: Vec<String> = errors(site.path())
            .iter()
            .map(ToString::to_string)
            .collect();
        for wanted in ["content/a.md:1:1: ", "content/b.md:2:9: "] {
            assert!(
                told.iter().any(|fault| fault.starts_with(wanted)),
                "{wanted}: {told:#?}"
            );
        }
    }
}
