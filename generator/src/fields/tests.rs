//! Places and messages.

use super::{Faults, Kind, Table, parse_toml, parse_yaml};

#[test]
fn toml_mistakes_are_all_named_with_line_column_and_remedy() {
    let mut faults = Faults::of("a.md");
    let text = "\ntitle = \"A\ndate = 2020-01-01\nweight = x\n";
    assert!(parse_toml(text, 3, &mut faults).is_none());
    let lines: Vec<_> = faults.found.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [Some(4), Some(6)]);
    assert!(
        faults
            .found
            .iter()
            .all(|fault| fault.hint.is_some() && fault.column.is_some())
    );
}

#[test]
fn yaml_mistakes_and_places() {
    let mut faults = Faults::of("a.md");
    assert!(parse_yaml("a: [1\nb: 2", 2, &mut faults).is_none());
    assert_eq!(faults.found.len(), 1);
    let node = parse_yaml("\ntitle: A\nextra:\n  b: 1", 1, &mut faults).expect("sound");
    let title = node.entry("title").expect("there");
    assert_eq!(title.place.map(|place| place.line), Some(2));
    assert!(matches!(&title.value.kind, Kind::String(text) if text == "A"));
}

#[test]
fn keys_of_the_wrong_kind_and_unknown_ones() {
    let mut faults = Faults::of("config.toml");
    let node = parse_toml(
        "a = 1\nflag = \"yes\"\nword = \"lft\"\ncuont = -1\nlist = [1]",
        1,
        &mut faults,
    )
    .expect("sound");
    let mut table = Table::read("[x]", &node, &mut faults);
    assert_eq!(table.string("a"), None);
    assert!(table.flag("flag", true));
    assert_eq!(table.choice("word", &[("left", 1), ("right", 2)]), None);
    assert_eq!(table.count("count"), None);
    assert_eq!(table.strings("list"), Some(Vec::new()));
    table.finish_strict(&[]);
    let said: Vec<String> = faults.found.iter().map(ToString::to_string).collect();
    let wanted = [
        "config.toml:1:5: `a` must be a string, not a whole number",
        "config.toml:2:8: `flag` must be true or false, not a string",
        "did you mean \"left\"?",
        "`list` must hold strings only",
        "[x] has no key `cuont` (did you mean `count`?)",
    ];
    for wanted in wanted {
        assert!(
            said.iter().any(|fault| fault.contains(wanted)),
            "{wanted}: {said:#?}"
        );
    }
}
