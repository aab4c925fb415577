//! How fast the store takes forms and confirmations: `store sqlite:FILE|postgres://… FORMS CALLERS`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use petition_service::app::Keyring;
use petition_service::domain::seal::{PrivateKey, PublicKeys};
use petition_service::domain::{Clock, Keys, Private, Purpose, TokenSecret};
use petition_service::store::{
    Address, Consent, MailBudget, NewSignUp, NewToken, Store, StoreOptions, SubjectKind,
    UsedChallenge,
};
use tokio::task::JoinSet;

fn form(keys: &Keys, run: u128, number: u64) -> NewSignUp {
    let email = format!("signer{number}.{run}@example.org");
    NewSignUp {
        form_id: "safe-online".to_owned(),
        kind: SubjectKind::Petition,
        dedupe_key: keys.dedupe_key("safe-online", &email),
        email: Private::new(email),
        fields: [
            ("first_name", "Anna"),
            ("last_name", "Signer"),
            ("country", "NL"),
        ]
        .map(|(name, value)| (name.to_owned(), Private::new(value.to_owned())))
        .into(),
        public_name: None,
        partner: None,
        topics: Vec::new(),
        lang: "nl".to_owned(),
        form_page: "https://site.example/petitions/safe-online/".to_owned(),
        consent: Consent {
            text_sha256: "0".repeat(64),
            version: "2026-11".to_owned(),
        },
        newsletter: None,
        wait: Some(TokenSecret::generate()),
        nonce: Some(TokenSecret::generate()),
        challenge: Some(UsedChallenge {
            nonce: format!("{run}-{number}"),
            expires_at: i64::MAX,
        }),
        budget: MailBudget::Captcha,
    }
}

/// Calls so often in all, from so many callers; calls a second.
async fn rate<F>(calls: u64, callers: u64, call: impl Fn(u64) -> F) -> anyhow::Result<f64>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let begun = Instant::now();
    let next = Arc::new(AtomicU64::new(0));
    let call = Arc::new(call);
    let mut running = JoinSet::new();
    let spawn = |running: &mut JoinSet<anyhow::Result<()>>| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number < calls {
            running.spawn(call(number));
        }
    };
    for _ in 0..callers {
        spawn(&mut running);
    }
    while let Some(done) = running.join_next().await {
        done??;
        spawn(&mut running);
    }
    Ok(calls as f64 / begun.elapsed().as_secs_f64())
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().context("an address")?;
    let address = Address::parse(&address, Path::new("")).map_err(|fault| anyhow!(fault))?;
    let forms: u64 = arguments.next().context("a number of forms")?.parse()?;
    let callers: u64 = arguments.next().context("a number of callers")?.parse()?;
    let now = Clock::system().now();
    let keys = Keys::new(b"secret");
    let public = PublicKeys::new(PrivateKey::generate().public(), []);
    let keyring = Arc::new(Keyring::new(public, &keys, Clock::system()));
    let store = Store::open(address, StoreOptions::new(keyring.clone())).await?;
    keyring.begin(&store).await?;
    let run = u128::from(now.timestamp_millis().unsigned_abs());

    let signed = rate(forms, callers, |number| {
        let (store, form) = (store.clone(), form(&keys, run, number));
        async move { Ok(store.sign_up(form, now).await.map(|_| ())?) }
    });
    println!("forms a second          {:9.0}", signed.await?);

    let begun = Instant::now();
    let mut tokens = Vec::new();
    while tokens.len() as u64 != forms {
        let jobs = store.outbox_claim(256, now).await?;
        anyhow::ensure!(
            !jobs.is_empty(),
            "other mails are in the way: take a new database"
        );
        let mut sending = JoinSet::new();
        for job in jobs {
            let token = TokenSecret::generate();
            tokens.push(token.clone());
            let store = store.clone();
            sending.spawn(async move {
                let new = NewToken {
                    token,
                    recipient: Some(job.recipient),
                    attempt_id: job.attempt_id,
                    purpose: Purpose::ConfirmSignature,
                    expires_at: now + Duration::from_secs(86_400),
                };
                store.store_tokens(vec![new], now).await?;
                store.outbox_sent(job.id, now).await
            });
        }
        while let Some(sent) = sending.join_next().await {
            sent??;
        }
    }
    let mails = forms as f64 / begun.elapsed().as_secs_f64();
    println!("mails a second          {mails:9.0}");

    let confirmed = rate(forms, callers, |number| {
        let store = store.clone();
        let token = usize::try_from(number)
            .ok()
            .and_then(|n| tokens.get(n))
            .cloned();
        async move {
            let token = token.context("a token")?;
            Ok(store.confirm(&token, now).await.map(|_| ())?)
        }
    });
    println!("confirmations a second  {:9.0}", confirmed.await?);
    let begun = Instant::now();
    store.fold_counts(now).await?;
    println!(
        "added up in             {:7.0} ms",
        begun.elapsed().as_secs_f64() * 1000.0
    );
    let (total, logged) = (
        store.counted("safe-online").await?.total,
        store.logged("safe-online").await?,
    );
    anyhow::ensure!(total == logged, "{total} counted, {logged} logged");
    Ok(())
}
