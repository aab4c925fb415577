//! One function per kind of input file. Each takes any bytes, must not panic, and must end soon:
//! the fuzz targets call them with what they make up, `tests/fuzzed.rs` with what was once found.

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use groundswell::content::{Body, ParsedContent, parse_file};
use groundswell::diagnostic::{Diagnostic, Outcome};
use groundswell::graph::{self, SiteGraph};
use groundswell::markup::{self, BodyJob, Colours, LinkResolver};
use groundswell::outputs::images::Original;
use groundswell::settings::{self, Dialect, Overrides, Settings};
use groundswell::source::{SourceFile, SourcePath};
use groundswell::template::{
    BodyTemplates, Context, Effects, Files, ImageFormat, ImageOperation, MarkdownFilter,
    MarkdownPlace, Scope, TemplateSource, Templates,
};
use tempfile::TempDir;

/// What separates two files in one input.
const BETWEEN: char = '\0';

struct Site {
    folder: TempDir,
    settings: Settings,
    colours: Option<Colours>,
    templates: Templates,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("static")).expect("made");
    fs::write(
        folder.path().join("config.toml"),
        "base_url = \"https://a.example/b\"\ntaxonomies = [{ name = \"tags\" }, { name = \"authors\" }]\n\
         [languages.fr]\n[markdown]\nbottom_footnotes = true\nrender_emoji = true\n\
         smart_punctuation = true\ndefinition_list = true\ngithub_alerts = true\n\
         external_links_target_blank = true\nlazy_async_image = true\n\
         [markdown.highlighting]\ntheme = \"github-dark\"\n[slugify]\npaths = \"safe\"\n",
    )
    .expect("written");
    let settings =
        settings::load(folder.path(), None, &Overrides::default()).expect("sound settings");
    let colours = Colours::load(&settings, Dialect::Zola022).value;
    let templates = Templates::load(
        &[
            ("box.html", "<b>{{ body | safe }}</b>{{ nth }}"),
            (
                "show.html",
                "{{ __tera_context }}{{ a }}{{ b | default(value='-') }}",
            ),
            ("quote.md", "> {{ body }}\n\n{{ box(a=1) }}"),
            ("echo.md", "{{ t }}"),
        ]
        .map(|(name, text)| source(&format!("shortcodes/{name}"), text)),
        None,
    )
    .value;
    Site {
        folder,
        settings,
        colours,
        templates,
    }
});

fn source(name: &str, text: &str) -> TemplateSource {
    TemplateSource {
        name: name.to_owned(),
        file: format!("templates/{name}"),
        text: Arc::from(text),
    }
}

/// Every fault must say something, and name a place of the file.
fn judge(faults: &[Diagnostic]) {
    for fault in faults {
        assert!(!fault.message.is_empty() && !fault.to_string().is_empty());
        assert!(fault.line != Some(0) && fault.column != Some(0), "{fault}");
    }
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// The first byte as a choice, and the rest.
fn choice(bytes: &[u8]) -> (usize, &[u8]) {
    match bytes.split_first() {
        Some((first, rest)) => (usize::from(*first), rest),
        None => (0, bytes),
    }
}

/// A content file, as a page and as a section, and the addresses that follow from it.
pub fn front_matter(bytes: &[u8]) {
    let text: Arc<str> = Arc::from(text(bytes));
    let mut parsed: Vec<ParsedContent> = Vec::new();
    for path in [
        "content/a/_index.md",
        "content/a/b.fr.md",
        "content/2024-01-02-c/index.md",
    ] {
        let file = SourceFile {
            path: SourcePath(path.to_owned()),
            disk_path: path.into(),
            text: Some(Arc::clone(&text)),
        };
        let outcome = parse_file(&file, &SITE.settings);
        judge(&outcome.diagnostics);
        assert!(outcome.value.is_some() || outcome.has_errors());
        parsed.extend(outcome.value);
    }
    let outcome = graph::resolve(&SITE.settings, &parsed, &Default::default());
    judge(&outcome.diagnostics);
    for page in outcome.value.pages.values() {
        assert!(
            !page.path.split('/').any(|part| part == ".."),
            "{}",
            page.path
        );
    }
}

/// A body with code, links and headings, in both dialects.
pub fn markdown(bytes: &[u8]) {
    let text = text(bytes);
    judge(&body(&text, &SITE.templates).diagnostics);
}

/// A shortcode's template, and a body that calls it.
pub fn shortcode(bytes: &[u8]) {
    let text = text(bytes);
    let (template, body_text) = text
        .split_once(BETWEEN)
        .unwrap_or(("[{{ body }}]{{ a }}", &text));
    for name in ["own.html", "own.md"] {
        let loaded = Templates::load(
            &[
                source(&format!("shortcodes/{name}"), template),
                source("shortcodes/box.html", "<b>{{ body | safe }}</b>{{ nth }}"),
                source("shortcodes/echo.md", "{{ a }}{{ body }}"),
            ],
            None,
        );
        judge(&loaded.diagnostics);
        judge(&body(body_text, &loaded.value).diagnostics);
    }
}

fn body(text: &str, templates: &Templates) -> Outcome<markup::Rendered> {
    let (files, effects, graph) = (Files::new(), Effects::new(), SiteGraph::default());
    let scope = Scope::new(&SITE.settings, &graph, &files, &effects);
    let context = || Context::new().with("lang", "en");
    let calls = BodyTemplates::new(templates, &context, scope);
    markup::render(&BodyJob {
        file: "content/a.md",
        body: &Body::new(text, 3),
        permalink: "https://a.example/b/a/",
        lang: "en",
        anchors: settings::InsertAnchor::Right,
        options: &SITE.settings.markdown,
        slugs: SITE.settings.slugify.anchors,
        broken_link_is_error: true,
        colours: SITE.colours.as_ref(),
        links: &Links,
        templates: &calls,
    })
}

struct Links;

impl LinkResolver for Links {
    fn address(&self, file: &str) -> Option<String> {
        (file == "a.md").then(|| "https://a.example/b/a/".to_owned())
    }

    fn asset(&self, _: &str) -> Option<String> {
        None
    }

    fn nearest(&self, _: &str) -> Option<String> {
        None
    }
}

/// Up to three templates that may extend, import and include each other, rendered.
pub fn template(bytes: &[u8]) {
    let (dialect, bytes) = choice(bytes);
    let dialect = if dialect % 4 == 3 {
        Dialect::Zola023
    } else {
        Dialect::Zola022
    };
    let text = text(bytes);
    let sources: Vec<TemplateSource> = ["a.html", "b.html", "c.html"]
        .iter()
        .zip(text.split(BETWEEN))
        .map(|(name, text)| source(name, text))
        .collect();
    let loaded = Templates::load_as(Some(dialect), &sources, None);
    judge(&loaded.diagnostics);
    if loaded.has_errors() {
        return;
    }
    if let Err(fault) = rendered(&loaded.value, "a.html", &variables()) {
        judge(&[fault]);
    }
}

/// A single template's result; none where it is not even loaded.
pub fn text_of_template(text: &str) -> Option<Result<String, Diagnostic>> {
    let loaded = Templates::load(&[source("a.html", text)], None);
    if loaded.has_errors() {
        return None;
    }
    Some(rendered(&loaded.value, "a.html", &variables()))
}

/// Whether a fault only says that something is too large or too deep.
pub fn is_a_limit(fault: &Diagnostic) -> bool {
    ["at most", "levels", "never end", "too "]
        .iter()
        .any(|word| fault.message.contains(word))
}

/// Values of every kind.
pub fn values() -> serde_json::Value {
    serde_json::json!({
        "n": 3, "f": 1.5, "s": "text <b> é", "l": [3, 1, 2], "e": [],
        "m": { "k": "v", "d": "2024-01-02" }, "t": true, "z": null,
        "pages": [{ "title": "A", "year": 2024 }, { "title": "b", "year": 2023 }],
    })
}

fn variables() -> Context {
    let mut context = Context::new();
    for (name, value) in values().as_object().into_iter().flatten() {
        context.insert(name.clone(), tera::Value::from_serializable(value));
    }
    context
}

fn rendered(templates: &Templates, name: &str, context: &Context) -> Result<String, Diagnostic> {
    let (files, effects, graph) = (Files::new(), Effects::new(), SiteGraph::default());
    let scope = Scope::new(&SITE.settings, &graph, &files, &effects).with_markdown(&Bold);
    templates.render(name, context, &scope)
}

struct Bold;

impl MarkdownFilter for Bold {
    fn render(&self, text: &str, _: bool, _: Option<&MarkdownPlace>) -> Result<String, Diagnostic> {
        Ok(format!("<b>{text}</b>"))
    }
}

/// `config.toml`, and `groundswell.toml` and a theme's settings behind it.
pub fn config(bytes: &[u8]) {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("themes/t")).expect("made");
        folder
    });
    let text = text(bytes);
    let mut parts = text.split(BETWEEN);
    for name in ["config.toml", "groundswell.toml", "themes/t/theme.toml"] {
        let file = FOLDER.path().join(name);
        match parts.next() {
            Some(part) => fs::write(file, part).expect("written"),
            None => drop(fs::remove_file(file)),
        }
    }
    match settings::load(FOLDER.path(), None, &Overrides::default()) {
        Ok(settings) => {
            judge(&settings.warnings);
            judge(&graph::resolve(&settings, &[], &Default::default()).diagnostics);
        }
        Err(faults) => {
            assert!(faults.iter().any(Diagnostic::is_error));
            judge(&faults);
        }
    }
}

/// The names of picture files, by what the first byte says.
const PICTURES: [&str; 16] = [
    "a.png", "a.jpg", "a.gif", "a.webp", "a.svg", "a.avif", "a.bmp", "a.ico", "a.tga", "a.tiff",
    "a.qoi", "a.ppm", "a.hdr", "a.ff", "a.dds", "a.pbm",
];

/// A picture: its size, and a smaller one made of it.
pub fn image(bytes: &[u8]) {
    let (name, bytes) = choice(bytes);
    let name = PICTURES
        .get(name % PICTURES.len())
        .copied()
        .unwrap_or("a.png");
    let file = SITE.folder.path().join("static").join(name);
    fs::write(&file, bytes).expect("written");
    static ASKS: LazyLock<Templates> = LazyLock::new(|| {
        let ask = "{{ get_image_metadata(path=name) | json_encode }}\
                   {{ resize_image(path=name, width=8, height=8, op='fit') | json_encode }}";
        Templates::load(&[source("ask.html", ask)], None).value
    });
    let context = Context::new().with("name", name);
    if let Err(fault) = rendered(&ASKS, "ask.html", &context) {
        judge(&[fault]);
    }
    if Path::new(name)
        .extension()
        .is_some_and(|kind| kind != "svg")
        && let Ok(original) = Original::read(bytes, name)
    {
        for operation in [
            ImageOperation::Fit(8, 8),
            ImageOperation::FitWidth(9),
            ImageOperation::Fill(5, 9),
        ] {
            drop(original.resized(operation, ImageFormat::Png));
            drop(original.resized(operation, ImageFormat::Jpeg(50)));
        }
    }
}

/// Data of each format, through `load_data`.
pub fn data(bytes: &[u8]) {
    const FORMATS: [&str; 7] = ["toml", "yaml", "json", "csv", "bibtex", "xml", "plain"];
    static ASKS: LazyLock<Templates> = LazyLock::new(|| {
        let ask = "{% set d = load_data(literal=text, format=format) %}{{ d | json_encode }}";
        Templates::load(&[source("ask.html", ask)], None).value
    });
    let (format, bytes) = choice(bytes);
    let context = Context::new().with("text", &*text(bytes)).with(
        "format",
        FORMATS
            .get(format % FORMATS.len())
            .copied()
            .unwrap_or("plain"),
    );
    if let Err(fault) = rendered(&ASKS, "ask.html", &context) {
        judge(&[fault]);
    }
}
