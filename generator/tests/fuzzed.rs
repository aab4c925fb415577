//! What the fuzz targets of `fuzz/` once found, fed to the same functions again: they must not
//! panic. `inputs` says what each input becomes.

#[cfg(test)]
#[expect(unreachable_pub, reason = "the fuzz targets use these functions too")]
#[path = "inputs/mod.rs"]
mod inputs;

#[cfg(test)]
mod found {
    use super::inputs;

    /// BibTeX whose last text is never closed: the parser cut within the last character.
    #[test]
    fn data() {
        for text in [
            "@a{\u{fffd}",
            "@a{",
            "@string{a = \"\u{e9}",
            "@string{a = \"",
            "@preamble{ {\u{fffd}",
            "@a{b, c = {\u{e9}",
        ] {
            inputs::data(&[b"\x04", text.as_bytes()].concat());
        }
    }

    /// JPEGs of 1 kB that claim 18790 by 25944 and 30311 by 15475 pixels: they were unpacked.
    #[test]
    fn image() {
        inputs::image(include_bytes!("fixtures/fuzzed/image-1"));
        inputs::image(include_bytes!("fixtures/fuzzed/image-2"));
    }

    /// Nothing was found in these; each is fed once, so that the tests know them.
    #[test]
    fn the_others() {
        inputs::front_matter(b"+++\ntitle = \"a\"\npath = \"x\"\n+++\n");
        inputs::markdown(b"# a\n\n{{ box(a=1) }}\n\n```rust\nfn a() {}\n```\n[^a]\n\n[^a]: b\n");
        inputs::shortcode(b"<i>{{ body }}</i>\0{% own() %}a{% end %}");
        inputs::template(b"\0{% for x in l %}{{ x }}{% endfor %}");
        inputs::template(b"\x03{{ s | upper }}");
        inputs::config(b"base_url = \"https://a.example\"\0[build]\0");
        inputs::image(b"\0no image");
        assert!(inputs::text_of_template("{{ n }}").is_some_and(|made| made.is_ok()));
        assert!(inputs::values().is_object());
        let fault = inputs::text_of_template("{{ range(end=999999999) }}");
        assert!(fault.is_some_and(|made| made.is_err_and(|fault| inputs::is_a_limit(&fault))));
    }
}
