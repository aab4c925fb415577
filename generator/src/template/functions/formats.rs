//! The formats of `load_data`: text to values.

use roxmltree::{Document, Node};
use serde_json::{Map, Number, Value as Json, json};
use tera::Value;

use super::bibtex::bibtex;
use crate::diagnostic::Diagnostic;
use crate::fields::{Faults, Place, parse_toml, parse_yaml};
use crate::template::values;

/// Every format, by the word that templates use.
pub(super) const FORMATS: [&str; 8] = [
    "bibtex", "csv", "json", "plain", "toml", "xml", "yaml", "yml",
];

/// Deeper than this no document of data is nested; recursion must end somewhere.
const DEEPEST: usize = 256;

/// The media type to ask other hosts for.
pub(super) fn media_type(format: &str) -> &'static str {
    match format {
        "bibtex" => "application/x-bibtex",
        "csv" => "text/csv",
        "json" => "application/json",
        "toml" => "application/toml",
        "xml" => "text/xml",
        "yaml" | "yml" => "application/x-yaml",
        _ => "text/plain",
    }
}

/// Text of a format as a value; `label` names it in messages.
pub(super) fn parse(text: &str, format: &str, label: &str) -> Result<Value, Diagnostic> {
    let mut faults = Faults::of(label);
    let node = match format {
        "toml" => parse_toml(text, 1, &mut faults).map(|node| node.to_value(true)),
        "yaml" | "yml" => parse_yaml(text, 1, &mut faults).map(|node| node.to_value(false)),
        "json" => return json_text(text, label).map(|value| values::from_json(&value)),
        "csv" => return csv_text(text, label).map(|value| values::from_json(&value)),
        "bibtex" => return bibtex(text, label).map(|value| values::from_json(&value)),
        "xml" => return xml(text, label).map(|value| values::from_json(&value)),
        _ => return Ok(Value::from(text)),
    };
    node.ok_or_else(|| {
        faults
            .found
            .into_iter()
            .next()
            .unwrap_or_else(|| Diagnostic::error("This cannot be read").in_file(label))
    })
}

fn json_text(text: &str, label: &str) -> Result<Json, Diagnostic> {
    serde_json::from_str(text).map_err(|error| {
        let told = error.to_string();
        let reason = told.split(" at line ").next().unwrap_or(&told);
        let fault = Diagnostic::error(format!("This is not valid JSON: {reason}"))
            .in_file(label)
            .hint("keys and texts stand between double quotes, with a comma between two entries and none after the last");
        byte_place(text, error.line(), error.column()).mark(fault)
    })
}

/// The place of the byte that is the `column`-th of a line, both from 1.
pub(super) fn byte_place(text: &str, line: usize, column: usize) -> Place {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let own = text.get(before..).unwrap_or_default();
    let own = own.lines().next().unwrap_or_default();
    Place::of(own, column.saturating_sub(1).min(own.len()), line.max(1))
}

/// `{headers: [text], records: [[text]]}`.
fn csv_text(text: &str, label: &str) -> Result<Json, Diagnostic> {
    let fault = |error: &csv::Error| {
        let told = error.to_string();
        let reason = told.split("): ").last().unwrap_or(&told);
        let fault = Diagnostic::error(format!("This is not valid CSV: {reason}"))
            .in_file(label)
            .hint("give each line as many fields as the first, and put a field that holds a comma between double quotes");
        let place = error.position().and_then(|at| {
            let line = usize::try_from(at.line()).ok()?;
            let start = usize::try_from(at.byte()).ok()?;
            Some(Place {
                line,
                ..Place::of(text, start, 1)
            })
        });
        match place {
            Some(place) => place.mark(fault),
            None => fault,
        }
    };
    let row = |record: &csv::StringRecord| record.iter().map(Json::from).collect::<Vec<_>>();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| fault(&error))?;
    let headers = row(headers);
    let mut records = Vec::new();
    for record in reader.records() {
        records.push(Json::from(row(&record.map_err(|error| fault(&error))?)));
    }
    Ok(json!({ "headers": headers, "records": records }))
}

/// `{root: …}`: attributes as `@name`, text as `#text`, elements of one name as a list; numbers
/// and truths as what they are.
fn xml(text: &str, label: &str) -> Result<Json, Diagnostic> {
    // The parser calls itself for each level, and would run out of stack.
    if xml_depth(text) > DEEPEST {
        let message = format!("This XML is nested deeper than {DEEPEST} levels");
        return Err(Diagnostic::error(message)
            .in_file(label)
            .hint("nest its elements less deeply"));
    }
    let document = Document::parse(text).map_err(|error| {
        let at = error.pos();
        let place = |number| usize::try_from(number).unwrap_or(1);
        let told = error.to_string();
        let reason = told.split(" at ").next().unwrap_or(&told);
        Diagnostic::error(format!("This is not valid XML: {reason}"))
            .in_file(label)
            .hint("close each element with its own name, and write & as &amp; and < as &lt;")
            .at(place(at.row), place(at.col))
    })?;
    let root = document.root_element();
    let mut map = Map::new();
    map.insert(root.tag_name().name().to_owned(), element(root));
    Ok(Json::Object(map))
}

/// How deep elements are nested; no more than a guess where the text is no sound XML.
fn xml_depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('<') {
        let other = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>"), ("!", ">")];
        if let Some((_, end)) = other.iter().find(|(start, _)| tag.starts_with(start)) {
            rest = tag.split_once(end).map_or("", |(_, rest)| rest);
            continue;
        }
        let mut quote = None;
        let end = tag.find(|c: char| match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
                false
            }
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                false
            }
            None => c == '>',
        });
        let (inside, after) = end
            .and_then(|end| tag.split_at_checked(end))
            .unwrap_or((tag, ""));
        if inside.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !inside.ends_with('/') {
            depth += 1;
            deepest = deepest.max(depth);
        }
        rest = after;
    }
    deepest
}

fn element(node: Node<'_, '_>) -> Json {
    let attributes = || {
        node.attributes()
            .map(|attribute| (format!("@{}", attribute.name()), guessed(attribute.value())))
    };
    // The text before the first child; where there is some, the children do not count.
    let text = node.text().map(str::trim).filter(|text| !text.is_empty());
    if let Some(text) = text {
        if node.attributes().len() == 0 {
            return guessed(text);
        }
        let text = ("#text".to_owned(), guessed(text));
        return Json::Object(attributes().chain([text]).collect());
    }
    let mut map: Map<String, Json> = attributes().collect();
    for child in node.children().filter(Node::is_element) {
        let name = child.tag_name().name();
        let value = element(child);
        match map.get_mut(name) {
            Some(Json::Array(values)) => values.push(value),
            Some(_) => {
                // Zola moves the name to the end here, and the last one to its place.
                if let Some(first) = map.swap_remove(name) {
                    map.insert(name.to_owned(), json!([first, value]));
                }
            }
            None => {
                map.insert(name.to_owned(), value);
            }
        }
    }
    Json::Object(map)
}

/// A number or a truth where the text is one.
fn guessed(text: &str) -> Json {
    let text = text.trim();
    if let Ok(number) = text.parse::<u64>() {
        return Json::from(number);
    }
    if let Ok(number) = text.parse::<f64>()
        && (!text.starts_with('0') || text.starts_with("0."))
        && let Some(number) = Number::from_f64(number)
    {
        return Json::Number(number);
    }
    text.parse::<bool>()
        .map_or_else(|_| text.into(), Json::Bool)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: &str) -> String {
        let value = parse(text, format, "data").expect("sound");
        serde_json::to_string(&value).expect("JSON")
    }

    #[test]
    fn csv_is_headers_and_records() {
        assert_eq!(
            read("a,b\n1, x\n", "csv"),
            r#"{"headers":["a","b"],"records":[["1"," x"]]}"#
        );
        assert_eq!(read("", "csv"), r#"{"headers":[],"records":[]}"#);
        let fault = parse("a,b\n1\n", "csv", "data/x.csv").expect_err("ragged");
        assert_eq!(
            (fault.file.as_deref(), fault.line),
            (Some("data/x.csv"), Some(2))
        );
    }

    #[test]
    fn xml_as_zola_reads_it() {
        let text = "<r a=\"1\" b=\"02\"><c>1</c><d/><c>true</c><e x=\"y\">t</e>  tail <f>0.5</f>\
                    <n:g xmlns:n=\"u\">007</n:g><!-- c --><h><![CDATA[<z>]]></h><c>1e3</c><i>-5</i>\
                    <j>  </j><j>0</j></r>";
        assert_eq!(
            read(text, "xml"),
            r##"{"r":{"@a":1,"@b":2,"d":{},"c":[1,true,1000.0],"e":{"@x":"y","#text":"t"},"f":0.5,"g":7,"h":"<z>","i":-5.0,"j":[{},0]}}"##
        );
        assert_eq!(read("<r>text<a>1</a></r>", "xml"), r#"{"r":"text"}"#);
        assert_eq!(
            read("<r><a>1</a><b>2</b><c>3</c><a>4</a></r>", "xml"),
            r#"{"r":{"c":3,"b":2,"a":[1,4]}}"#
        );
        let fault = parse("<r>\n<a>", "xml", "data/x.xml").expect_err("unclosed");
        assert_eq!(fault.file.as_deref(), Some("data/x.xml"));
        let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
        let fault = parse(&deep, "xml", "x").expect_err("too deep");
        assert!(fault.message.contains("deeper"), "{fault}");
        let flat = format!(
            "<r>{}</r>",
            "<a b='>'><c/></a><!-- <a> --><?p <a>?>".repeat(5000)
        );
        assert_eq!(xml_depth(&flat), 2);
    }

    #[test]
    fn bibtex_with_its_strings() {
        let text = "@preamble{ \"Some preamble\" # foo }\n@Comment{a comment}\n@string{foo = \"Foo\"}\n\
                    @string{ Bar = foo # \" bar\" }\n@string{ loop = loop }\n\
                    @Article{key:1, Author = \"A. {B}\", month = jan, journal = foo # \" z\", gone = nope}\n";
        assert_eq!(
            read(text, "bibtex"),
            r#"{"preambles":["Some preambleFoo"],"comments":["a comment"],"variables":{"Bar":"Foo bar","foo":"Foo"},"bibliographies":[{"entry_type":"Article","citation_key":"key:1","tags":{"author":"A. {B}","journal":"Foo z","month":"January"}}]}"#
        );
        assert!(parse("@article{a, ", "bibtex", "x").is_err());
    }
}
