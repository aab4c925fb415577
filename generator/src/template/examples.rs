//! How each filter, function and test is written: the remedy where a call is not understood.

use super::fault::Fault;

/// Filters, with what they are applied to.
const FILTERS: &[(&str, &str)] = &[
    ("abs", "number | abs"),
    ("addslashes", "text | addslashes"),
    ("as_str", "value | as_str"),
    ("base64_decode", "text | base64_decode"),
    ("base64_encode", "text | base64_encode"),
    ("capitalize", "text | capitalize"),
    ("concat", "list | concat(with=other)"),
    (
        "date",
        "page.date | date(format=\"%d %B %Y\", timezone=\"Europe/Paris\", locale=\"fr_FR\")",
    ),
    ("escape", "text | escape"),
    ("escape_xml", "text | escape_xml"),
    ("filesizeformat", "number | filesizeformat"),
    (
        "filter",
        "pages | filter(attribute=\"extra.kind\", value=\"news\")",
    ),
    ("first", "list | first"),
    ("float", "text | float(default=0.0)"),
    ("get", "map | get(key=\"name\", default=\"none\")"),
    ("group_by", "pages | group_by(attribute=\"year\")"),
    ("indent", "text | indent(prefix=\"  \")"),
    ("int", "text | int(default=0, base=10)"),
    ("join", "list | join(sep=\", \")"),
    ("json_encode", "value | json_encode(pretty=true)"),
    ("last", "list | last"),
    ("length", "list | length"),
    ("linebreaksbr", "text | linebreaksbr"),
    ("lower", "text | lower"),
    ("map", "pages | map(attribute=\"title\")"),
    ("markdown", "text | markdown(inline=true) | safe"),
    ("nth", "list | nth(n=2)"),
    ("num_format", "number | num_format(locale=\"en\")"),
    (
        "pluralize",
        "number | pluralize(singular=\"\", plural=\"s\")",
    ),
    (
        "regex_replace",
        "text | regex_replace(pattern=`a+`, rep=`b`)",
    ),
    ("replace", "text | replace(from=\"a\", to=\"b\")"),
    ("reverse", "list | reverse"),
    ("round", "number | round(method=\"ceil\", precision=2)"),
    ("slice", "list | slice(start=0, end=5)"),
    ("slugify", "text | slugify"),
    ("sort", "pages | sort(attribute=\"title\")"),
    ("spaceless", "text | spaceless"),
    ("split", "text | split(pat=\",\")"),
    ("striptags", "text | striptags"),
    ("title", "text | title"),
    ("trim", "text | trim"),
    ("trim_end", "text | trim_end"),
    ("trim_end_matches", "text | trim_end_matches(pat=\"/\")"),
    ("trim_start", "text | trim_start"),
    ("trim_start_matches", "text | trim_start_matches(pat=\"/\")"),
    ("truncate", "text | truncate(length=100)"),
    ("unique", "pages | unique(attribute=\"title\")"),
    ("upper", "text | upper"),
    ("urlencode", "text | urlencode"),
    ("urlencode_strict", "text | urlencode_strict"),
    ("wordcount", "text | wordcount"),
];

const FUNCTIONS: &[(&str, &str)] = &[
    ("get_env", "get_env(name=\"HOME\", default=\"\")"),
    (
        "get_hash",
        "get_hash(path=\"js/app.js\", sha_type=384, base64=true)",
    ),
    (
        "get_image_metadata",
        "get_image_metadata(path=\"a.png\", allow_missing=true)",
    ),
    (
        "get_page",
        "get_page(path=\"blog/post.md\", lang=\"fr\", required=false)",
    ),
    ("get_random", "get_random(start=0, end=10)"),
    (
        "get_section",
        "get_section(path=\"blog/_index.md\", lang=\"fr\", required=false)",
    ),
    (
        "get_taxonomy",
        "get_taxonomy(kind=\"tags\", lang=\"fr\", required=false)",
    ),
    (
        "get_taxonomy_term",
        "get_taxonomy_term(kind=\"tags\", term=\"news\", required=false)",
    ),
    (
        "get_taxonomy_url",
        "get_taxonomy_url(kind=\"tags\", name=\"news\", required=false)",
    ),
    (
        "get_url",
        "get_url(path=\"@/blog/post.md\", lang=\"fr\") or get_url(path=\"a.css\", cachebust=true)",
    ),
    (
        "load_data",
        "load_data(path=\"data.json\", format=\"json\", required=false)",
    ),
    ("now", "now(utc=true) or now(timestamp=true)"),
    ("range", "range(start=1, end=5, step_by=1)"),
    (
        "resize_image",
        "resize_image(path=\"a.jpg\", width=800, height=600, op=\"fit\", format=\"auto\", quality=80)",
    ),
    ("throw", "throw(message=\"why the build stops\")"),
    ("trans", "trans(key=\"title\", lang=\"fr\")"),
];

const TESTS: &[(&str, &str)] = &[
    ("containing", "list is containing(\"a\")"),
    ("divisibleby", "number is divisibleby(2)"),
    ("ending_with", "text is ending_with(\"a\")"),
    ("even", "number is even"),
    ("matching", "text is matching(`^a+$`)"),
    ("odd", "number is odd"),
    ("starting_with", "text is starting_with(\"a\")"),
];

fn find(examples: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    let example = examples.iter().find(|(known, _)| *known == name);
    example.map(|(_, example)| *example)
}

impl Fault {
    /// With the way a filter is written, where nothing better is known.
    pub(super) fn of_filter(self, name: &str) -> Self {
        self.shown(find(FILTERS, name))
    }

    /// With the way a function is written, where nothing better is known.
    pub(super) fn of_function(self, name: &str) -> Self {
        self.shown(find(FUNCTIONS, name))
    }

    /// With the way a test is written, where nothing better is known.
    pub(super) fn of_test(self, name: &str) -> Self {
        self.shown(find(TESTS, name))
    }

    fn shown(self, example: Option<&str>) -> Self {
        match (example, &self.hint) {
            (Some(example), None) => self.hint(format!("write it like {example}")),
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FILTERS, FUNCTIONS, find};
    use crate::template::{filters, functions};

    #[test]
    fn every_filter_and_function_has_an_example() {
        for name in filters::names() {
            let example = find(FILTERS, name);
            let own = format!("| {name}");
            assert!(example.is_some_and(|text| text.contains(&own)), "{name}");
        }
        for name in functions::names().filter(|name| *name != "ret") {
            let example = find(FUNCTIONS, name);
            let own = format!("{name}(");
            assert!(example.is_some_and(|text| text.starts_with(&own)), "{name}");
        }
    }
}
