//! Settings from real folders.

use std::fs;

use super::{IndexFormat, Overrides, SlugStrategy, load};
use crate::diagnostic::Diagnostic;

fn read(files: &[(&str, &str)]) -> Result<super::Settings, Vec<String>> {
    let site = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = site.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    load(site.path(), None, &Overrides::default())
        .map_err(|faults| faults.iter().map(Diagnostic::to_string).collect())
}

#[test]
fn the_defaults_are_zolas() {
    let settings = read(&[("config.toml", "base_url = \"https://e.com\"")]).expect("sound");
    assert_eq!(settings.default_language, "en");
    assert_eq!(settings.slugify.paths, SlugStrategy::On);
    assert!(settings.generate_sitemap && settings.generate_robots_txt);
    assert!(!settings.compile_sass && !settings.minify_html);
    let language = settings.default_settings();
    assert_eq!(language.feed_filenames, ["atom.xml"]);
    assert_eq!(
        language.search.index_format,
        IndexFormat::ElasticlunrJavascript
    );
    assert_eq!(settings.permalink("/a/b"), "https://e.com/a/b/");
    assert_eq!(settings.permalink("atom.xml"), "https://e.com/atom.xml");
    assert_eq!(settings.path_in_language("fr", "a/"), "/fr/a/");
}

#[test]
fn every_mistake_is_named_at_once() {
    let config = "title = 1\ntaxonomies = \"x\"\ngenerate_feed = true\n[languages.xx_yy_zz_1]\n[markdown]\nhighlight_code = true\n";
    let faults = read(&[("config.toml", config)]).expect_err("wrong");
    for wanted in [
        "The site's address is missing",
        "config.toml:1:9: `title` must be a string",
        "config.toml:2",
        "`generate_feeds` now",
        "is not the code of a language",
        "[markdown.highlighting]",
    ] {
        assert!(
            faults.iter().any(|fault| fault.contains(wanted)),
            "{wanted}: {faults:#?}"
        );
    }
}

#[test]
fn the_themes_own_settings_lie_below_the_sites() {
    let settings = read(&[
        (
            "config.toml",
            "base_url = \"/\"\ntheme = \"t\"\n[extra]\na = 1\n[extra.in]\nx = 1\n",
        ),
        (
            "themes/t/theme.toml",
            "[extra]\na = 2\nb = 3\n[extra.in]\ny = 2\n",
        ),
        ("themes/t/templates/page.html", ""),
    ])
    .expect("sound");
    let get = |path: &str| settings.extra.get_from_path(path).map(ToString::to_string);
    assert_eq!(get("a").as_deref(), Some("1"));
    assert_eq!(get("b").as_deref(), Some("3"));
    assert_eq!(get("in.x").as_deref(), Some("1"));
    assert_eq!(get("in.y").as_deref(), Some("2"));
}

#[test]
fn a_campaign_site_and_its_mistakes() {
    let config = ("config.toml", "base_url = \"https://e.com\"");
    let good = "[campaign]\ntexts = \"i18n/{lang}.toml\"\n";
    let settings = read(&[config, ("groundswell.toml", good)]).expect("sound");
    let campaign = settings.campaign.expect("a campaign");
    assert_eq!(campaign.texts_file("fr"), "i18n/fr.toml");
    assert_eq!(campaign.output, "campaign.json");
    let bad = "[campaign]\ntexts = \"../x\"\noutput = \"public/c.json\"\nshel = \"x\"\n";
    let faults = read(&[config, ("groundswell.toml", bad)]).expect_err("wrong");
    assert_eq!(faults.len(), 3, "{faults:#?}");
}
