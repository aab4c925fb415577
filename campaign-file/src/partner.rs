//! Sites of others that show a petition's form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A site that may show a petition's form, and whose signatures are told apart by its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Names it in the posted form and in the figures: 1 to 32 lower-case letters, digits, hyphens.
    pub code: String,
    /// From where its forms are posted, as a browser says it: `https://partner.example`, with a port
    /// only if it is not the usual one. `http://` only for this machine (`http://localhost:8000`).
    pub origin: String,
}

impl Partner {
    /// What is wrong with it, if anything, and what to write instead.
    #[must_use]
    pub fn problem(&self) -> Option<(String, &'static str)> {
        if !is_code(&self.code) {
            let told = format!("`{}` cannot be the code of a partner", self.code);
            return Some((told, "use up to 32 lower-case letters, digits and hyphens"));
        }
        if !is_origin(&self.origin) {
            let told = format!(
                "`{}` is no origin from which a partner's form can come",
                self.origin
            );
            return Some((
                told,
                "write it as a browser says it, without a path and in lower case: \
                 origin = \"https://partner.example\" (http:// only for localhost)",
            ));
        }
        None
    }
}

fn is_code(code: &str) -> bool {
    (1..=32).contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether browsers write an origin like that: anything else would never be met.
fn is_origin(origin: &str) -> bool {
    let (rest, is_open) = match (
        origin.strip_prefix("https://"),
        origin.strip_prefix("http://"),
    ) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => return false,
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let is_here = matches!(host, "localhost" | "127.0.0.1");
    let usual = if is_open { "80" } else { "443" };
    let sound_port = port.is_none_or(|port| {
        let number = port.parse::<u16>().is_ok_and(|number| number > 0);
        number && port != usual && !port.starts_with(['0', '+'])
    });
    sound_port && (is_here || (!is_open && is_host(host)))
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    host.len() <= 253 && host.contains('.') && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::Partner;

    fn is_sound(code: &str, origin: &str) -> bool {
        let (code, origin) = (code.to_owned(), origin.to_owned());
        Partner { code, origin }.problem().is_none()
    }

    #[test]
    fn origins_are_those_that_browsers_send() {
        for good in [
            "https://partner.example",
            "https://www.xn--bcher-kva.example:8443",
            "http://localhost:8000",
            "http://127.0.0.1:1111",
            "https://localhost",
        ] {
            assert!(is_sound("north", good), "{good}");
        }
        for bad in [
            "",
            "*",
            "null",
            "partner.example",
            "http://partner.example",
            "https://partner.example/",
            "https://partner.example/form",
            "https://Partner.example",
            "https://partner.example:443",
            "https://partner.example:0",
            "https://partner.example:+8",
            "https://partner.example:99999",
            "https://a@partner.example",
            "https://*.partner.example",
            "https://partner..example",
            "https://-partner.example",
            "https://bücher.example",
            "ftp://partner.example",
            "https://",
            "https://localhost.",
        ] {
            assert!(!is_sound("north", bad), "{bad}");
        }
    }

    #[test]
    fn codes_are_short_words() {
        assert!(is_sound("north-2", "https://partner.example"));
        for bad in ["", "North", "a b", "a/b", "é", &"a".repeat(33)] {
            assert!(!is_sound(bad, "https://partner.example"), "{bad}");
        }
    }
}
