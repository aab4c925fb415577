//! What is said when a template is wrong: its file, the line of the tag, and what was meant.

use std::collections::BTreeMap;

use super::oracle::ours;
use super::rules::context;

fn fault_of(files: &[(&str, &str)]) -> String {
    let main = files.first().map_or("", |(name, _)| name);
    let files: BTreeMap<String, String> = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    ours(&files, main, &context()).expect_err("a fault")
}

fn fault(text: &str) -> String {
    fault_of(&[("t.html", text)])
}

#[test]
fn faults_name_file_and_line_and_what_was_meant() {
    assert_eq!(
        fault("\n\n{{ pagee.title }}"),
        "templates/t.html:3:1: There is no variable `pagee` here (did you mean `page`?)"
    );
    assert_eq!(
        fault("{% for p in pages %}\n{{ p.titel }}{% endfor %}"),
        "templates/t.html:2:1: There is no `titel` in `p` (did you mean `title`?)"
    );
    assert!(fault("{{ name | uper }}").contains("did you mean `upper`?"));
    assert!(fault("{% if ten %}").starts_with("templates/t.html:1:"));
    let endless = "{% macro m() %}{{ self::m() }}{% endmacro %}{{ self::m() }}";
    assert!(fault(endless).contains("100 levels"));
}

/// Each with the line of the tag that is at fault.
const LINES: &[(usize, &str)] = &[
    (2, "{# {{ x }}\n#}{{ no }}"),
    (4, "{% raw %}{{ a }}\n{% if %}\n{% endraw %}\n{{ no }}"),
    (3, "{% if not ten %}\n{% elif ten %}\n{{ no }}{% endif %}"),
    (2, "{% if not ten %}a\n{% elif no > 1 %}b{% endif %}"),
    (3, "{% if not ten %}a\n{% else %}\n{{ no }}{% endif %}"),
    (4, "{% if not ten %}{{ a }}\n{{ b }}\n{% endif %}\n{{ no }}"),
    (
        3,
        "{% for n in [] %}{{ n }}\n{% else %}\n{{ no }}{% endfor %}",
    ),
    (2, "\n{% for n in no %}{% endfor %}"),
    (
        3,
        "{% for n in numbers %}{{ n }}\n{% endfor %}\n{% set a = no %}",
    ),
    (2, "\n{% filter nope %}\n{% endfilter %}"),
    (3, "\n{% filter upper %}\n{{ no }}{% endfilter %}"),
    (2, "\n{{ name\n | upper\n | nope }}"),
    (2, "{{ '{% if %}' }}\n{{ no }}"),
    (3, "{%- set a = \"\n}}\" -%}\n{{ no }}"),
    (2, "\n{% include 'nope.html' %}"),
    (
        3,
        "{% macro m(a) %}\n\n{{ no }}{% endmacro %}{{ self::m(a=1) }}",
    ),
    (
        4,
        "{% macro m(a) %}\n{{ a }}\n{% endmacro %}\n{{ self::m() }}",
    ),
    (3, "{% block a %}{{ ten }}\n{% endblock a %}\n{{ no }}"),
    (
        3,
        "{% block a %}\n{% block b %}\n{{ no }}{% endblock %}{% endblock %}",
    ),
    (2, "{{ ten }}\n{{ throw(message='stop') }}"),
    (2, "{{ ten }}\n{{ get_url(path='@/no.md') }}"),
    (2, "{{ ten }}\n{% if name is nope %}{% endif %}"),
    (2, "{{ ten }}\n{{ 1 + }}"),
    (3, "{{ ten }}\n{% if ten %}\n{% endfor %}"),
    (2, "\u{feff}{{ ten }} é\n{{ no }}"),
    (3, "{{ ten }}\r\n\r\n{{ no }}"),
];

#[test]
fn each_kind_of_tag_knows_its_line() {
    for (line, text) in LINES {
        let told = fault(text);
        assert!(
            told.starts_with(&format!("templates/t.html:{line}:")),
            "{text:?} is wrong in line {line}: {told}"
        );
    }
}

#[test]
fn the_file_at_fault_is_the_one_that_holds_the_tag() {
    for (wanted, files) in [
        (
            "templates/b.html:2:",
            &[
                ("t.html", "{% extends 'b.html' %}"),
                ("b.html", "\n{{ no }}"),
            ][..],
        ),
        (
            "templates/t.html:2:",
            &[
                (
                    "t.html",
                    "{% extends 'b.html' %}\n{% block a %}{{ no }}{% endblock %}",
                ),
                ("b.html", "{% block a %}{% endblock %}"),
            ],
        ),
        (
            "templates/b.html:2:",
            &[
                (
                    "t.html",
                    "{% extends 'b.html' %}{% block a %}{{ super() }}{% endblock %}",
                ),
                ("b.html", "\n{% block a %}{{ no }}{% endblock %}"),
            ],
        ),
        (
            "templates/i.html:3:",
            &[
                ("t.html", "{% include 'i.html' %}"),
                ("i.html", "\n\n{{ no }}"),
            ],
        ),
        (
            "templates/m.html:2:",
            &[
                (
                    "t.html",
                    "{% import 'm.html' as m %}\n\n{% set a = m::f() %}",
                ),
                ("m.html", "{% macro f() %}\n{{ no }}{% endmacro %}"),
            ],
        ),
        (
            "templates/t.html:3:",
            &[
                ("t.html", "{% import 'm.html' as m %}\n\n{{ m::nope() }}"),
                ("m.html", "{% macro f() %}{% endmacro %}"),
            ],
        ),
        (
            "templates/t.html:2:",
            &[("t.html", "\n{% import 'nope.html' as m %}")],
        ),
        (
            "templates/t.html:1:",
            &[("t.html", "{% extends 'nope.html' %}")],
        ),
        (
            "templates/t.html:3:",
            &[
                (
                    "t.html",
                    "{% extends 'b.html' %}{% block a %}\n\n{{ x::f() }}{% endblock %}",
                ),
                ("b.html", "{% block a %}{% endblock %}"),
            ],
        ),
    ] {
        let told = fault_of(files);
        assert!(told.starts_with(wanted), "{files:?}: {told}");
    }
}
