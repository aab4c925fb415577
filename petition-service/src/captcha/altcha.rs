//! Proof of work of our own (ALTCHA, protocol 2): no account, no third party, nothing stored.
//!
//! A challenge is made for one form and signed; nothing about it is kept. It is of the
//! deterministic kind: the browser searches a counter whose key starts as the challenge says, and
//! the key itself is signed too. So every visitor has about the same work (a counter within
//! [`COUNTERS`]), and a solution is checked with two HMACs, however high the cost.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::{Duration, UNIX_EPOCH};

use altcha::{Challenge, CreateChallengeOptions, Payload, VerifySolutionOptions};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::Sha256;

use super::{
    Answer, BoxFuture, Captcha, Provider, RefusedReason, ReplayMark, Verdict, VerifyContext,
};

/// Rounds of PBKDF2 for each try, unless configured otherwise: with [`COUNTERS`] about a second's
/// work for a telephone of some years ago.
pub const DEFAULT_COST: u32 = 2_000;

/// The most rounds that may be configured: ten seconds' work for such a telephone, and more work
/// for us with each challenge than a stranger should be able to cause.
pub const HIGHEST_COST: u32 = 20_000;

/// How long a challenge is good for, unless configured otherwise.
pub const DEFAULT_TTL: Duration = Duration::from_secs(20 * 60);

/// The counters that a browser may have to find: it tries them from 0.
const COUNTERS: RangeInclusive<u32> = 300..=600;

/// The longest answer looked at, in bytes. Genuine ones stay below 1,500.
const LONGEST_ANSWER: usize = 8 * 1024;

/// Name of the form's id in the signed parameters.
const FORM: &str = "form";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Gives out and checks challenges.
pub struct Altcha {
    signature_key: SecretString,
    key_signature_key: SecretString,
    cost: u32,
    ttl: Duration,
}

impl Altcha {
    /// A provider that signs with keys derived from `secret`. All instances of the service that
    /// answer for one site need the same secret. `cost` is the number of PBKDF2 rounds for each
    /// try (see [`DEFAULT_COST`]), `ttl` how long a challenge is good for ([`DEFAULT_TTL`]).
    #[must_use]
    pub fn new(secret: &SecretString, cost: u32, ttl: Duration) -> Self {
        Self {
            signature_key: derive(secret, "groundswell altcha challenge"),
            key_signature_key: derive(secret, "groundswell altcha key"),
            cost: cost.max(1),
            ttl,
        }
    }

    /// `now` is the time since the epoch: the system's, since the crate checks against that one.
    fn make(&self, form_id: &str, now: Duration) -> Option<Challenge> {
        let ends = now.checked_add(self.ttl)?;
        let form = BTreeMap::from([(FORM.to_owned(), Value::from(form_id))]);
        altcha::create_challenge(CreateChallengeOptions {
            algorithm: "PBKDF2/SHA-256".to_owned(),
            cost: self.cost,
            counter: Some(rand::random_range(COUNTERS)),
            data: Some(form),
            // Never 0, which would mean "for ever".
            expires_at: Some(i64::try_from(ends.as_secs()).ok()?.max(1)),
            hmac_signature_secret: Some(self.signature_key.expose_secret().to_owned()),
            hmac_key_signature_secret: Some(self.key_signature_key.expose_secret().to_owned()),
            ..CreateChallengeOptions::default()
        })
        .ok()
    }

    /// Checks an answer at once: this takes microseconds.
    #[must_use]
    pub fn check(&self, answer: &Answer, form_id: &str) -> Verdict {
        match self.try_check(answer, form_id) {
            Ok(mark) => Verdict::Passed {
                replay_mark: Some(mark),
            },
            Err(reason) => Verdict::Refused(reason),
        }
    }

    fn try_check(&self, answer: &Answer, form_id: &str) -> Result<ReplayMark, RefusedReason> {
        let posted = answer.altcha().ok_or(RefusedReason::Missing)?;
        let payload = parse(posted).ok_or(RefusedReason::Malformed)?;
        let parameters = &payload.challenge.parameters;
        // Without an end or a signed key it is not one of ours: both are always there. The crate
        // would take the first for "never ends" and the second for "compute it again".
        let expires_at = parameters.expires_at.filter(|end| *end > 0);
        let expires_at = expires_at.ok_or(RefusedReason::Wrong)?;
        if parameters
            .key_signature
            .as_deref()
            .is_none_or(str::is_empty)
        {
            return Err(RefusedReason::Wrong);
        }
        let result = altcha::verify_solution(VerifySolutionOptions {
            hmac_key_signature_secret: Some(self.key_signature_key.expose_secret().to_owned()),
            ..VerifySolutionOptions::new(
                &payload.challenge,
                &payload.solution,
                self.signature_key.expose_secret(),
            )
        })
        .map_err(|_| RefusedReason::Malformed)?;
        if result.expired {
            return Err(RefusedReason::Expired);
        }
        if !result.verified {
            return Err(RefusedReason::Wrong);
        }
        let form = parameters.data.as_ref().and_then(|data| data.get(FORM));
        if form.and_then(Value::as_str) != Some(form_id) {
            return Err(RefusedReason::Elsewhere);
        }
        Ok(ReplayMark {
            nonce: parameters.nonce.clone(),
            expires_at,
        })
    }
}

impl Captcha for Altcha {
    fn provider(&self, challenge_url: &str) -> Provider {
        Provider::Altcha {
            challenge_url: challenge_url.to_owned(),
        }
    }

    fn challenge(&self, form_id: &str, _lang: &str) -> Option<Value> {
        let challenge = self.make(form_id, UNIX_EPOCH.elapsed().ok()?)?;
        serde_json::to_value(challenge).ok()
    }

    fn verify<'a>(
        &'a self,
        answer: &'a Answer,
        context: &'a VerifyContext<'a>,
    ) -> BoxFuture<'a, Verdict> {
        Box::pin(std::future::ready(self.check(answer, context.form_id)))
    }
}

fn parse(posted: &str) -> Option<Payload> {
    if posted.len() > LONGEST_ANSWER {
        return None;
    }
    let json = BASE64.decode(posted).ok()?;
    serde_json::from_slice(&json).ok()
}

/// A key of its own for each purpose, so that one signature never passes for the other.
fn derive(secret: &SecretString, purpose: &str) -> SecretString {
    // HMAC takes keys of any length: this cannot fail, and an empty key would only make every
    // signature wrong, never right.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return SecretString::from(uuid::Uuid::new_v4().to_string());
    };
    mac.update(purpose.as_bytes());
    let key = mac.finalize().into_bytes();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    SecretString::from(hex)
}

#[cfg(test)]
pub(crate) mod tests {
    use altcha::{SolveChallengeOptions, solve_challenge};
    use proptest::prelude::*;

    use super::*;

    pub(in crate::captcha) fn provider(secret: &str) -> Altcha {
        Altcha::new(&SecretString::from(secret), 1, DEFAULT_TTL)
    }

    pub(crate) fn solve(challenge: &Value) -> Answer {
        let challenge: Challenge = serde_json::from_value(challenge.clone()).unwrap();
        answer(&solved(challenge))
    }

    fn solved(challenge: Challenge) -> Payload {
        let solution = solve_challenge(SolveChallengeOptions::new(&challenge))
            .unwrap()
            .unwrap();
        Payload {
            challenge,
            solution,
        }
    }

    fn answer(payload: &Payload) -> Answer {
        Answer {
            altcha: Some(BASE64.encode(serde_json::to_vec(payload).unwrap())),
            hcaptcha: None,
        }
    }

    fn fresh(altcha: &Altcha) -> Payload {
        solved(
            altcha
                .make("safe-online", UNIX_EPOCH.elapsed().unwrap())
                .unwrap(),
        )
    }

    fn refused(reason: RefusedReason) -> Verdict {
        Verdict::Refused(reason)
    }

    #[test]
    fn a_solved_challenge_passes_and_leaves_a_mark() {
        let altcha = provider("secret");
        let challenge = altcha.challenge("safe-online", "nl").unwrap();
        let verdict = altcha.check(&solve(&challenge), "safe-online");
        let Verdict::Passed {
            replay_mark: Some(mark),
        } = verdict
        else {
            panic!("{verdict:?}");
        };
        assert_eq!(challenge["parameters"]["nonce"], mark.nonce);
        assert_eq!(challenge["parameters"]["expiresAt"], mark.expires_at);
        assert!(mark.expires_at > 0);
        let again = altcha.challenge("safe-online", "nl").unwrap();
        assert_ne!(again["parameters"]["nonce"], mark.nonce);
    }

    #[test]
    fn nothing_the_browser_sends_back_may_be_changed() {
        let altcha = provider("secret");
        type Change = fn(&mut Payload);
        let changes: [Change; 9] = [
            |p| p.challenge.parameters.cost = 0,
            |p| p.challenge.parameters.nonce.replace_range(0..2, "zz"),
            |p| p.challenge.parameters.salt.clear(),
            |p| p.challenge.parameters.key_prefix.clear(),
            |p| p.challenge.parameters.key_signature = None,
            |p| p.challenge.parameters.expires_at = None,
            |p| p.challenge.parameters.expires_at = Some(i64::MAX),
            |p| p.challenge.signature = None,
            |p| p.solution.derived_key.replace_range(0..2, "zz"),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut payload = fresh(&altcha);
            change(&mut payload);
            let verdict = altcha.check(&answer(&payload), "safe-online");
            assert_eq!(verdict, refused(RefusedReason::Wrong), "change {number}");
        }
    }

    #[test]
    fn an_answer_is_good_for_its_own_form_and_site() {
        let altcha = provider("secret");
        let payload = answer(&fresh(&altcha));
        let elsewhere = refused(RefusedReason::Elsewhere);
        assert_eq!(altcha.check(&payload, "news"), elsewhere);
        let other = provider("another secret");
        let wrong = refused(RefusedReason::Wrong);
        assert_eq!(other.check(&payload, "safe-online"), wrong);
    }

    #[test]
    fn an_unsolved_challenge_is_refused() {
        let altcha = provider("secret");
        let mut payload = fresh(&altcha);
        payload.solution.derived_key = payload.challenge.parameters.key_prefix.clone();
        let wrong = refused(RefusedReason::Wrong);
        assert_eq!(altcha.check(&answer(&payload), "safe-online"), wrong);
    }

    #[test]
    fn it_ends() {
        let altcha = provider("secret");
        let made = UNIX_EPOCH.elapsed().unwrap() - DEFAULT_TTL - Duration::from_secs(2);
        let payload = solved(altcha.make("safe-online", made).unwrap());
        let expired = refused(RefusedReason::Expired);
        assert_eq!(altcha.check(&answer(&payload), "safe-online"), expired);
    }

    #[test]
    fn no_answer_and_no_json_are_told_apart() {
        let altcha = provider("secret");
        let none = altcha.check(&Answer::default(), "safe-online");
        assert_eq!(none, refused(RefusedReason::Missing));
        for text in [
            "x",
            "e30=",
            &BASE64.encode("[".repeat(4000)),
            &"A".repeat(9000),
        ] {
            let answer = Answer {
                altcha: Some(text.to_owned()),
                hcaptcha: None,
            };
            let verdict = altcha.check(&answer, "safe-online");
            assert_eq!(verdict, refused(RefusedReason::Malformed), "{text:.20}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_refused(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let altcha = provider("secret");
            for posted in [text, BASE64.encode(bytes)] {
                let answer = Answer { altcha: Some(posted), hcaptcha: None };
                prop_assert!(matches!(altcha.check(&answer, "f"), Verdict::Refused(_)));
            }
        }

        #[test]
        fn odd_fields_are_refused(
            algorithm in "(PBKDF2/SHA-256|SHA-256|SCRYPT|.{0,9})", cost in any::<u32>(),
            length in any::<usize>(), end in any::<Option<i64>>(), hex in "[0-9a-f]{0,9}|.{0,5}",
        ) {
            let altcha = provider("secret");
            let challenge = serde_json::json!({
                "parameters": {
                    "algorithm": algorithm, "cost": cost, "keyLength": length, "expiresAt": end,
                    "keyPrefix": hex, "keySignature": hex, "nonce": hex, "salt": hex,
                    "data": {"form": "f"},
                },
                "signature": hex,
            });
            let payload = serde_json::json!({
                "challenge": challenge, "solution": {"counter": cost, "derivedKey": hex},
            });
            let answer = Answer { altcha: Some(BASE64.encode(payload.to_string())), hcaptcha: None };
            prop_assert!(matches!(altcha.check(&answer, "f"), Verdict::Refused(_)));
        }
    }
}
