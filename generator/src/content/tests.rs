//! Front matter, right and wrong.

use std::sync::Arc;

use super::{ParsedContent, parse_file};
use crate::diagnostic::Diagnostic;
use crate::settings::{self, Overrides, Settings};
use crate::source::{SourceFile, SourcePath};

fn settings() -> Settings {
    let site = tempfile::tempdir().expect("a folder");
    let text =
        "base_url = \"https://a.example\"\ntaxonomies = [{name = \"tags\"}]\n[languages.fr]\n";
    std::fs::write(site.path().join("config.toml"), text).expect("written");
    settings::load(site.path(), None, &Overrides::default()).expect("sound settings")
}

fn parse(path: &str, text: &str) -> (Option<ParsedContent>, Vec<Diagnostic>) {
    let file = SourceFile {
        path: SourcePath(path.to_owned()),
        disk_path: path.into(),
        text: Some(Arc::from(text)),
    };
    let outcome = parse_file(&file, &settings());
    (outcome.value, outcome.diagnostics)
}

#[test]
fn a_page_in_toml_and_in_yaml() {
    let toml = "+++\ntitle = \"A\"\ndate = 2020-01-02\n[taxonomies]\ntags = [\"x\"]\n[extra]\nb = 1\na = 2\n+++\nText";
    let yaml = "---\ntitle: A\ndate: 2020-01-02\ntaxonomies:\n  tags: [x]\nextra:\n  b: 1\n  a: 2\n---\nText";
    for (text, order) in [(toml, "a b"), (yaml, "b a")] {
        let (content, faults) = parse("content/a.md", text);
        assert!(faults.is_empty(), "{faults:?}");
        let Some(ParsedContent::Page(page)) = content else {
            panic!("not a page");
        };
        assert_eq!(page.front.title.as_deref(), Some("A"));
        assert_eq!(page.front.date.as_deref(), Some("2020-01-02"));
        assert_eq!(page.front.ymd, Some((2020, 1, 2)));
        assert_eq!(
            page.front.taxonomies.get("tags"),
            Some(&vec!["x".to_owned()])
        );
        assert_eq!(page.body.text(), "Text");
        let keys: Vec<String> = page
            .front
            .extra
            .as_map()
            .expect("a map")
            .keys()
            .map(ToString::to_string)
            .collect();
        assert_eq!(keys.join(" "), order);
    }
}

#[test]
fn all_faults_are_named_with_their_lines() {
    let text =
        "+++\ntitle = 3\ndate = \"soon\"\ndraft = \"yes\"\n[taxonomies]\ntagz = [\"x\"]\n+++\n";
    let (content, faults) = parse("content/a.md", text);
    assert!(content.is_none());
    let lines: Vec<Option<usize>> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines.len(), 4, "{faults:?}");
    for line in 2..=4 {
        assert!(lines.contains(&Some(line)), "{faults:?}");
    }
    assert!(
        faults
            .iter()
            .any(|fault| fault.to_string().contains("did you mean `tags`"))
    );
}

#[test]
fn a_section_refuses_unknown_keys() {
    let (content, faults) = parse("content/_index.fr.md", "+++\nsort_bi = \"date\"\n+++\n");
    assert!(content.is_none());
    let text = faults.first().expect("a fault").to_string();
    assert!(text.contains("content/_index.fr.md:2"), "{text}");
    assert!(text.contains("did you mean `sort_by`"), "{text}");
}

#[test]
fn a_language_that_the_site_lacks() {
    let (content, faults) = parse("content/a.de.md", "+++\n+++\n");
    assert!(content.is_none());
    assert!(
        faults
            .first()
            .expect("a fault")
            .to_string()
            .contains("[languages.de]")
    );
}

#[test]
fn no_front_matter() {
    let (content, faults) = parse("content/a.md", "Text\n");
    assert!(content.is_none());
    assert_eq!(faults.first().and_then(|fault| fault.line), Some(1));
}
