//! What sealing costs: `cargo run --release -p petition-service --example seal`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use petition_service::domain::seal::{
    Content, HotKey, Place, PrivateKey, SealFault, seal_with_token,
};
use petition_service::domain::{Private, TokenSecret};
use uuid::Uuid;

/// Forms in a measure.
const FORMS: u32 = 20_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let field = |name: &str, value: &str| (name.to_owned(), Private::new(value.to_owned()));
    let content = Content {
        email: Private::new("zoe.van.den.berg@example.org".to_owned()),
        fields: BTreeMap::from([
            field("first_name", "Zoë"),
            field("last_name", "van den Berg"),
            field("country", "NL"),
            field("comment", &"Because it matters. ".repeat(10)),
        ]),
    };
    let plain = content.to_bytes();
    let secret = PrivateKey::generate();
    let public = secret.public();
    let (hot, token) = (HotKey::generate(), TokenSecret::generate());
    let place = Place {
        form_id: "safe-online",
        attempt_id: Uuid::from_u128(7),
    };
    let sealed = public.seal(place, &plain)?;
    let size = sealed.len() - plain.len();
    writeln!(
        std::io::stdout(),
        "{} bytes, {size} more when sealed",
        plain.len()
    )?;
    let agreement = public.agree()?;
    measure("an agreement with the private key", || {
        public.agree().map(drop)
    })?;
    measure("a form with an agreement", || {
        agreement.seal(place, &content.to_bytes()).map(drop)
    })?;
    measure("a recipient to a hot key", || {
        hot.seal_recipient(Uuid::nil(), b"zoe.van.den.berg@example.org")
            .map(drop)
    })?;
    measure("an address to a token", || {
        seal_with_token(&token, "wait", b"zoe.van.den.berg@example.org").map(drop)
    })?;
    measure("opening a form", || {
        let opened = secret.open(place, black_box(&sealed));
        opened.map(drop).map_err(|_| SealFault)
    })?;
    Ok(())
}

fn measure(
    what: &str,
    mut once: impl FnMut() -> Result<(), SealFault>,
) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    for _ in 0..FORMS {
        once()?;
    }
    let each = start.elapsed() / FORMS;
    writeln!(std::io::stdout(), "{what}: {each:?} on one core")?;
    Ok(())
}
