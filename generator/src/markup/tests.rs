//! Bodies as Zola renders them.

use tera::Value;

use super::{BodyJob, LinkResolver, Rendered, ShortcodeKind, TemplateCalls, render};
use crate::content::{Body, InsertAnchor};
use crate::diagnostic::{Diagnostic, Outcome};
use crate::fields::Place;
use crate::settings::{MarkdownSettings, SlugStrategy};

struct Site;

impl LinkResolver for Site {
    fn address(&self, file: &str) -> Option<String> {
        (file == "b.md").then(|| "https://e.com/b/".to_owned())
    }

    fn asset(&self, _file: &str) -> Option<String> {
        None
    }

    fn nearest(&self, _file: &str) -> Option<String> {
        Some("b.md".to_owned())
    }
}

impl TemplateCalls for Site {
    fn whole(&self, _: &str, _: &str, _: usize) -> Option<Result<String, Diagnostic>> {
        None
    }

    fn shortcode_kind(&self, name: &str) -> Option<ShortcodeKind> {
        match name {
            "h" | "fails" => Some(ShortcodeKind::Html),
            "m" => Some(ShortcodeKind::Markdown),
            _ => None,
        }
    }

    fn render(
        &self,
        template: &str,
        variables: Vec<(String, Value)>,
    ) -> Result<String, Diagnostic> {
        let get = |name: &str| {
            variables
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.to_string())
                .unwrap_or_default()
        };
        match template {
            "shortcodes/h.html" => Ok(format!("<b>{}{}{}</b>", get("nth"), get("a"), get("body"))),
            "shortcodes/m.md" => Ok(format!("**{}**", get("body"))),
            "anchor-link.html" => Ok(format!("<a href=\"#{}\">#</a>", get("id"))),
            "summary-cutoff.html" => Ok("&hellip;\n".to_owned()),
            _ => Err(Diagnostic::error("it failed").in_file("templates/x.html")),
        }
    }
}

fn with(text: &str, options: &MarkdownSettings, anchors: InsertAnchor) -> Outcome<Rendered> {
    render(&BodyJob {
        file: "content/p.md",
        body: &Body::new(text, 5),
        permalink: "https://e.com/p/",
        lang: "en",
        anchors,
        options,
        slugs: SlugStrategy::On,
        colours: None,
        broken_link_is_error: true,
        links: &Site,
        templates: &Site,
    })
}

fn outcome(text: &str) -> Outcome<Rendered> {
    with(text, &MarkdownSettings::default(), InsertAnchor::None)
}

fn html(text: &str) -> String {
    let outcome = outcome(text);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    outcome.value.html().to_owned()
}

fn faults(text: &str) -> Vec<String> {
    outcome(text)
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn links() {
    assert_eq!(
        html("[a](@/b.md#x)"),
        "<p><a href=\"https://e.com/b/#x\">a</a></p>\n"
    );
    assert_eq!(
        html("[a](i.png)"),
        "<p><a href=\"https://e.com/p/i.png\">a</a></p>\n"
    );
    assert_eq!(html("[a](/x)"), "<p><a href=\"/x\">a</a></p>\n");
    assert_eq!(
        html("[a](#x)"),
        "<p><a href=\"https://e.com/p/#x\">a</a></p>\n"
    );
    assert_eq!(
        html("[a](mailto:a@b.c)"),
        "<p><a href=\"mailto:a@b.c\">a</a></p>\n"
    );
    assert_eq!(
        html("[a](https://x.com \"t\")"),
        "<p><a rel=\"external\" title=\"t\" href=\"https://x.com\">a</a></p>\n"
    );
    assert_eq!(
        html("![a](i.png)"),
        "<p><img src=\"https://e.com/p/i.png\" alt=\"a\" /></p>\n"
    );
    let broken = faults("a\n\n[a](@/c.md)\n[b]()");
    assert_eq!(broken.len(), 2);
    assert_eq!(
        broken.first().map(String::as_str),
        Some(
            "content/p.md:7:1: This link leads to `@/c.md`, which is not there (did you mean `@/b.md`?)"
        )
    );
    assert!(
        broken
            .get(1)
            .is_some_and(|fault| fault.starts_with("content/p.md:8"))
    );
}

#[test]
fn what_links_tell() {
    let rendered = outcome("[a](@/b.md#x) <https://x.com>\n\n[s](#t)").value;
    let urls: Vec<&str> = rendered
        .external_links
        .iter()
        .map(|link| link.url.as_str())
        .collect();
    assert_eq!(urls, ["https://x.com"]);
    let told: Vec<_> = rendered
        .internal_links
        .iter()
        .map(|link| (link.target.as_str(), link.anchor.as_deref(), link.place))
        .collect();
    assert_eq!(
        told,
        [
            ("b.md", Some("x"), Some(Place::at(5, 1))),
            ("p.md", Some("t"), Some(Place::at(7, 1)))
        ]
    );
}

#[test]
fn headings() {
    let rendered = outcome("# A\n# A\n## A-1\n# A\n#\n### `c` *d* {#own .x k=v}").value;
    assert!(rendered.html().starts_with(
        "<h1 id=\"a\">A</h1>\n<h1 id=\"a-1\">A</h1>\n<h2 id=\"a-1-1\">A-1</h2>\n<h1 id=\"a-2\">A</h1>\n<h1 id=\"\"></h1>\n"
    ), "{}", rendered.html());
    assert!(
        rendered
            .html()
            .ends_with("<h3 id=\"own\" class=\"x\"><code>c</code> <em>d</em></h3>\n")
    );
    let titles: Vec<_> = rendered
        .toc
        .iter()
        .map(|h| (h.id.as_str(), h.children.len()))
        .collect();
    assert_eq!(titles, [("a", 0), ("a-1", 1), ("a-2", 0), ("", 1)]);
    assert_eq!(rendered.toc[3].children[0].title, "c d");
    assert_eq!(rendered.toc[0].permalink, "https://e.com/p/#a");
}

#[test]
fn links_to_headings() {
    let options = MarkdownSettings::default();
    let html = |anchors| with("# A", &options, anchors).value.html().to_owned();
    assert_eq!(
        html(InsertAnchor::Left),
        "<h1 id=\"a\"><a href=\"#a\">#</a>A</h1>\n"
    );
    assert_eq!(
        html(InsertAnchor::Right),
        "<h1 id=\"a\">A<a href=\"#a\">#</a></h1>\n"
    );
    assert_eq!(
        html(InsertAnchor::Heading),
        "<h1 id=\"a\"><a href=\"#a\">A</a></h1>\n"
    );
}

#[test]
fn shortcodes() {
    assert_eq!(html("{{ h(a=1) }}"), "<b>11</b>");
    assert_eq!(html("x {{ h() }} y"), "<p>x <b>1</b> y</p>\n");
    assert_eq!(
        html("{% m() %} i *j* {% end %}"),
        "<p><strong>i <em>j</em></strong></p>\n"
    );
    assert_eq!(html("{% h() %}a {{ h() }}{% end %}"), "<b>1a <b>2</b></b>");
    assert_eq!(html("# T {{ h() }}"), "<h1 id=\"t\">T <b>1</b></h1>\n");
    assert_eq!(
        html("`{{ h() }}` {{ h() }}"),
        "<p><code>{{ h() }}</code> <b>2</b></p>\n"
    );
    assert_eq!(html("{{/* h() */}}"), "<p>{{ h() }}</p>\n");
    assert_eq!(html("{{ nope }}"), "<p>{{ nope }}</p>\n");
    assert_eq!(html("<i>{{ h() }}</i>"), "<p><i><b>1</b></i></p>\n");
    assert_eq!(
        html("```\n{{ h() }}\n```"),
        "<pre><code>&lt;b&gt;1&lt;/b&gt;\n</code></pre>\n"
    );
}

#[test]
fn faults_of_shortcodes_name_their_lines() {
    assert!(
        faults("a\n{{ unknown() }}")
            .iter()
            .any(|f| f.starts_with("content/p.md:6:1: There is no shortcode `unknown`"))
    );
    assert!(
        faults("a\n\n{% h() %}")
            .iter()
            .any(|f| f.starts_with("content/p.md:7:1: The shortcode `h` that opens here"))
    );
    assert!(
        faults("{% end %}")
            .iter()
            .any(|f| f.starts_with("content/p.md:5"))
    );
    assert!(
        faults("{% h() %} {% end %}")
            .iter()
            .any(|f| f.contains("encloses nothing"))
    );
    assert!(
        faults("\n{{ fails() }}")
            .iter()
            .any(|f| f.contains("called in content/p.md:6:1"))
    );
}

#[test]
fn summaries() {
    let summary = |text: &str| outcome(text).value.summary;
    assert_eq!(
        summary("x\n\n<!-- more -->\n\ny").as_deref(),
        Some("<p>x</p>")
    );
    assert_eq!(
        summary("a <!-- MORE --> b").as_deref(),
        Some("<p>a&hellip;\n</p>\n")
    );
    assert_eq!(summary("<!-- more -->\n\na").as_deref(), Some(""));
    assert_eq!(summary("a"), None);
    assert!(html("x\n\n<!-- more -->\n\ny").contains("<span id=\"continue-reading\"></span>"));
}

#[test]
fn code() {
    assert_eq!(
        html("```rust,linenos\na < \"b\"\n```"),
        "<pre><code data-lang=\"rust\">a &lt; &quot;b&quot;\n</code></pre>\n"
    );
    assert_eq!(html("    a\n"), "<pre><code>a\n</code></pre>\n");
    assert_eq!(
        html("```linenos\na\n```"),
        "<pre><code data-lang=\"\">a\n</code></pre>\n"
    );
}

#[test]
fn footnotes_at_the_bottom() {
    let options = MarkdownSettings {
        bottom_footnotes: true,
        ..MarkdownSettings::default()
    };
    let text = "a[^x] b[^y] c[^x]\n\n[^y]: why\n\n[^x]: ex\n\n[^z]: unused";
    let rendered = with(text, &options, InsertAnchor::None)
        .value
        .html()
        .to_owned();
    assert_eq!(
        rendered,
        "<p>a<sup class=\"footnote-reference\" id=\"fr-x-1\"><a href=\"#fn-x\">1</a></sup> \
         b<sup class=\"footnote-reference\" id=\"fr-y-1\"><a href=\"#fn-y\">2</a></sup> \
         c<sup class=\"footnote-reference\" id=\"fr-x-2\"><a href=\"#fn-x\">1</a></sup></p>\n\
         <section class=\"footnotes\">\n<ol class=\"footnotes-list\">\n\
         <li id=\"fn-x\">\n<p>ex <a href=\"#fr-x-1\">↩</a> <a href=\"#fr-x-2\">↩2</a></p>\n</li>\n\
         <li id=\"fn-y\">\n<p>why <a href=\"#fr-y-1\">↩</a></p>\n</li>\n</ol>\n</section>\n"
    );
}

#[test]
fn options_of_the_settings() {
    let options = MarkdownSettings {
        render_emoji: true,
        smart_punctuation: true,
        lazy_async_image: true,
        github_alerts: true,
        external_links_target_blank: true,
        external_links_class: Some("out".to_owned()),
        ..MarkdownSettings::default()
    };
    let html = |text| {
        with(text, &options, InsertAnchor::None)
            .value
            .html()
            .to_owned()
    };
    assert_eq!(html(":smile: \"x\""), "<p>😄 “x”</p>\n");
    assert_eq!(
        html("![a *b*](/i.png \"t\")\n\n# After \"q\""),
        "<p><img src=\"/i.png\" title=\"t\" alt=\"a b\" loading=\"lazy\" decoding=\"async\" /></p>\n<h1 id=\"after-q\">After “q”</h1>\n"
    );
    assert_eq!(
        html("> [!NOTE]\n> x"),
        "<blockquote class=\"markdown-alert-note\">\n<p>x</p>\n</blockquote>\n"
    );
    assert_eq!(
        html("<https://x.com>"),
        "<p><a class=\"out\" rel=\"noopener external\" target=\"_blank\" href=\"https://x.com\">https://x.com</a></p>\n"
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|\n|\\{\\{ h\\(\\) \\}\\}|\\{% h\\(\\) %\\}|\\{% end %\\}|<!-- more -->|```|\\[\\^x\\]|@/b.md){0,40}") {
        let outcome = outcome(&text);
        for fault in &outcome.diagnostics {
            let last = 5 + text.lines().count();
            proptest::prop_assert!(fault.line.is_none_or(|line| (5..=last).contains(&line)));
        }
        proptest::prop_assert!(!super::marks::any(outcome.value.html()));
    }
}
