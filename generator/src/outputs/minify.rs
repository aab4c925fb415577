//! Smaller HTML, with what browsers may do without taken out.

/// The same page in fewer bytes; none if the minifier fails on it.
#[cfg(feature = "minify")]
#[must_use]
pub(super) fn html(page: &[u8]) -> Option<Vec<u8>> {
    let settings = minify_html::Cfg {
        keep_html_and_head_opening_tags: true,
        minify_css: true,
        // Scripts are left as they are: a script may mean its line ends.
        minify_js: false,
        ..minify_html::Cfg::new()
    };
    // Styles written by hand can hold what the minifier never met: that must not end the build.
    std::panic::catch_unwind(|| minify_html::minify(page, &settings)).ok()
}

/// The page as it is: this program was built without its feature `minify`, and says so when it
/// reads the settings.
#[cfg(not(feature = "minify"))]
#[must_use]
pub(super) fn html(page: &[u8]) -> Option<Vec<u8>> {
    Some(page.to_vec())
}

#[cfg(all(test, feature = "minify"))]
mod tests {
    #[test]
    fn comments_quotes_and_closing_tags_go_and_scripts_stay() {
        let page = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<!-- c -->\n\
                    <style>\n a { color: #ff0000; }\n</style>\n<script>\n  var a = 1;   var b = 2;\n</script>\n\
                    </head>\n<body class=\"a b\" id='x' data-x=\"\">\n<p style=\"color: red ; margin : 0 \">Hello   <b> world </b></p>\n\
                    <pre>\n  a\n   b\n</pre>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n</body>\n</html>\n";
        let small = super::html(page.as_bytes()).expect("sound");
        assert_eq!(
            String::from_utf8_lossy(&small),
            "<!doctype html><html lang=en><head><style>a{color:red}</style><script>var a = 1;   var b = 2;</script>\
             <body class=\"a b\" data-x id=x><p style=color:red;margin:0>Hello <b> world </b><pre>\n  a\n   b\n</pre><ul><li>a<li>b</ul>"
        );
    }
}
