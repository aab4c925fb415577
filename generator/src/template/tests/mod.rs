//! The evaluator against Tera 1 itself.

mod faults;
mod nesting;
mod oracle;
mod random;
mod rules;
mod words;

use oracle::differences;

/// 386 probes of the language's corners, made for this project.
#[test]
fn every_corner_case_renders_as_in_tera_1() {
    let read = |text: &str| serde_json::from_str(text).expect("JSON");
    let cases = read(include_str!("../../../tests/fixtures/tera1/cases.json"));
    let context = read(include_str!("../../../tests/fixtures/tera1/context.json"));
    let found = differences(&cases, &context);
    assert!(
        found.is_empty(),
        "{} differ:\n{}",
        found.len(),
        found.join("\n")
    );
}
