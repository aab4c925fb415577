//! Templates that are nested deeply.

use std::collections::BTreeMap;

use super::oracle::ours;

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
            assert!(fault.starts_with("templates/t.html:2:"), "{kind}: {fault}");
        }
    }
}
