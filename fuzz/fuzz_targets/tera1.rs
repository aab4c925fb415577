#![no_main]
//! A template that Tera 1 renders must render the same here.

use std::sync::Arc;

use groundswell_fuzz::inputs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    // What differs from one moment to the next cannot be compared.
    if ["now", "get_random", "get_env", "__tera"].iter().any(|word| text.contains(word)) {
        return;
    }
    let ours = inputs::text_of_template(&text);
    let theirs = theirs(&text);
    if let (Some(Ok(theirs)), Some(ours)) = (theirs, ours) {
        match ours {
            Ok(ours) => assert_eq!(ours, theirs, "{text}"),
            Err(fault) => assert!(inputs::is_a_limit(&fault), "{text}\n{fault}"),
        }
    }
});

fn theirs(text: &str) -> Option<Result<String, tera1::Error>> {
    let mut tera = tera1::Tera::default();
    tera.add_raw_template("a.html", text).ok()?;
    let context = tera1::Context::from_value(inputs::values()).ok()?;
    let tera = Arc::new(tera);
    Some(tera.render("a.html", &context))
}
