//! Whole builds of sites written by the test: who wins an address, what search and sitemap hold,
//! and which faults one build tells.

#[cfg(test)]
mod built {
    use std::fs;
    use std::path::Path;

    use groundswell::engine::{BuildReport, Engine};
    use groundswell::outputs::{Artifact, OutputPath};
    use groundswell::settings::Overrides;
    use tempfile::TempDir;

    const BASE: &str = "base_url = \"https://e.org\"\n";

    fn site(config: &str, files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "config.toml", &format!("{BASE}{config}"));
        for (path, text) in files {
            write(folder.path(), path, text);
        }
        folder
    }

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn engine(site: &TempDir) -> Engine {
        Engine::new(site.path(), None, Overrides::default())
    }

    fn sound(site: &TempDir) -> BuildReport {
        let report = engine(site).build();
        assert!(!report.has_errors(), "{:#?}", report.diagnostics);
        report
    }

    fn errors(site: &TempDir) -> Vec<String> {
        engine(site)
            .build()
            .diagnostics
            .iter()
            .filter(|fault| fault.is_error())
            .map(ToString::to_string)
            .collect()
    }

    fn artifact<'a>(report: &'a BuildReport, path: &str) -> Option<&'a Artifact> {
        let path = OutputPath::new(path).expect("a sound path");
        report.artifacts.get(&path)
    }

    fn text(report: &BuildReport, path: &str) -> String {
        match artifact(report, path).unwrap_or_else(|| panic!("{path} is missing")) {
            Artifact::Made(bytes) | Artifact::Page(bytes) => {
                String::from_utf8(bytes.to_vec()).expect("text")
            }
            Artifact::Copy { from, .. } | Artifact::Staged(from) => {
                fs::read_to_string(from).expect("text")
            }
            Artifact::Kept => panic!("{path} is not in memory"),
        }
    }

    #[test]
    fn two_files_for_one_address_are_an_error_that_names_both() {
        let site = site(
            "",
            &[
                ("content/a/index.md", "+++\n+++\n"),
                ("content/a/index.html", "beside it"),
            ],
        );
        let errors = errors(&site);
        assert_eq!(errors.len(), 1, "{errors:?}");
        for name in ["content/a/index.md", "content/a/index.html"] {
            assert!(
                errors.iter().all(|error| error.contains(name)),
                "{errors:?}"
            );
        }
    }

    #[test]
    fn static_files_win_over_pages_and_the_sites_own_over_the_themes() {
        let site = site(
            "theme = \"t\"\n",
            &[
                ("themes/t/theme.toml", ""),
                ("themes/t/templates/index.html", "of the theme"),
                ("themes/t/static/robots.txt", "theme"),
                ("themes/t/static/both.txt", "theme"),
                ("static/both.txt", "own"),
                (
                    "content/_index.md",
                    "+++\naliases = [\"both.txt/x\", \"404.html\"]\n+++\n",
                ),
                ("templates/404.html", "not found"),
            ],
        );
        let report = sound(&site);
        assert_eq!(text(&report, "robots.txt"), "theme");
        assert_eq!(text(&report, "both.txt"), "own");
        assert_eq!(text(&report, "404.html"), "not found");
    }

    #[test]
    fn the_search_finds_what_is_not_hidden_in_each_section_that_lists_it() {
        let site = site(
            "build_search_index = true\n[search]\nindex_format = \"fuse_json\"\ninclude_path = true\n",
            &[
                (
                    "content/t/_index.md",
                    "+++\ntitle = \"T\"\ntransparent = true\n+++\n",
                ),
                (
                    "content/t/p.md",
                    "+++\ntitle = \"P\"\n+++\n# Kop\n\n`een` *twee* & drie\n",
                ),
                ("content/t/no.md", "+++\nin_search_index = false\n+++\n"),
                ("content/h/_index.md", "+++\nin_search_index = false\n+++\n"),
                ("content/h/p.md", "+++\n+++\n"),
                ("content/orphans/p.md", "+++\n+++\n"),
            ],
        );
        assert_eq!(
            text(&sound(&site), "search_index.en.json"),
            concat!(
                r#"[{"url":"https://e.org/","title":"","body":"","path":"/"},"#,
                r#"{"url":"https://e.org/t/p/","title":"P","body":"Kop\neen twee &amp; drie","path":"/t/p/"},"#,
                r#"{"url":"https://e.org/t/","title":"T","body":"","path":"/t/"},"#,
                r#"{"url":"https://e.org/t/p/","title":"P","body":"Kop\neen twee &amp; drie","path":"/t/p/"}]"#
            )
        );
    }

    #[test]
    fn the_sitemap_leads_only_to_what_is_there() {
        let files = [
            (
                "content/s/_index.md",
                "+++\nsort_by = \"date\"\npaginate_by = 1\n+++\n",
            ),
            (
                "content/s/a.md",
                "+++\ndate = 2026-01-01\nupdated = 2026-02-01\n+++\n",
            ),
            ("content/s/b.md", "+++\ndate = 2026-01-02\n+++\n"),
            ("content/s/undated.md", "+++\n+++\n"),
            (
                "content/s/hidden.md",
                "+++\ndate = 2026-01-02\nrender = false\n+++\n",
            ),
            (
                "templates/sitemap.xml",
                "{% for e in entries %}{{ e.permalink | safe }} {{ e.updated }}\n{% endfor %}",
            ),
        ];
        let lines = |config: &str| {
            let report = sound(&site(config, &files));
            text(&report, "sitemap.xml")
                .lines()
                .map(|line| {
                    line.trim_end()
                        .trim_start_matches("https://e.org")
                        .to_owned()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(
            lines(""),
            [
                "/",
                "/s/",
                "/s/a/ 2026-02-01",
                "/s/b/ 2026-01-02",
                "/s/page/1/",
                "/s/page/2/"
            ]
        );
        assert_eq!(
            lines("exclude_paginated_pages_in_sitemap = \"all\"\n"),
            ["/", "/s/", "/s/a/ 2026-02-01", "/s/b/ 2026-01-02"]
        );
    }

    #[test]
    fn one_build_tells_the_faults_of_all_stages() {
        let site = site(
            "",
            &[
                ("content/a.md", "+++\ntitle = 1\n+++\n"),
                ("content/b.md", "no front matter"),
                ("templates/page.html", "{% if %}"),
                ("content/c.md", "+++\n+++\n[a](@/a.md)\n"),
            ],
        );
        let report = engine(&site).build();
        let mut files: Vec<&str> = report
            .diagnostics
            .iter()
            .filter_map(|fault| fault.file.as_deref())
            .collect();
        files.sort_unstable();
        // Not the link to a.md: it would be sound if a.md were.
        assert_eq!(
            files,
            ["content/a.md", "content/b.md", "templates/page.html"]
        );
        assert!(report.artifacts.is_empty());
    }

    #[test]
    fn a_link_to_a_heading_that_is_not_there_is_an_error_or_a_warning() {
        let files = [
            (
                "content/a.md",
                "+++\n+++\n# Here\n\n<a name=\"there\"></a>\n",
            ),
            (
                "content/b.md",
                "+++\n+++\n[1](@/a.md#here) [2](@/a.md#there)\n\n[3](@/a.md#nowhere)\n",
            ),
        ];
        let strict = site("", &files);
        let found = errors(&strict);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found
                .iter()
                .all(|error| error.contains("#nowhere") && error.contains("content/b.md"))
        );
        let lenient = site("[link_checker]\ninternal_level = \"warn\"\n", &files);
        assert_eq!(sound(&lenient).diagnostics.len(), 1);
    }

    #[test]
    fn a_page_or_section_that_may_be_missing_is_null_and_a_draft_is_missing() {
        let site = site(
            "[languages.fr]\n",
            &[
                ("content/a.md", "+++\ntitle = \"A\"\n+++\n"),
                ("content/a.fr.md", "+++\ndraft = true\n+++\n"),
                (
                    "templates/index.html",
                    "{% set a = get_page(path=\"a.md\", required=false) %}{{ a.title }}\
                     {% set a = get_page(path=\"a.md\", lang=\"fr\", required=false) %}\
                     {% set s = get_section(path=\"s/_index.md\", required=false) %}\
                     {% if a or s %}there{% else %} alone{% endif %}",
                ),
                ("templates/page.html", ""),
            ],
        );
        assert_eq!(text(&sound(&site), "index.html"), "A alone");
        let strict = "\n{{ get_page(path=\"a.md\", lang=\"fr\") }}";
        write(site.path(), "templates/index.html", strict);
        let errors = errors(&site);
        assert!(
            errors
                .iter()
                .any(|error| error.contains("finds no page `a.fr.md`")),
            "{errors:?}"
        );
    }

    #[test]
    fn each_template_has_its_cost_by_file() {
        let site = site(
            "",
            &[
                ("content/a.md", "+++\n+++\n"),
                ("content/b.md", "+++\n+++\n"),
                ("templates/part.html", "{% macro m() %}x{% endmacro %}p"),
                (
                    "templates/page.html",
                    "{% import \"part.html\" as part %}{{ part::m() }}{% include \"part.html\" %}",
                ),
            ],
        );
        let costs = sound(&site).costs;
        let times = |file: &str| costs.get(file).map(|cost| cost.times);
        assert_eq!(times("templates/page.html"), Some(2));
        assert_eq!(times("templates/part.html"), Some(4), "{costs:?}");
    }

    #[test]
    fn languages_alone_get_no_search_index_and_are_told_so() {
        let site = site("[languages.en]\nbuild_search_index = true\n", &[]);
        let report = sound(&site);
        assert!(artifact(&report, "search_index.en.js").is_none());
        let told = |fault: &groundswell::diagnostic::Diagnostic| {
            !fault.is_error() && fault.message.contains("search index")
        };
        assert!(report.diagnostics.iter().any(told));
    }

    #[test]
    fn templates_hash_the_search_index_and_the_sheets_of_code() {
        let site = site(
            "build_search_index = true\n[markdown.highlighting]\ntheme = \"nord\"\nstyle = \"class\"\n",
            &[(
                "templates/index.html",
                "{% for p in [\"search_index.en.js\", \"/elasticlunr.min.js\", \"giallo.css\"] %}\
                 {{ get_hash(path=p, sha_type=256, base64=false) }} {% endfor %}",
            )],
        );
        let report = sound(&site);
        let hash = |path: &str| {
            use sha2::Digest;
            let bytes = artifact(&report, path).and_then(Artifact::bytes);
            let hash = sha2::Sha256::digest(bytes.expect("made"));
            hash.iter().map(|b| format!("{b:02x}")).collect::<String>()
        };
        let expected = ["search_index.en.js", "elasticlunr.min.js", "giallo.css"].map(hash);
        assert_eq!(text(&report, "index.html").trim(), expected.join(" "));
    }

    #[test]
    fn anchors_are_looked_for_in_pages_whatever_their_case_and_exactly_in_sections() {
        let links = "[a](@/s/_index.md#Here) [b](@/p.md#HERE) [c](@/p.md#Head) \
                     [d](@/s/_index.md#Head) [e](@/p.md#her) [f](@/p.md#data)";
        let body = "+++\ntitle = \"t\"\n+++\n# head\n<i data-id=\"data\" id=\"here\"></i>\n";
        let site = site(
            "",
            &[
                ("content/p.md", body),
                ("content/s/_index.md", body),
                ("content/q.md", &format!("+++\ntitle = \"q\"\n+++\n{links}")),
            ],
        );
        let faults = errors(&site);
        let wrong = [
            "`#Here` in @/s/",
            "`#Head` in @/s/",
            "`#her` in",
            "`#data` in",
        ];
        assert_eq!(faults.len(), wrong.len(), "{faults:#?}");
        for wrong in wrong {
            let told = faults.iter().any(|fault| fault.contains(wrong));
            assert!(told, "{wrong}: {faults:#?}");
        }
    }
}
