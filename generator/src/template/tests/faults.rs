//! What is said when a template is wrong.

use std::collections::BTreeMap;

use super::oracle::ours;
use super::rules::context;

#[test]
fn faults_name_file_and_line_and_what_was_meant() {
    let fault = |text: &str| {
        let files = BTreeMap::from([("t.html".to_owned(), text.to_owned())]);
        ours(&files, "t.html", &context()).expect_err("a fault")
    };
    assert_eq!(
        fault("\n\n{{ pagee.title }}"),
        "templates/t.html:3: There is no variable `pagee` here (did you mean `page`?)"
    );
    assert_eq!(
        fault("{% for p in pages %}\n{{ p.titel }}{% endfor %}"),
        "templates/t.html:2: There is no `titel` in `p` (did you mean `title`?)"
    );
    assert!(fault("{{ name | uper }}").contains("did you mean `upper`?"));
    assert!(fault("{% if ten %}").starts_with("templates/t.html:1:"));
    let endless = "{% macro m() %}{{ self::m() }}{% endmacro %}{{ self::m() }}";
    assert!(fault(endless).contains("100 levels"));
}
