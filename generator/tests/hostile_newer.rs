//! Templates of Zola 0.23 without an end: components that call themselves, loops that never end, values
//! that double. Each gives a clear error with a place, before the stack or the memory is used up.

#[cfg(test)]
#[path = "support/mod.rs"]
mod support;

#[cfg(test)]
mod hostile {
    use tempfile::TempDir;

    use super::support::{errors, site};

    const NEWER: &str = "[build]\ndialect = \"zola-0.23\"\n";

    /// The first error names this place, says this, and how to mend it.
    fn says(site: &TempDir, place: &str, wanted: &str) {
        let found = errors(site.path());
        let first = found.first().map(ToString::to_string).unwrap_or_default();
        assert!(
            first.starts_with(place) && first.contains(wanted),
            "{place}: {wanted}: {found:#?}"
        );
        assert!(found.iter().all(|fault| fault.hint.is_some()), "{found:#?}");
    }

    fn template(text: &str) -> TempDir {
        site(
            "",
            &[("groundswell.toml", NEWER), ("templates/index.html", text)],
        )
    }

    #[test]
    fn components_and_templates_that_call_themselves() {
        for (text, place) in [
            (
                "\n{% component a() %}{{<a />}}{% endcomponent a %}{{<a />}}",
                "templates/index.html:2:1: ",
            ),
            (
                "{% component a() %}\n{% <b> %}x{% </b> %}{% endcomponent a %}\n\
                 {% component b() %}{{<a />}}{{<a />}}{{ body }}{% endcomponent b %}{{<a />}}",
                "templates/index.html:",
            ),
            (
                "{% component a(n) %}{{<a n={n - 1} />}}{% endcomponent a %}{{<a n={9} />}}",
                "templates/index.html:1:1: ",
            ),
        ] {
            says(&template(text), place, "recursion depth");
        }
        says(
            &template("a\n {% include \"index.html\" %}"),
            "templates/index.html:2:2: ",
            "includes itself",
        );
        says(
            &template("{% extends \"index.html\" %}"),
            "templates/index.html:1:1: ",
            "extends itself",
        );
        let content = "+++\n+++\n\n{% component a() %}{{<a />}}{% endcomponent a %}{{<a />}}";
        let site = site(
            "",
            &[("groundswell.toml", NEWER), ("content/p.md", content)],
        );
        says(&site, "content/p.md:4:1: ", "recursion depth");
    }

    #[test]
    fn loops_that_do_not_end() {
        let within = |inner: &str| {
            format!(
                "\n{{% for i in range(end=90000) %}}{{% for j in range(end=90000) -%}} {inner}\
                 {{%- endfor %}}{{% endfor %}}"
            )
        };
        says(
            &template(&within("")),
            "templates/index.html:2:32: ",
            "would not end",
        );
        says(
            &template("{% for i in range(end=100000000000) %}a{% endfor %}"),
            "templates/index.html:1:13: ",
            "exceeds the limit",
        );
        let long = within(&"x".repeat(100_000));
        says(&template(&long), "templates/index.html: ", "larger than");
    }

    #[test]
    fn values_that_double() {
        let grow = |from: &str, to: &str| {
            format!(
                "{{% set x = {from} %}}{{% for i in range(end=1000) %}}\
                 {{% set_global x = {to} %}}{{% endfor %}}{{{{ x }}}}"
            )
        };
        for (from, to, wanted) in [
            ("\"ab\"", "x ~ x", "longer than"),
            (
                "\"ab\"",
                "x | replace(from=\"a\", to=\"aaaa\")",
                "longer than",
            ),
            (
                "\"ab\"",
                "x | regex_replace(pattern=\"a\", rep=\"aaaa\")",
                "longer than",
            ),
            ("\"ab\"", "[x, x] | join(sep=x)", "longer than"),
            ("[1]", "[x, x]", "items"),
            ("[1]", "[x]", "levels deep"),
        ] {
            let site = template(&grow(from, to));
            says(&site, "templates/index.html:1:", wanted);
        }
        let argument = "{% component a(x, n) %}{% if n > 0 %}{{<a x={x ~ x ~ x ~ x} n={n - 1} />}}{% endif %}\
                        {% endcomponent a %}{{<a x={\"abcdefgh\"} n={18} />}}";
        says(
            &template(argument),
            "templates/index.html:1:1: ",
            "longer than",
        );
    }

    #[test]
    fn nesting_without_an_end() {
        const DEEP: usize = 5_000;
        for (open, middle, close) in [
            ("{% if true %}", "", "{% endif %}"),
            ("{% for i in [1] %}", "", "{% endfor %}"),
            ("{% filter upper %}", "a", "{% endfilter %}"),
            ("{% set x %}", "a", "{% endset %}"),
        ] {
            let text = format!("{}{middle}{}", open.repeat(DEEP), close.repeat(DEEP));
            says(&template(&text), "templates/index.html:1:", "too deep");
        }
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("1 + ", "1", ""),
            ("", "1", " | abs"),
            ("", "a", ".a"),
            ("1 if true else ", "1", ""),
            ("{\"a\": ", "1", "}"),
        ] {
            let text = format!(
                "{{{{ {}{middle}{} }}}}",
                open.repeat(DEEP),
                close.repeat(DEEP)
            );
            says(&template(&text), "templates/index.html:1:", "too complex");
        }
    }

    /// What counts is never seen: pages are as they would be without it, white space included.
    #[test]
    fn counting_prints_nothing_and_moves_no_place() {
        let text = "{%- set a = [1, 2] -%} \n{% for i in a -%}\n  {{ i }}\n{%- else %}none{% endfor %}\n\
                    {% component c(x: string = \",)\", ...rest) -%} \n [{{ x }}] {% endcomponent c %}{{<c />}}\
                    {% raw %}{% for %}{% set x = 1 %}{% endraw %}{# {% for #}{% set t | upper %}a{% endset %}{{ t }}";
        let made = template(text);
        let report = super::support::build(made.path());
        assert!(!report.has_errors(), "{:#?}", report.diagnostics);
        let shown = format!("{:?}", report.artifacts);
        assert!(!shown.contains("__bounds"), "{shown}");
        let fault = "{% set a = 1 %}é{% for i in [1] %} {{ nope }}{% endfor %}";
        says(
            &template(fault),
            "templates/index.html:1:39: ",
            "`nope` is not defined",
        );
        says(
            &template("{% set a = 1 %}{% if a %}{{ a | nope }}{% endif %}"),
            "templates/index.html:1:33: ",
            "Unknown filter",
        );
    }
}
