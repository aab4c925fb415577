//! What the fuzz targets of `fuzz/` once found, fed to the same functions again: they must not
//! panic. `inputs` says what each input becomes.

#[cfg(test)]
#[expect(unreachable_pub, reason = "the fuzz targets use these functions too")]
#[path = "inputs/mod.rs"]
mod inputs;

#[cfg(test)]
mod found {
    use super::inputs;

    /// What takes an input, and inputs that it knows.
    type Target = (&'static str, fn(&[u8]), &'static [&'static [u8]]);

    const TARGETS: [Target; 6] = [
        ("form", inputs::form, &[
            b"\0email=a%40b.nl&consent=yes&lang=nl&first_name=A&last_name=B",
            b"\x04{\"email\":\"a@b.nl\",\"consent\":true,\"lang\":\"nl\"}",
            b"\x0a--x\r\nname=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--",
        ]),
        ("request", inputs::request, &[
            b"GET /petitions/safe-online/count\naccept-language: fr\ncookie: __Secure-gs_nonce=b",
            b"POST /confirm/%ff\naccept: application/json\n\nx",
            b"GET /captcha?form=%ff&form=a\norigin: null\nx-forwarded-for: [::1]:3, 1.1.1.1",
        ]),
        ("address", inputs::address, &["jan+a@b\u{fc}cher.example".as_bytes(), b"a.b@gmial.com"]),
        ("name", inputs::name, &["Zo\u{eb} \u{202e}van".as_bytes(), "\u{639}\u{200c}\u{644}".as_bytes()]),
        ("campaign", inputs::campaign, &[b"{\"version\":1,\"site\":{\"base_url\":\"https://a.example/\"}}"]),
        ("sealed_row", inputs::sealed_row, &[
            b"{\"form_id\":\"a\",\"attempt_id\":\"00000000-0000-0000-0000-000000000000\",\"key_id\":\"0000000000000000\",\"sealed\":\"AAAA\"}",
        ]),
    ];

    /// Each is fed once, so that the tests know them.
    #[test]
    fn all() {
        for (_, target, seeds) in TARGETS {
            for seed in seeds {
                target(seed);
            }
        }
    }

    /// Where no fuzzer can be built: changes what is known blindly, for `SECONDS` for each target.
    #[test]
    #[ignore = "takes minutes: cargo test -p petition-service --test fuzzed -- --ignored --nocapture"]
    fn blindly() {
        const SECONDS: u64 = 15;
        for (name, target, seeds) in TARGETS {
            let (begin, mut tries) = (std::time::Instant::now(), 0_u64);
            while begin.elapsed().as_secs() < SECONDS {
                let mut bytes = seeds[rand::random_range(0..seeds.len())].to_vec();
                for _ in 0..rand::random_range(1..8) {
                    let at = rand::random_range(0..bytes.len().max(1));
                    match rand::random_range(0..4) {
                        0 => bytes.insert(at.min(bytes.len()), rand::random()),
                        1 if at < bytes.len() => bytes[at] = rand::random(),
                        2 if at < bytes.len() => drop(bytes.remove(at)),
                        _ => {
                            let (_, end) = bytes.split_at(at.min(bytes.len()));
                            bytes.extend(end.to_vec());
                        }
                    }
                }
                bytes.truncate(4096);
                target(&bytes);
                tries += 1;
            }
            println!("{name}: {tries} inputs in {SECONDS} s");
        }
    }
}
