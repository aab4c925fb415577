//! The page that stands in for a template which a new site does not have yet.

/// Templates without which a site is built all the same.
const OPTIONAL: &[&str] = &[
    "index.html",
    "section.html",
    "page.html",
    "single.html",
    "list.html",
];

/// The page shown in place of that template; none if its absence is a fault.
pub(super) fn page(template: &str) -> Option<String> {
    OPTIONAL.contains(&template).then(|| {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <title>Almost there</title>\n</head>\n<body>\n<h1>Almost there</h1>\n\
             <p>This page has no look yet: write the template <code>templates/{template}</code>, \
             or choose a theme.</p>\n</body>\n</html>\n"
        )
    })
}
