//! The evaluator against Tera 1 itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Context, Effects, Files, Scope, TemplateSource, Templates};
use crate::graph::SiteGraph;
use crate::settings::{self, Overrides, Settings};

fn settings() -> Settings {
    let site = tempfile::tempdir().expect("a folder");
    std::fs::write(
        site.path().join("config.toml"),
        "base_url = \"https://a.example\"\n",
    )
    .expect("written");
    settings::load(site.path(), None, &Overrides::default()).expect("sound settings")
}

/// What our evaluator makes of a set of templates; the error's text if it fails.
fn ours(
    files: &BTreeMap<String, String>,
    main: &str,
    context: &serde_json::Value,
) -> Result<String, String> {
    let sources: Vec<TemplateSource> = files
        .iter()
        .map(|(name, text)| TemplateSource {
            name: name.clone(),
            file: format!("templates/{name}"),
            text: Arc::from(text.as_str()),
        })
        .collect();
    let loaded = Templates::load(&sources, None);
    if let Some(fault) = loaded.diagnostics.first() {
        return Err(fault.to_string());
    }
    let mut variables = Context::new();
    for (name, value) in context.as_object().into_iter().flatten() {
        variables.insert(name.clone(), super::values::from_json(value));
    }
    let (settings, graph) = (settings(), SiteGraph::default());
    let (files, effects) = (Files::new(), Effects::new());
    let scope = Scope::new(&settings, &graph, &files, &effects);
    loaded
        .value
        .render(main, &variables, &scope)
        .map_err(|fault| fault.to_string())
}

/// What Tera 1 makes of them.
fn theirs(
    files: &BTreeMap<String, String>,
    main: &str,
    context: &serde_json::Value,
) -> Result<String, String> {
    let mut tera = tera1::Tera::default();
    tera.add_raw_templates(
        files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    )
    .map_err(|error| error.to_string())?;
    let context = tera1::Context::from_value(context.clone()).map_err(|error| error.to_string())?;
    tera.render(main, &context)
        .map_err(|error| error.to_string())
}

fn set(case: &serde_json::Value) -> (BTreeMap<String, String>, String) {
    match case.as_str() {
        Some(text) => (
            BTreeMap::from([("t.html".to_owned(), text.to_owned())]),
            "t.html".to_owned(),
        ),
        None => {
            let mut main = String::new();
            let mut files = BTreeMap::new();
            for (name, text) in case.as_object().into_iter().flatten() {
                let text = text.as_str().unwrap_or_default().to_owned();
                if name == "_" {
                    main = text;
                } else {
                    files.insert(name.clone(), text);
                }
            }
            (files, main)
        }
    }
}

fn differences(cases: &serde_json::Value, context: &serde_json::Value) -> Vec<String> {
    let mut found = Vec::new();
    for case in cases.as_array().into_iter().flatten() {
        let (files, main) = set(case);
        let (ours, theirs) = (ours(&files, &main, context), theirs(&files, &main, context));
        let same = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => ours == theirs,
            (Err(_), Err(_)) => true,
            _ => false,
        };
        if !same {
            found.push(format!("{case}\n  ours:   {ours:?}\n  theirs: {theirs:?}"));
        }
    }
    found
}

/// Templates of one file, each probing one rule.
const CASES: &[&str] = &[
    "{{ name }} {{ name | safe }} {{ name | upper }} {{ name | upper | safe }}",
    "{{ 'a<b' }} {{ 'a' ~ name }} {{ [1, 'x<', name] }} {{ page }} {{ nothing }}",
    "{{ 7 / 2 }} {{ 8 / 2 }} {{ 7 % 3 }} {{ 2 * 2.5 }} {{ 1 / 0 }} {{ 0.1 + 0.2 }} {{ ten - 11 }}",
    "{{ 9223372036854775807 + 1 }}",
    "{{ ten % 0 }}",
    "{{ three }} {{ three + 1 }} {{ half }}",
    "{{ missing }}",
    "{{ missing | default(value='d<') }} {{ nothing | default(value=ten) }} {{ name | default(value=missing) }}",
    "{{ page.missing.deep | default(value='x') }} {{ missing | upper | default(value='x') }}",
    "{% if missing %}a{% elif page.nope.nope %}b{% else %}c{% endif %}{% if not missing %}d{% endif %}",
    "{% if missing > 1 %}a{% endif %}",
    "{% if ten > 9 and half < 1 or missing %}a{% endif %}{% if ten == '10' %}b{% else %}c{% endif %}{% if ten != '10' %}d{% endif %}",
    "{% if name == '<Jo> & \"Co\"' %}same{% else %}escaped{% endif %}",
    "{% if 'a' in list %}a{% endif %}{% if 'title' in page %}b{% endif %}{% if 'J' in name %}c{% endif %}{% if 1 not in numbers %}d{% endif %}",
    "{% if 1 in name %}x{% endif %}",
    "{% for n in numbers %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ n }};{% endfor %}",
    "{% for n in [] %}x{% else %}none{% endfor %}{% for c in 'añ' %}[{{ c }}]{% endfor %}",
    "{% for k, v in page %}{{ k }}={{ v }};{% endfor %}",
    "{% for v in page %}{{ v }}{% endfor %}",
    "{% for k, v in list %}{{ v }}{% endfor %}",
    "{% for n in numbers %}{% if n == 2 %}{% continue %}{% endif %}{% if n == 3 %}{% break %}{% endif %}{{ n }}{% endfor %}",
    "{% set x = 1 %}{% for n in numbers %}{{ x }}{% set x = n %}{{ x }}{% endfor %}{{ x }}",
    "{% set x = 1 %}{% for n in numbers %}{% set_global x = n %}{% endfor %}{{ x }}",
    "{% for page in pages %}{{ page.title }}{{ page.only_outer | default(value='-') }}{% endfor %}{{ page.title }}",
    "{% for page in pages %}{{ page.sub.deep }}{% endfor %}",
    "{{ page.sub['deep'] }} {{ page[key] }} {{ list.1 }} {{ list[one] }} {{ pages[one].title }} {{ pages.0.title }}",
    "{{ list[9] }}",
    "{{ page[nothing] }}",
    "{{ list | first }} {{ list | last }} {{ list | nth(n=1) }} {{ list | join(sep=', ') }} {{ list | length }} {{ list | reverse }}",
    "{{ numbers | slice(start=1) }} {{ numbers | slice(end=-1) }} {{ numbers | slice(start=1, end=2) }} {{ numbers | concat(with=[9]) }}",
    "{{ pages | map(attribute='title') }} {{ pages | filter(attribute='w', value=2) | length }} {{ pages | sort(attribute='w') | map(attribute='w') }}",
    "{{ pages | group_by(attribute='kind') | json_encode }}",
    "{{ pages | group_by(attribute='w') | json_encode(pretty=true) }}",
    "{{ ['b', 'a', 'B'] | unique }} {{ ['b', 'a', 'B'] | unique(case_sensitive=true) }} {{ ['b', 'a'] | sort }}",
    "{{ [1, 'a'] | sort }}",
    "{{ pages | sort(attribute='nope') }}",
    "{{ 'one two' | title }} {{ 'ÉCOLE d' | capitalize }} {{ ' x ' | trim }}| {{ 'xxax' | trim_start_matches(pat='x') }} {{ 'aXbX' | trim_end_matches(pat='X') }}",
    "{{ 'héllo wörld' | truncate(length=4) }} {{ 'ab' | truncate(length=4) }} {{ 'abc' | truncate(length=1, end='!') }} {{ 'a b  c' | wordcount }}",
    "{{ 'a-b-c' | split(pat='-') }} {{ 'a.b' | replace(from='.', to='<') }} {{ 'Ça va?' | slugify }} {{ 'a b/ü&' | urlencode }} {{ 'a b/' | urlencode_strict }}",
    "{{ 'a<b>c</b>' | striptags }} {{ '<a> <b>' | spaceless | safe }} {{ 'a\nb' | linebreaksbr | safe }} {{ 'a\nb' | indent(prefix='--') }} {{ name | escape_xml | safe }} {{ 'it\\s' | addslashes }}",
    "{{ '12' | int + 1 }} {{ '1.9' | int }} {{ 'x' | int(default=7) }} {{ '0b101' | int(base=2) }} {{ '2.5' | float }} {{ half | round }} {{ 2.345 | round(precision=2) }} {{ 2.1 | round(method='ceil') }} {{ ten | abs }}",
    "{{ 1 | pluralize }} {{ 2 | pluralize }} {{ 2 | pluralize(singular='y', plural='ies') }} {{ 2048 | filesizeformat }} {{ 1500000 | filesizeformat(binary=true) }}",
    "{{ '2026-11-24' | date }} {{ '2026-11-24T10:00:00+01:00' | date(format='%H:%M %d %B', timezone='America/New_York') }} {{ 0 | date(format='%Y') }} {{ '2026-11-24' | date(format='%A %e %B', locale='nl_NL') }}",
    "{{ 'soon' | date }}",
    "{{ '2026-11-24' | date(format='%Q') }}",
    "{{ page | get(key='title') }} {{ page | get(key='x', default='d') }} {{ page | length }} {{ ten | as_str }}",
    "{{ page | get(key='x') }}",
    "{{ ten is number }} {{ ten is odd }} {{ ten is even }} {{ name is string }} {{ missing is defined }} {{ missing is undefined }} {{ list is iterable }} {{ page is object }} {{ ten is divisibleby(5) }}",
    "{{ name is starting_with('<') }} {{ name is ending_with('x') }} {{ list is containing('a') }} {{ name is matching('J.') }} {{ ten is not odd }}",
    "{{ missing is odd }}",
    "{{ ten is nonsense }}",
    "{{ range(end=3) }} {{ range(start=1, end=6, step_by=2) }} {{ range(start=3, end=1) }}",
    "{{ throw(message='stop') }}",
    "{{ nonsense(a=1) }}",
    "{{ ten | nonsense }}",
    "{% filter upper %}a {{ name }}{% endfilter %} {% raw %}{{ name }}{% endraw %} {# no #}x",
    "a  {%- if ten -%}  b  {%- endif -%}  c\n{%- set y = 1 %}\nd",
    "{% macro m(a, b=2) %}{{ a }}{{ b }}{{ name }}{% endmacro %}{{ self::m(a=name) }} {{ self::m(a=1, b='<') }}{% set t = self::m(a='<') %}{{ t }}",
    "{% macro m(a) %}{{ a }}{{ list }}{% endmacro %}{% set local = 1 %}{{ self::m(a=1) }}{{ self::n(a=1) }}",
    "{% macro m(a) %}{% endmacro %}{{ self::m() }}",
    "{% include 'nope.html' ignore missing %}ok",
    "{% include 'nope.html' %}",
];

/// Sets of templates; the first is rendered.
const SETS: &[&[(&str, &str)]] = &[
    &[
        (
            "t.html",
            "{% extends 'b.html' %}{% block a %}A{{ super() }}{% endblock %}lost{% block c %}C{% endblock %}",
        ),
        (
            "b.html",
            "<{% block a %}a{% block c %}c{% endblock %}{% endblock %}|{% block d %}d{% endblock %}>",
        ),
    ],
    &[
        (
            "t.html",
            "{% extends 'm.html' %}{% block a %}t{{ super() }}{% endblock %}",
        ),
        (
            "m.html",
            "{% extends 'b.html' %}{% block a %}m{{ super() }}{% endblock %}",
        ),
        (
            "b.html",
            "{% block a %}b{% endblock %}{% set x = 1 %}{{ x }}",
        ),
    ],
    &[
        (
            "t.html",
            "{% import 'x.html' as x %}{{ x::f(v=name) }}{% for n in numbers %}{% include 'i.html' %}{% endfor %}",
        ),
        (
            "x.html",
            "{% macro f(v) %}<b>{{ v }}</b>{{ self::g(v=1) }}{% endmacro %}{% macro g(v) %}g{{ v }}{% endmacro %}",
        ),
        ("i.html", "{{ n }}{{ loop.index }}{% set n = 9 %}{{ n }}"),
    ],
    &[
        ("t.txt", "{{ name }} {% include 'i.html' %}"),
        ("i.html", "{{ name }}"),
    ],
    &[
        ("t.html", "{% include ['nope.html', 'i.html'] %}{{ x }}"),
        ("i.html", "{% set x = 1 %}{{ x }}"),
    ],
    &[("t.html", "{% extends 'nope.html' %}")],
    &[("t.html", "{% extends 't.html' %}")],
    &[("t.html", "{% block a %}{{ super() }}{% endblock %}")],
];

fn context() -> serde_json::Value {
    serde_json::json!({
        "name": "<Jo> & \"Co\"", "ten": 10, "three": 3.0, "half": 0.5, "one": 1, "nothing": null,
        "list": ["a", "b<", "c"], "numbers": [1, 2, 3], "key": "title",
        "page": {"title": "T/t", "sub": {"deep": "D"}, "only_outer": "o"},
        "pages": [
            {"title": "P2", "w": 2, "kind": "x"},
            {"title": "P1", "w": 1, "kind": "y"},
            {"title": "P3", "w": 3, "kind": "x"},
        ],
    })
}

#[test]
fn every_rule_renders_as_in_tera_1() {
    let mut cases: Vec<serde_json::Value> = CASES.iter().map(|text| (*text).into()).collect();
    for set in SETS {
        let mut files = serde_json::Map::new();
        if let Some((main, _)) = set.first() {
            files.insert("_".to_owned(), (*main).into());
        }
        for (name, text) in *set {
            files.insert((*name).to_owned(), (*text).into());
        }
        cases.push(files.into());
    }
    let found = differences(&cases.into(), &context());
    assert!(
        found.is_empty(),
        "{} differ:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn faults_name_file_and_line_and_what_was_meant() {
    let fault = |text: &str| {
        let files = BTreeMap::from([("t.html".to_owned(), text.to_owned())]);
        ours(&files, "t.html", &context()).expect_err("a fault")
    };
    assert_eq!(
        fault("\n\n{{ pagee.title }}"),
        "templates/t.html:3: There is no variable `pagee` here (did you mean `page`?)"
    );
    assert_eq!(
        fault("{% for p in pages %}\n{{ p.titel }}{% endfor %}"),
        "templates/t.html:2: There is no `titel` in `p` (did you mean `title`?)"
    );
    assert!(fault("{{ name | uper }}").contains("did you mean `upper`?"));
    assert!(fault("{% if ten %}").starts_with("templates/t.html:1:"));
    let endless = "{% macro m() %}{{ self::m() }}{% endmacro %}{{ self::m() }}";
    assert!(fault(endless).contains("100 levels"));
}

/// A template whose expression or tags are `depth` deep, by kind.
fn nested(kind: &str, depth: usize) -> String {
    match kind {
        "sum" => format!("{{{{ 1{} }}}}", " + 1".repeat(depth)),
        "or" => format!("{{% if x{} %}}{{% endif %}}", " or x".repeat(depth)),
        "not" => format!("{{% if {}x %}}{{% endif %}}", "not ".repeat(depth)),
        "concat" => format!("{{{{ \"a\"{} }}}}", " ~ \"a\"".repeat(depth)),
        "filters" => format!("{{{{ name{} }}}}", " | upper".repeat(depth)),
        "list" => format!(
            "{{% set x = {}1{} %}}",
            "[".repeat(depth),
            "]".repeat(depth)
        ),
        "call" => format!(
            "{{{{ {}1{} }}}}",
            "range(end=".repeat(depth),
            ")".repeat(depth)
        ),
        "brackets" => format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth)),
        "if" => format!(
            "{}{}",
            "{% if true %}".repeat(depth),
            "{% endif %}".repeat(depth)
        ),
        other => format!("{other} is no kind"),
    }
}

#[test]
fn what_is_nested_too_deeply_is_a_fault_and_what_is_allowed_fits_the_stack() {
    // As large as those of the engine's threads.
    let thread = std::thread::Builder::new().stack_size(16 * 1024 * 1024);
    let tried = thread.spawn(nested_templates).expect("a thread");
    tried.join().expect("no panic");
}

fn nested_templates() {
    let deepest = [
        ("sum", 500),
        ("or", 500),
        ("not", 500),
        ("concat", 500),
        ("filters", 500),
        ("list", 30),
        ("call", 6),
        ("brackets", 30),
        ("if", 60),
    ];
    for (kind, deepest) in deepest {
        let result = |depth| {
            let text = format!("\n{}", nested(kind, depth));
            let files = BTreeMap::from([("t.html".to_owned(), text)]);
            ours(
                &files,
                "t.html",
                &serde_json::json!({"name": "x", "x": false}),
            )
        };
        if let Err(fault) = result(deepest) {
            assert!(!fault.contains("at most"), "{kind}: {fault}");
        }
        for depth in [deepest + 2, 50_000] {
            let fault = result(depth).expect_err(kind);
            assert!(fault.starts_with("templates/t.html:2: "), "{kind}: {fault}");
        }
    }
}
