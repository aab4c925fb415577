//! Each rule of the language in a case of its own.

use super::oracle::differences;

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
    // super() after a block inside the block, and macros after a block: Tera 1 is still inside.
    &[
        (
            "t.html",
            "{% extends 'b.html' %}{% block a %}T{% block n %}tn{% endblock %}{{ super() }}{% endblock %}",
        ),
        (
            "b.html",
            "{% block a %}A{% block n %}N{% endblock %}{% endblock %}",
        ),
    ],
    &[
        (
            "t.html",
            "{% extends 'b.html' %}{% import 'y.html' as x %}{% block a %}{{ super() }}{{ x::f() }}{% endblock %}",
        ),
        (
            "b.html",
            "{% import 'x.html' as x %}{{ x::f() }}{% block a %}{{ x::f() }}{% endblock %}{{ x::f() }}{% block b %}{% endblock %}{{ x::f() }}",
        ),
        (
            "x.html",
            "{% macro f() %}x{{ self::g() }}{% endmacro %}{% macro g() %}1{% endmacro %}",
        ),
        (
            "y.html",
            "{% macro f() %}y{{ self::g() }}{% endmacro %}{% macro g() %}2{% endmacro %}",
        ),
    ],
    &[("t.html", "{% block a %}{{ super() }}{% endblock %}")],
];

pub(super) fn context() -> serde_json::Value {
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
