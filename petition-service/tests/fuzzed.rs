//! What the fuzz targets of `fuzz/` once found, fed to the same functions again: they must not
//! panic. `inputs` says what each input becomes.

#[cfg(test)]
#[expect(unreachable_pub, reason = "the fuzz targets use these functions too")]
#[path = "inputs/mod.rs"]
mod inputs;

#[cfg(test)]
mod found {
    use super::inputs;

    /// Each is fed once, so that the tests know them.
    #[test]
    fn all() {
        inputs::form(b"\0email=a%40b.nl&consent=yes&lang=nl");
        inputs::form(b"\x04{\"email\":\"a@b.nl\",\"consent\":true,\"lang\":\"nl\"}");
        inputs::form(b"\x0a--x\r\nname=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--");
        inputs::request(b"GET /petitions/safe-online/count\naccept-language: fr\ncookie: a=b");
        inputs::request(b"POST /confirm/%ff\n\nx");
        inputs::request(b"GET /captcha?form=%ff&form=a");
        inputs::address("jan+a@b\u{fc}cher.example".as_bytes());
        inputs::name("Zo\u{eb} \u{202e}van".as_bytes());
        inputs::campaign(b"{\"version\":1}");
        inputs::sealed_row(b"{\"form_id\":\"a\"}");
    }
}
