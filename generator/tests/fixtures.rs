//! Small sites, built whole: every file equals what Zola 0.22.1 made of the same sources, checked
//! once and kept beside them (`fixtures/NAME/site` and `fixtures/NAME/expected`).

#[cfg(test)]
mod equal_to_zola {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use groundswell::engine::Engine;
    use groundswell::outputs::Artifact;
    use groundswell::settings::Overrides;

    fn files(folder: &Path, below: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                files(&path, below, found);
            } else {
                let name = path
                    .strip_prefix(below)
                    .expect("below")
                    .display()
                    .to_string();
                let bytes = fs::read(&path).expect("readable");
                found.insert(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }

    fn same_as_expected(name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures")
            .join(name);
        let engine = Engine::new(&folder.join("site"), None, Overrides::default());
        let report = engine.build();
        assert!(!report.has_errors(), "{:#?}", report.diagnostics);
        let made: BTreeMap<String, String> = report
            .artifacts
            .iter()
            .map(|(path, artifact)| {
                let bytes = match artifact {
                    Artifact::Made(bytes) | Artifact::Page(bytes) => bytes.to_vec(),
                    Artifact::Copy { from, .. } | Artifact::Staged(from) => {
                        fs::read(from).expect("readable")
                    }
                    Artifact::Kept => panic!("{path} is not in memory"),
                };
                let text = String::from_utf8_lossy(&bytes).into_owned();
                (path.to_string(), text)
            })
            .collect();
        let mut expected = BTreeMap::new();
        let below = folder.join("expected");
        files(&below, &below, &mut expected);
        let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&made), names(&expected));
        for (path, text) in &expected {
            assert_eq!(made.get(path), Some(text), "{name}: {path}");
        }
    }

    #[test]
    fn a_blog_with_feeds_terms_pagers_and_aliases() {
        same_as_expected("blog");
    }

    #[test]
    fn several_languages_with_bundles() {
        same_as_expected("languages");
    }

    #[test]
    fn terms_written_twice_or_in_several_spellings() {
        same_as_expected("terms");
    }

    #[test]
    fn a_theme_with_templates_of_the_site_over_it() {
        same_as_expected("theme");
    }

    #[test]
    fn markdown_with_all_options() {
        same_as_expected("markdown");
    }

    #[test]
    fn summaries_with_footnotes_and_headings_without_text() {
        same_as_expected("footnotes-in-place");
    }

    #[test]
    fn footnotes_at_the_bottom_and_marks_of_summaries() {
        same_as_expected("footnotes");
    }

    /// What is expected here follows Zola's branch `next` as it was read (docs/zola-0.23.md).
    #[test]
    fn a_site_for_zola_0_23_with_components_in_its_content() {
        same_as_expected("zola-0.23");
    }

    /// Each says by its name what it is about. Their files are those of Zola's branch `next`, but
    /// for `later` and `dual-classes`, which follow the releases after it (docs/zola-0.23.md).
    #[test]
    fn small_sites_for_zola_0_23() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/zola-0.23-small");
        let sites = fs::read_dir(folder).expect("readable");
        let names: Vec<_> = sites
            .map(|site| site.expect("readable").file_name())
            .collect();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            same_as_expected(&format!("zola-0.23-small/{}", name.display()));
        }
    }

    #[test]
    fn code_in_colours_with_all_options_of_its_fence() {
        same_as_expected("highlighting-inline");
    }

    #[test]
    fn code_in_classes_with_the_style_sheets_of_two_themes() {
        same_as_expected("highlighting-class");
    }

    #[test]
    fn a_grammar_and_a_theme_of_the_site() {
        same_as_expected("highlighting-extra");
    }

    #[cfg(feature = "minify")]
    #[test]
    fn minified_pages_and_redirects_but_no_static_files() {
        same_as_expected("minify");
    }

    /// Files at their addresses, `get_url` with a language, anchors, pagers of what is empty, names
    /// that end with a date, the main feed.
    #[test]
    fn addresses_as_templates_and_links_ask_for_them() {
        same_as_expected("addresses");
    }

    #[test]
    fn data_in_every_format() {
        same_as_expected("data");
    }

    #[test]
    fn a_search_index_for_elasticlunr() {
        same_as_expected("search-elasticlunr");
    }

    #[test]
    fn dates_in_a_search_index_have_a_time_and_an_offset() {
        same_as_expected("search-dates");
    }

    #[test]
    fn a_search_index_for_fuse() {
        same_as_expected("search-fuse");
    }
}
