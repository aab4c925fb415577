//! Templates of Zola 0.23 seen, loaded and rendered.

use std::sync::Arc;

use super::{Native, look};
use crate::graph::SiteGraph;
use crate::settings::{self, Dialect, Overrides, Settings};
use crate::template::{
    Context, Effects, Files, Scope, ScopeHost, TemplateSource, Templates, Theme,
};

/// A host of a site without pages.
struct Host {
    settings: Settings,
    graph: SiteGraph,
    files: Files,
    effects: Effects,
}

impl ScopeHost for Host {
    fn with(&self, work: &mut dyn FnMut(&Scope<'_>)) {
        let scope = Scope::new(&self.settings, &self.graph, &self.files, &self.effects);
        work(&scope);
    }
}

fn settings() -> Settings {
    let site = tempfile::tempdir().expect("a folder");
    let config = "base_url = \"https://a.example\"\nskip_content_templating = [\"raw/*\"]\n\
                  [translations]\nhi = \"Hello\"\n[languages.fr.translations]\nhi = \"Salut\"\n";
    std::fs::write(site.path().join("config.toml"), config).expect("written");
    settings::load(site.path(), None, &Overrides::default()).expect("sound settings")
}

fn sources(files: &[(&str, &str)]) -> Vec<TemplateSource> {
    files
        .iter()
        .map(|(name, text)| TemplateSource {
            name: (*name).to_owned(),
            file: format!("templates/{name}"),
            text: Arc::from(*text),
        })
        .collect()
}

fn in_scope<T>(work: impl FnOnce(&Scope<'_>) -> T) -> T {
    let make = || Host {
        settings: settings(),
        graph: SiteGraph::default(),
        files: Files::new(),
        effects: Effects::new(),
    };
    let (own, host): (Host, Arc<dyn ScopeHost>) = (make(), Arc::new(make()));
    let scope = Scope::new(&own.settings, &own.graph, &own.files, &own.effects).with_host(&host);
    work(&scope)
}

fn context() -> Context {
    Context::new()
        .with("lang", "fr")
        .with("n", 3_u64)
        .with("title", "<a/b> 'c'")
}

/// What a template renders to in French; its fault's text if it fails.
fn rendered(text: &str) -> Result<String, String> {
    let loaded = Native::load(&sources(&[("t.html", text)]), None);
    if let Some(fault) = loaded.diagnostics.first() {
        return Err(fault.to_string());
    }
    in_scope(|scope| loaded.value.render("t.html", &context(), scope))
        .map_err(|fault| fault.to_string())
}

#[test]
fn components_are_the_newer_dialect_and_macros_the_older() {
    let seen = |text: &str| look(&sources(&[("t.html", text)]), None);
    assert_eq!(
        seen("{% component a() %}{% endcomponent a %}"),
        Dialect::Zola023
    );
    assert_eq!(seen("{{ <a x={1} /> }} {{<a/>}}"), Dialect::Zola023);
    assert_eq!(seen("{{ title }}"), Dialect::Zola022);
    assert_eq!(seen("{%- import 'm.html' as m %}"), Dialect::Zola022);
    let both = "{% macro a() %}{% endmacro %} {# {% component #} {% component a() %}";
    assert_eq!(seen(both), Dialect::Zola022);
    let templates = Templates::load_as(Some(Dialect::Zola023), &[], None);
    assert_eq!(templates.value.dialect(), Dialect::Zola023);
}

#[test]
fn functions_know_the_language_of_the_page() {
    for (text, wanted) in [
        ("{{ trans(key='hi') }}", "Salut"),
        ("{{ trans(key='hi', lang='en') }}", "Hello"),
        ("{{ get_url(path='a.css') }}", "https://a.example/a.css"),
        ("{{ get_url(path='a', lang=none) }}", "https://a.example/a"),
        (
            "{{ text_direction() }} {{ text_direction(lang='ar') }}",
            "ltr rtl",
        ),
        (
            "{{ get_page(path='no.md', allow_missing=true) is none }}",
            "true",
        ),
        ("{{ 1234567 | num_format(locale='en') }}", "1,234,567"),
        ("{{ title }}", "&lt;a/b&gt; &#39;c&#39;"),
        ("{{ '2026-11-24' | date(format='%d %B') }}", "24 November"),
        (
            "{{ get_hash(literal='a', sha_type=512 / 2, base64=false) | truncate(length=4, end='') }}",
            "ca97",
        ),
        ("{{ zola_version }}", "0.23.6"),
        (
            "{% component c(x) %}[{{ x }}]{% endcomponent c %}{{ <c x={n} /> }}",
            "[3]",
        ),
    ] {
        assert_eq!(rendered(text).as_deref(), Ok(wanted), "{text}");
    }
}

#[test]
fn faults_name_the_authors_file_and_line() {
    let fault = |text: &str| rendered(text).expect_err("a fault");
    for (text, wanted) in [
        ("\n{% if %}", "templates/t.html:2:"),
        ("a\n\n{{ nope.deep }}", "templates/t.html:3:"),
        ("\n{{ get_page(path='no.md') }}", "templates/t.html:2:"),
        ("\n{{ title | nope }}", "templates/t.html:2:"),
    ] {
        let told = fault(text);
        assert!(told.starts_with(wanted), "{text}: {told}");
    }
    let several = rendered("{{ 1 | x }}\n{{ y() }}").expect_err("two faults");
    assert!(several.starts_with("templates/t.html:1:8"), "{several}");
    let loaded = Native::load(&sources(&[("t.html", "{{ 1 | x }}\n{{ y() }}")]), None);
    assert_eq!(loaded.diagnostics.len(), 2, "{:#?}", loaded.diagnostics);
    let content = "a\n{{ nope.deep }}";
    let native = Native::load(&[], None).value;
    let told =
        in_scope(|scope| native.render_content(content, ("content/a.md", 5), &context(), scope));
    let told = told.expect_err("a fault").to_string();
    let unknown = in_scope(|scope| {
        native.render_content("\n{{ 1 | no }}", ("content/a.md", 5), &context(), scope)
    });
    let unknown = unknown.expect_err("a fault").to_string();
    assert!(
        unknown.starts_with("content/a.md:6:8: Unknown filter"),
        "{unknown}"
    );
    assert!(told.starts_with("content/a.md:6:"), "{told}");
}

#[test]
fn content_is_a_template_unless_the_settings_say_no() {
    let component = "{% component box(x) %}<b>{{ x }}</b>{% endcomponent box %}";
    let native = Native::load(&sources(&[("components.html", component)]), None).value;
    let render = |text: &str, file: &str| {
        in_scope(|scope| native.render_content(text, (file, 1), &context(), scope))
            .map_err(|fault| fault.to_string())
    };
    let text = "# {{ title }}\n{{ <box x=\"é\" /> }}\n{% raw %}{{ x }}{% endraw %}";
    let wanted = "# <a/b> 'c'\n<b>é</b>\n{{ x }}";
    assert_eq!(render(text, "content/a.md").as_deref(), Ok(wanted));
    assert_eq!(
        render("{# no #}", "content/a.md").as_deref(),
        Ok("{# no #}")
    );
    assert_eq!(
        render("{{ x }}", "content/raw/a.md").as_deref(),
        Ok("{{ x }}")
    );
}

#[test]
fn a_site_hides_the_templates_of_its_theme() {
    let theme = Theme {
        name: "t".to_owned(),
        templates: sources(&[("a.html", "theme's a"), ("b.html", "theme's b")]),
    };
    let site = sources(&[
        ("a.html", "own a {% include \"t/templates/a.html\" %}"),
        ("c.html", "{% include \"b.html\" %}"),
    ]);
    let loaded = Native::load(&site, Some(&theme));
    assert_eq!(loaded.diagnostics, []);
    let render = |name: &str| in_scope(|scope| loaded.value.render(name, &context(), scope));
    assert_eq!(render("a.html").as_deref(), Ok("own a theme's a"));
    assert_eq!(render("b.html").as_deref(), Ok("theme's b"));
    assert_eq!(render("c.html").as_deref(), Ok("theme's b"));
    assert!(loaded.value.contains("atom.xml"));
    let missing = render("d.html").expect_err("not there");
    assert!(
        missing
            .to_string()
            .contains("There is no template `d.html`")
    );
}

#[test]
fn faults_of_components_stand_where_they_are_called_or_defined() {
    let components = "{% component card(title: string) %}{{ title }}{% endcomponent card %}\
                      {% component leak() %}{{ n }}{% endcomponent leak %}\
                      {% component boxed() %}[{{ body }}]{% endcomponent boxed %}\
                      {% component again() %}{{<again />}}{% endcomponent again %}";
    for (call, wanted) in [
        ("{{<nope />}}", "2:3: Unknown component `nope`"),
        (
            "{{<card />}}",
            "2:3: Argument `title` (type: `string`) missing",
        ),
        (
            "{{<card title={1} />}}",
            "2:3: Component argument `title` (type: `i64`) does not match expected type: `string`",
        ),
        (
            "{{<card title=\"a\" other=\"b\" />}}",
            "2:3: Unknown argument(s) `other` in component call",
        ),
        ("{% <card title=\"a\"> %}", "Unclosed component 'card'"),
        ("{{<leak />}}", "1:95: Variable `n` is not defined"),
        ("{{<boxed />}}", "Variable `body` is not defined"),
        (
            "{{<again />}}",
            "Maximum render recursion depth for components",
        ),
    ] {
        let told = rendered(&format!("{components}\n{call}")).expect_err(call);
        assert!(told.contains(wanted), "{call}: {told}");
    }
}

#[test]
fn loops_and_calls_are_counted_over_all_of_a_file() {
    let within = |body: &str| {
        format!(
            "{{% for i in range(end=1000) %}}{{% for j in range(end=1000) %}}{body}{{% endfor %}}{{% endfor %}}"
        )
    };
    for text in [
        within(""),
        within("{% if i == j %}{% endif %}"),
        format!("{{% set x %}}{}{{% endset %}}", within("a")),
        "{% component a(n) %}{% for i in range(end=99) %}{% if n > 0 %}{{<a n={n - 1} />}}{% endif %}\
         {% endfor %}{% endcomponent a %}{{<a n={15} />}}"
            .to_owned(),
    ] {
        let told = rendered(&text).expect_err("it never ends");
        assert!(told.contains("which would not end soon"), "{told}");
    }
    // Each file is counted for itself.
    let much = "{% for i in range(end=60000) %}{% endfor %}";
    let native = Native::load(&sources(&[("t.html", much)]), None).value;
    in_scope(|scope| {
        for _ in 0..3 {
            let made = native.render("t.html", &context(), scope);
            assert_eq!(made.as_deref(), Ok(""));
        }
    });
}
