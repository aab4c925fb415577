//! Whole small sites, resolved.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{PageId, SectionId, SiteGraph, resolve};
use crate::content::parse_file;
use crate::diagnostic::Diagnostic;
use crate::settings::{self, Overrides};
use crate::source::{SourceFile, SourcePath};

const CONFIG: &str = r#"
base_url = "https://a.example"
default_language = "nl"
taxonomies = [{ name = "tags" }]
[languages.fr]
taxonomies = [{ name = "tags" }]
"#;

fn site(files: &[(&str, &str)]) -> (SiteGraph, Vec<Diagnostic>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("config.toml"), CONFIG).expect("written");
    let settings =
        settings::load(folder.path(), None, &Overrides::default()).expect("sound settings");
    let source = |path: &str, text: Option<&str>| SourceFile {
        path: SourcePath(format!("content/{path}")),
        disk_path: path.into(),
        text: text.map(Arc::from),
    };
    let mut sorted = files.to_vec();
    sorted.sort_unstable();
    let mut content = Vec::new();
    let mut others = BTreeMap::new();
    for (path, front) in sorted {
        if path.ends_with(".md") {
            let text = format!("+++\n{front}\n+++\n");
            let outcome = parse_file(&source(path, Some(&text)), &settings);
            assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
            content.extend(outcome.value);
        } else {
            let file = source(path, None);
            others.insert(file.path.clone(), file);
        }
    }
    let outcome = resolve(&settings, &content, &others);
    (outcome.value, outcome.diagnostics)
}

fn path<'a>(graph: &'a SiteGraph, file: &str) -> &'a str {
    let id = PageId(file.into());
    graph
        .pages
        .get(&id)
        .map_or("none", |page| page.path.as_str())
}

fn pages(graph: &SiteGraph, section: &str) -> String {
    let id = SectionId(section.into());
    let section = graph.sections.get(&id).expect("a section");
    let ids: Vec<&str> = section.pages.iter().map(|id| &*id.0).collect();
    ids.join(" ")
}

#[test]
fn addresses() {
    let (graph, faults) = site(&[
        ("_index.md", ""),
        ("Sec Name/Page One.md", ""),
        ("a/2020-01-05_My_Folder/index.md", ""),
        ("a/b.fr.md", ""),
        ("a/c.nl.md", ""),
        ("a/own.md", "path = \"x/y\""),
        ("a/slug.md", "slug = \"My Slug/x\""),
    ]);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(path(&graph, "Sec Name/Page One.md"), "/Sec Name/page-one/");
    assert_eq!(
        path(&graph, "a/2020-01-05_My_Folder/index.md"),
        "/a/my-folder/"
    );
    assert_eq!(path(&graph, "a/b.fr.md"), "/fr/a/b/");
    assert_eq!(path(&graph, "a/c.nl.md"), "/a/c-nl/");
    assert_eq!(path(&graph, "a/own.md"), "/x/y/");
    assert_eq!(path(&graph, "a/slug.md"), "/a/my-slug-x/");
    let home = SectionId("_index.fr.md".into());
    assert_eq!(graph.sections.get(&home).expect("a home").path, "fr/");
}

#[test]
fn order_and_neighbours() {
    let (graph, faults) = site(&[
        (
            "n/_index.md",
            "sort_by = \"date\"\npage_template = \"n.html\"",
        ),
        ("n/a.md", "date = 2020-01-01"),
        ("n/b.md", "date = 2020-01-02"),
        ("n/c.md", "date = 2020-01-01"),
        ("n/d.md", ""),
    ]);
    assert_eq!(pages(&graph, "n/_index.md"), "n/b.md n/a.md n/c.md");
    let a = graph.pages.get(&PageId("n/a.md".into())).expect("a page");
    assert_eq!(a.lower, Some(PageId("n/b.md".into())));
    assert_eq!(a.higher, Some(PageId("n/c.md".into())));
    assert_eq!(a.template.as_deref(), Some("n.html"));
    assert_eq!(graph.ignored_pages, [PageId("n/d.md".into())]);
    let warning = faults.first().expect("a warning").to_string();
    assert!(
        warning.contains("content/n/d.md") && warning.contains("date ="),
        "{warning}"
    );
}

#[test]
fn transparent_sections_hand_their_pages_on() {
    let (graph, _) = site(&[
        ("_index.md", "sort_by = \"weight\""),
        ("t/_index.md", "transparent = true"),
        ("t/u/_index.md", "transparent = true"),
        ("t/u/p.md", "weight = 1"),
        ("x/y.md", ""),
    ]);
    assert_eq!(pages(&graph, "_index.md"), "t/u/p.md");
    let ancestors = |file: &str| -> Vec<String> {
        let page = graph.pages.get(&PageId(file.into())).expect("a page");
        page.ancestors.iter().map(|id| id.0.to_string()).collect()
    };
    assert_eq!(ancestors("t/u/p.md"), ["_index.md"]);
    assert!(ancestors("x/y.md").is_empty());
}

#[test]
fn translations_terms_and_assets() {
    let (graph, faults) = site(&[
        ("_index.md", ""),
        (
            "a/index.md",
            "[taxonomies]\ntags = [\"rust lang\", \"Rust Lang\"]",
        ),
        ("a/index.fr.md", "[taxonomies]\ntags = [\"x\"]"),
        ("a/pics/1.PNG", ""),
        ("a/noext", ""),
        ("b.md", "[taxonomies]\ntags = [\"rust lang\"]"),
    ]);
    assert!(faults.is_empty(), "{faults:?}");
    let page = graph
        .pages
        .get(&PageId("a/index.fr.md".into()))
        .expect("a page");
    let langs: Vec<&str> = page.translations.iter().map(|id| &*id.0).collect();
    assert_eq!(langs, ["a/index.fr.md", "a/index.md"]);
    assert_eq!(page.assets, [SourcePath("content/a/pics/1.PNG".to_owned())]);
    let tags = graph
        .taxonomies
        .get("nl")
        .and_then(|list| list.first())
        .expect("tags");
    assert_eq!((tags.path.as_str(), tags.terms.len()), ("/tags/", 1));
    let term = tags.terms.first().expect("a term");
    assert_eq!(
        (term.name.as_str(), term.path.as_str()),
        ("Rust Lang", "/tags/rust-lang/")
    );
    // One page bears both spellings.
    assert_eq!(term.pages.len(), 3);
}

#[test]
fn drafts_hide_what_is_below_them() {
    let (graph, _) = site(&[
        ("d/_index.fr.md", "draft = true"),
        ("d/a.md", ""),
        ("e.md", "draft = true"),
        ("f.md", ""),
    ]);
    let ids: Vec<&str> = graph.pages.keys().map(|id| &*id.0).collect();
    assert_eq!(ids, ["f.md"]);
}

#[test]
fn one_address_one_file() {
    let (_, faults) = site(&[
        ("a.md", ""),
        ("b.md", "path = \"a\""),
        ("s/_index.md", ""),
        ("s/index.md", ""),
    ]);
    let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(
        texts
            .iter()
            .any(|text| text.contains("content/b.md: The address /a/")),
        "{texts:?}"
    );
    assert!(
        texts.iter().any(|text| text.contains("same folder")),
        "{texts:?}"
    );
}
