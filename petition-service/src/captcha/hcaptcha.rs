//! hCaptcha, wrapped in what its client leaves to us.
//!
//! The crate knows what is sent and what comes back; its client has no time limit, ignores the HTTP
//! status and reads answers of any length, so the call itself is ours ([`call`]). Every call has a
//! limit, only so many wait at once, a provider that fails again and again is left alone for a while
//! ([`breaker`]), and an answer passes only if its HTTP status is a success, it says `success`, names
//! one of our hosts and was readable. Everything else is a refusal or [`Verdict::Unavailable`].

mod breaker;
mod call;
mod fallback;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use hcaptcha::{Code, Request, Response, VERIFY_URL};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use url::{Host, Url};

use self::breaker::Breaker;
use self::call::Caller;
pub use self::fallback::HcaptchaWithFallback;
use super::{
    Answer, BoxFuture, Captcha, Provider, RefusedReason, UnavailableReason, Verdict, VerifyContext,
};

/// How long an answer of the provider is waited for, unless configured otherwise.
pub const DEFAULT_TIME_LIMIT: Duration = Duration::from_secs(3);

/// How many calls may wait at once, unless configured otherwise.
pub const DEFAULT_CALLS_AT_ONCE: usize = 32;

/// The longest token passed on, in bytes.
const LONGEST_TOKEN: usize = 16 * 1024;

/// The public keys for trying things out: every answer passes with them.
const TEST_SITEKEYS: [&str; 3] = [
    "10000000-ffff-ffff-ffff-000000000001",
    "20000000-ffff-ffff-ffff-000000000002",
    "30000000-ffff-ffff-ffff-000000000003",
];
const TEST_SECRET: &str = "0x0000000000000000000000000000000000000000";
/// The host that the provider names for a test key.
const TEST_HOST: &str = "dummy-key-pass";

/// What the operator says about hCaptcha.
#[derive(Clone, Debug)]
pub struct HcaptchaConfig {
    /// The site's public key, a UUID.
    pub sitekey: String,
    /// The account's secret.
    pub secret: SecretString,
    /// The hosts on which the forms stand: an answer given elsewhere is refused.
    pub hostnames: Vec<String>,
    /// Where answers are checked; none: at hCaptcha. Must be HTTPS unless on this machine.
    pub verify_url: Option<String>,
    /// Time limit of a call ([`DEFAULT_TIME_LIMIT`]).
    pub time_limit: Duration,
    /// How many calls may wait at once ([`DEFAULT_CALLS_AT_ONCE`]).
    pub calls_at_once: usize,
    /// Whether the public test keys, which let everything pass, are allowed.
    pub allow_test_keys: bool,
}

impl HcaptchaConfig {
    /// The usual limits, hCaptcha's own address, no test keys.
    #[must_use]
    pub fn new(sitekey: &str, secret: SecretString, hostnames: Vec<String>) -> Self {
        Self {
            sitekey: sitekey.to_owned(),
            secret,
            hostnames,
            verify_url: None,
            time_limit: DEFAULT_TIME_LIMIT,
            calls_at_once: DEFAULT_CALLS_AT_ONCE,
            allow_test_keys: false,
        }
    }

    /// What is wrong with the settings, a sentence each, without their values.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let secret = self.secret.expose_secret();
        let is_test = TEST_SITEKEYS.contains(&self.sitekey.as_str()) || secret == TEST_SECRET;
        let checks = [
            (
                uuid::Uuid::try_parse(&self.sitekey).is_err(),
                "hCaptcha's sitekey is not one: copy it from the site's page in hCaptcha's dashboard",
            ),
            (
                !is_secret(secret),
                "hCaptcha's secret is not one (`ES_` and 32 hexadecimal digits, or `0x` and 40): \
                 copy it from the account's settings in hCaptcha's dashboard",
            ),
            (
                is_test && !self.allow_test_keys,
                "hCaptcha's sitekey or secret is a test key, with which everything passes: use keys \
                 of your account, or set `allow_test_keys = true` on a machine that is not public",
            ),
            (
                self.hostnames.iter().all(|name| name.trim().is_empty()),
                "hCaptcha needs `hostnames`: the hosts on which the forms stand",
            ),
            (
                self.time_limit.is_zero() || self.calls_at_once == 0,
                "hCaptcha's time limit and number of calls at once must be above 0",
            ),
            (
                !is_safe(self.verify_url()),
                "hCaptcha's `verify_url` must be an https address (http only on this machine)",
            ),
        ];
        let wrong = checks.into_iter().filter(|(wrong, _)| *wrong);
        wrong.map(|(_, problem)| problem.to_owned()).collect()
    }

    fn verify_url(&self) -> &str {
        self.verify_url.as_deref().unwrap_or(VERIFY_URL)
    }
}

/// Whether a text has the shape of a secret. The client's own check slices without looking, so
/// it must not see texts that are too short or not ASCII.
fn is_secret(text: &str) -> bool {
    text.is_ascii() && text.len() > 2 && Request::new_from_response(text, "shape").is_ok()
}

fn is_safe(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

/// Checks answers at hCaptcha.
pub struct Hcaptcha {
    config: HcaptchaConfig,
    caller: Caller,
    calls: Semaphore,
    breaker: Breaker,
}

impl Hcaptcha {
    /// A provider.
    ///
    /// # Errors
    /// Everything that is wrong with the settings ([`HcaptchaConfig::problems`]).
    pub fn new(config: HcaptchaConfig) -> Result<Self, Vec<String>> {
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let caller = Caller::new(config.verify_url()).map_err(|problem| vec![problem])?;
        Ok(Self {
            calls: Semaphore::new(config.calls_at_once.min(Semaphore::MAX_PERMITS)),
            breaker: Breaker::default(),
            caller,
            config,
        })
    }

    /// Whether the provider is failing now.
    #[must_use]
    pub fn ails(&self) -> bool {
        self.breaker.ails(Instant::now())
    }

    /// Whether the provider failed within that time.
    #[must_use]
    pub fn ailed_within(&self, time: Duration) -> bool {
        self.breaker.failed_within(time, Instant::now())
    }

    async fn check(&self, answer: &Answer, context: &VerifyContext<'_>) -> Verdict {
        let Some(token) = answer.hcaptcha() else {
            return Verdict::Refused(RefusedReason::Missing);
        };
        if token.len() > LONGEST_TOKEN {
            return Verdict::Refused(RefusedReason::Malformed);
        }
        let secret = self.config.secret.expose_secret();
        if !self.breaker.may_call(Instant::now()) {
            return Verdict::Unavailable(UnavailableReason::Resting);
        }
        let Ok(_permit) = self.calls.try_acquire() else {
            return Verdict::Unavailable(UnavailableReason::Busy);
        };
        let ip = context.remote_ip.map(|ip| ip.to_string());
        let fields = [
            ("secret", secret),
            ("sitekey", &self.config.sitekey),
            ("response", token),
        ];
        let fields: Vec<_> = fields
            .into_iter()
            .chain(ip.as_deref().map(|ip| ("remoteip", ip)))
            .collect();
        let call = self.caller.ask(&fields);
        let verdict = match tokio::time::timeout(self.config.time_limit, call).await {
            Err(_) => Verdict::Unavailable(UnavailableReason::Timeout),
            Ok(Err(reason)) => Verdict::Unavailable(reason),
            Ok(Ok(response)) => self.judge(&response),
        };
        self.remember(&verdict);
        verdict
    }

    fn judge(&self, response: &Response) -> Verdict {
        let codes = response.error_codes().unwrap_or_default();
        if !response.success() {
            return judge_codes(&codes);
        }
        // Both a success and a reason against it: nobody can say.
        if !codes.is_empty() {
            return Verdict::Unavailable(UnavailableReason::Unreadable);
        }
        let Some(host) = response.hostname() else {
            return Verdict::Unavailable(UnavailableReason::Unreadable);
        };
        let ours = |name: &String| name.trim().eq_ignore_ascii_case(&host);
        let test = self.config.allow_test_keys && host == TEST_HOST;
        if test || self.config.hostnames.iter().any(ours) {
            // hCaptcha itself takes each token once.
            return Verdict::Passed { replay_mark: None };
        }
        Verdict::Refused(RefusedReason::Elsewhere)
    }

    /// Counts only what no visitor can bring about: otherwise odd tokens could switch the
    /// provider off, and with it the captcha that the operator chose.
    fn remember(&self, verdict: &Verdict) {
        use UnavailableReason as Why;
        let now = Instant::now();
        match verdict {
            Verdict::Passed { .. } | Verdict::Refused(_) => self.breaker.worked(),
            Verdict::Unavailable(Why::Timeout | Why::Unreachable | Why::Unreadable) => {
                self.breaker.failed(now);
            }
            Verdict::Unavailable(Why::Settings(codes)) if codes.contains("-input-secret") => {
                self.breaker.failed(now);
            }
            Verdict::Unavailable(_) => {}
        }
        if let Verdict::Unavailable(why) = verdict {
            tracing::warn!(reason = why.as_str(), detail = ?why, "hCaptcha gave no verdict");
        }
    }
}

impl Captcha for Hcaptcha {
    fn provider(&self, _challenge_url: &str) -> Provider {
        Provider::Hcaptcha {
            sitekey: self.config.sitekey.clone(),
        }
    }

    fn challenge(&self, _form_id: &str, _lang: &str) -> Option<serde_json::Value> {
        None
    }

    fn verify<'a>(
        &'a self,
        answer: &'a Answer,
        context: &'a VerifyContext<'a>,
    ) -> BoxFuture<'a, Verdict> {
        Box::pin(self.check(answer, context))
    }
}

enum Meaning {
    Refused(RefusedReason),
    Settings,
    Unknown,
}

/// The documented codes; one of them is an older name.
fn meaning(code: &str) -> Meaning {
    match code {
        "missing-input-response" => Meaning::Refused(RefusedReason::Missing),
        "invalid-input-response" => Meaning::Refused(RefusedReason::Wrong),
        "expired-input-response" => Meaning::Refused(RefusedReason::Expired),
        "already-seen-response" | "invalid-or-already-seen-response" => {
            Meaning::Refused(RefusedReason::Used)
        }
        "missing-input-secret"
        | "invalid-input-secret"
        | "bad-request"
        | "missing-remoteip"
        | "invalid-remoteip"
        | "not-using-dummy-passcode"
        | "sitekey-secret-mismatch" => Meaning::Settings,
        _ => Meaning::Unknown,
    }
}

/// The worst code decides: one that nobody knows, then one about our settings, then a refusal.
fn judge_codes(codes: &HashSet<Code>) -> Verdict {
    // Sorted, so that equal answers give equal verdicts; cut, because a stranger wrote them.
    let mut names: Vec<String> = codes.iter().map(name).collect();
    names.sort_unstable();
    let list = |wanted: fn(&Meaning) -> bool| -> Option<String> {
        let wanted = names.iter().filter(|name| wanted(&meaning(name)));
        let list: Vec<&str> = wanted.map(String::as_str).take(8).collect();
        (!list.is_empty()).then(|| list.join(", "))
    };
    if let Some(codes) = list(|m| matches!(m, Meaning::Unknown)) {
        return Verdict::Unavailable(UnavailableReason::Unknown(codes));
    }
    if let Some(codes) = list(|m| matches!(m, Meaning::Settings)) {
        return Verdict::Unavailable(UnavailableReason::Settings(codes));
    }
    match names.first().map(|name| meaning(name)) {
        Some(Meaning::Refused(reason)) => Verdict::Refused(reason),
        _ => Verdict::Unavailable(UnavailableReason::Unreadable),
    }
}

fn name(code: &Code) -> String {
    let name = serde_json::to_value(code).unwrap_or_default();
    let printable = name.as_str().unwrap_or_default().chars();
    printable.filter(|c| !c.is_control()).take(60).collect()
}
