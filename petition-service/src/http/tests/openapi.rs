//! `docs/openapi.json` names the addresses that there are, and no other.

use std::collections::BTreeSet;

use serde_json::Value;

/// `METHOD path` of each route, read from the router's own text.
fn routed() -> BTreeSet<String> {
    let text = include_str!("../router.rs");
    let public = text.split(".fallback(").next().expect("the public router");
    let mut found = BTreeSet::new();
    for route in public.split(".route(").skip(1) {
        let path = route.split('"').nth(1).expect("a path");
        for method in ["get", "post"] {
            if route.contains(&format!("{method}(")) {
                found.insert(format!("{method} {path}"));
            }
        }
    }
    found
}

#[test]
fn the_document_names_each_route() {
    let document: Value =
        serde_json::from_str(include_str!("../../../../docs/openapi.json")).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let named: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods");
            let is_method = |name: &&String| matches!(name.as_str(), "get" | "post");
            let methods = methods.keys().filter(is_method);
            methods.map(move |method| format!("{method} {path}"))
        })
        .collect();
    assert_eq!(named, routed());
}
