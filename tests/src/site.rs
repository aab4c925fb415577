//! The generator as its users run it: exit codes, messages, and what is on the disk afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use campaign_file::{CampaignFile, FormKind, PetitionState};

use crate::support::programs::{groundswell, said, site};

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .expect("below")
                    .display()
                    .to_string();
                found.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    found
}

#[test]
fn the_demonstration_site_is_built_the_same_each_time() {
    let site = site();
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let first = files(&site.path().join("public"));
    for wanted in [
        "index.html",
        "en/index.html",
        "fr/index.html",
        "ar/index.html",
        "404.html",
        "robots.txt",
        "sitemap.xml",
        "news/index.html",
        "news/atom.xml",
        "search_index.ar.json",
    ] {
        assert!(first.contains_key(wanted), "{wanted} is missing");
    }
    let campaign = fs::read_to_string(site.path().join("campaign.json")).expect("readable");
    let campaign = CampaignFile::from_json(&campaign).expect("a sound campaign");
    assert_eq!(campaign.languages.len(), 4);
    assert_eq!(campaign.forms.len(), 3);
    fs::remove_dir_all(site.path().join("public")).expect("removed");
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let second = files(&site.path().join("public"));
    assert!(first == second, "two builds of the same input differ");
}

/// The value of a hidden field in a page's first form to an address.
fn hidden(page: &str, form: &str, name: &str) -> String {
    let (_, form) = page.split_once(form).expect("the form");
    let field = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
    let (_, value) = form.split_once(&field).expect("the field");
    value.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn each_form_says_which_consent_text_it_shows() {
    let site = site();
    // Space around a text is no part of it.
    let french = site
        .path()
        .join("content/petitions/safe-online/index.fr.md");
    let text = fs::read_to_string(&french).expect("readable");
    let spaced = text.replace("\nconsent = \"", "\nconsent = \"  ");
    assert_ne!(text, spaced);
    fs::write(&french, spaced).expect("written");
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let read = |path: &str| fs::read_to_string(site.path().join(path)).expect("readable");
    let campaign = CampaignFile::from_json(&read("campaign.json")).expect("a sound campaign");
    for lang in campaign.languages.keys() {
        for (id, form) in &campaign.forms {
            let texts = form.languages.get(lang).expect("each language");
            let path = texts.page.trim_start_matches(&campaign.site.base_url);
            let page = read(&format!("public/{path}index.html"));
            let action = match &form.kind {
                FormKind::Petition(facts) if facts.state != PetitionState::Open => continue,
                FormKind::Petition(_) => format!("/petitions/{id}/sign\""),
                FormKind::Newsletter(_) => format!("/newsletters/{id}/subscribe\""),
            };
            let shown = hidden(&page, &action, "consent_sha256");
            assert_eq!(shown, texts.consent.sha256, "{id} in {lang}");
            if let Some(letter) = &texts.newsletter_consent {
                let shown = hidden(&page, &action, "newsletter_sha256");
                assert_eq!(shown, letter.sha256, "{id} in {lang}");
            }
        }
    }
}

#[test]
fn a_build_that_fails_leaves_the_last_one_as_it_was_and_names_every_mistake() {
    let site = site();
    assert!(groundswell(site.path(), &["build"]).status.success());
    let before = files(&site.path().join("public"));
    let write = |path: &str, text: &str| fs::write(site.path().join(path), text).expect("written");
    write("content/a.md", "+++\ntitle = \"A\n+++\n");
    write("content/b.md", "+++\ntitle = 3\ndate = \"soon\"\n+++\n");
    write("templates-of-nobody.html", "");
    let petition = "content/petitions/safe-online/index.ar.md";
    let text = fs::read_to_string(site.path().join(petition)).expect("readable");
    let without: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("consent ="))
        .collect();
    write(petition, &without.join("\n"));
    let built = groundswell(site.path(), &["build"]);
    assert_eq!(built.status.code(), Some(1));
    let said = said(&built);
    for wanted in [
        "content/a.md:2",
        "content/b.md:2",
        "content/b.md:3",
        "content/petitions/safe-online/index.ar.md",
        "Nothing was written.",
    ] {
        assert!(said.contains(wanted), "{wanted}:\n{said}");
    }
    assert!(
        before == files(&site.path().join("public")),
        "the output changed"
    );
}

#[test]
fn check_and_the_flags_of_build() {
    let site = site();
    let checked = groundswell(site.path(), &["check", "--skip-external-links"]);
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(!site.path().join("public").exists(), "check writes nothing");
    let out = site.path().join("elsewhere");
    let folder = out.display().to_string();
    let build = [
        "build",
        "--base-url",
        "https://other.example",
        "--output-dir",
        &folder,
    ];
    assert!(groundswell(site.path(), &build).status.success());
    let home = fs::read_to_string(out.join("index.html")).expect("readable");
    assert!(home.contains("https://other.example/"), "{home}");
    let again = groundswell(site.path(), &build);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("already exists. Use --force to overwrite."));
    assert_eq!(groundswell(site.path(), &["bild"]).status.code(), Some(2));
}

#[test]
fn a_missing_translation_is_left_out_wherever_the_theme_would_name_it() {
    let site = site();
    let folder = site.path();
    let edit = |path: &str, from: &str, to: &str| {
        let text = fs::read_to_string(folder.join(path)).expect("readable");
        assert!(text.contains(from), "{path} holds no `{from}`");
        fs::write(folder.join(path), text.replacen(from, to, 1)).expect("written");
    };
    // A draft stands in the folder and is no page.
    edit("content/shops.fr.md", "+++\n", "+++\ndraft = true\n");
    let petition = "content/petitions/safe-online/index";
    let facts = "[extra.petition]\n";
    let languages = format!("{facts}languages = [\"nl\", \"en\"]\n");
    edit(&format!("{petition}.md"), facts, &languages);
    for lang in ["fr", "ar"] {
        fs::remove_file(folder.join(format!("{petition}.{lang}.md"))).expect("removed");
    }
    // What the prose itself links to is the author's to mend.
    for (page, to) in [
        (
            "petitions/swift-removal/index",
            "petitions/safe-online/index",
        ),
        ("steps/signed", "petitions/safe-online/index"),
        ("take-action/goods", "shops"),
    ] {
        for lang in ["fr", "ar"] {
            let link = format!("@/{to}.{lang}.md");
            let home = format!("@/_index.{lang}.md");
            edit(&format!("content/{page}.{lang}.md"), &link, &home);
        }
    }
    let built = groundswell(folder, &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let home = |lang| {
        let page = folder.join("public").join(lang).join("index.html");
        fs::read_to_string(page).expect("readable")
    };
    assert!(home("en").contains("petition-card") && home("en").contains("/en/shops/"));
    assert!(!home("fr").contains("petition-card") && !home("fr").contains("/fr/shops/"));
    assert!(home("ar").contains("/ar/shops/"));
}

#[test]
fn an_output_folder_among_the_sources_is_refused() {
    let site = site();
    let before = files(site.path());
    let content = site.path().join("content").display().to_string();
    let built = groundswell(site.path(), &["build", "-o", &content, "--force"]);
    assert_eq!(built.status.code(), Some(1));
    assert!(said(&built).contains("overwrite the site's own sources"));
    let config = fs::read_to_string(site.path().join("config.toml")).expect("readable");
    let config = format!("output_dir = \"static\"\n{config}");
    fs::write(site.path().join("config.toml"), config).expect("written");
    assert_eq!(groundswell(site.path(), &["build"]).status.code(), Some(1));
    let after = files(site.path());
    assert!(before.keys().eq(after.keys()), "files came or went");
}

#[test]
fn only_the_live_build_writes_the_live_campaign() {
    let site = site();
    let live = site.path().join("campaign.json");
    assert!(groundswell(site.path(), &["build"]).status.success());
    let before = fs::read_to_string(&live).expect("readable");
    let out = site.path().join("preview").display().to_string();
    let preview = ["build", "-u", "https://preview.example", "-o", &out, "-f"];
    for flags in [&["build", "--drafts"][..], &preview] {
        let built = groundswell(site.path(), flags);
        assert!(built.status.success(), "{}", said(&built));
        assert!(said(&built).contains("campaign file was left as it is"));
        assert_eq!(fs::read_to_string(&live).expect("readable"), before);
    }
    let named = site.path().join("preview.json");
    let name = named.display().to_string();
    let mut flags = preview.to_vec();
    flags.extend(["--campaign", &name]);
    assert!(groundswell(site.path(), &flags).status.success());
    assert_eq!(fs::read_to_string(&live).expect("readable"), before);
    let named = fs::read_to_string(named).expect("readable");
    assert!(named.contains("https://preview.example"));
    let published = site.path().join("preview/campaign.json");
    let name = published.display().to_string();
    let mut flags = preview.to_vec();
    flags.extend(["--campaign", &name]);
    assert_eq!(groundswell(site.path(), &flags).status.code(), Some(1));
}
