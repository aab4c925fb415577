//! Suppression: before a mail is queued, before it leaves, and after everything else is erased.

use crate::domain::{Keys, Purpose};
use crate::store::suppressions::key_of;
use crate::store::testing::{
    On, minute, on_both, signature, subscription, tokens, with_newsletter,
};
use crate::store::{EraseOutcome, SignUpOutcome, Store, SuppressionReason};

on_both![
    a_suppressed_mailbox_gets_nothing_and_erasure_leaves_it_so,
    a_mailbox_that_is_gone_gets_no_newsletters_only,
];

const SILENT: SignUpOutcome = SignUpOutcome::Accepted { mail_queued: false };
const HEARD: SignUpOutcome = SignUpOutcome::Accepted { mail_queued: true };

async fn queued(store: &Store, at: i64) -> usize {
    let jobs = store.outbox_claim(100, minute(at)).await;
    jobs.expect("claimed").len()
}

fn key(store: &Store, address: &str) -> [u8; 16] {
    key_of(&*store.options.vault, address).expect("an address")
}

fn letter(address: &str) -> [u8; 32] {
    Keys::new(b"secret").dedupe_key("n", address)
}

async fn a_suppressed_mailbox_gets_nothing_and_erasure_leaves_it_so(on: On) {
    let (store, _home) = on.store().await;
    let sign = async |form, at| store.sign_up(form, minute(at)).await.expect("taken");
    let address = "a@example.org";
    sign(subscription(address), 0).await;
    let confirm = tokens(&store, Purpose::ConfirmSubscription, 0).await;
    store.confirm(&confirm[0], minute(1)).await.expect("done");
    // The welcome waits; its mailbox is suppressed before it leaves.
    let jobs = store.outbox_claim(10, minute(1)).await;
    let welcome = jobs.expect("claimed").pop().expect("the welcome");
    assert!(!store.is_suppressed(&welcome).await.expect("read"));
    let reason = SuppressionReason::Asked;
    let key = key(&store, address);
    let ended = store.suppress(key, vec![letter(address)], reason, minute(2));
    assert_eq!(ended.await.expect("done"), 1);
    assert!(store.is_suppressed(&welcome).await.expect("read"));
    assert_eq!(queued(&store, 9).await, 0, "what waited is gone");

    assert_eq!(sign(signature(" A@EXAMPLE.org"), 10).await, SILENT);
    assert_eq!(sign(subscription(address), 10).await, SILENT);
    assert_eq!(sign(signature("b@example.org"), 10).await, HEARD);
    assert_eq!(queued(&store, 10).await, 1);
    assert!(store.unsuppress(key).await.expect("done"));
    assert!(!store.unsuppress(key).await.expect("done"));
    assert_eq!(sign(subscription(address), 11).await, HEARD);

    // Erasing a signature leaves the wish for no mail.
    let erase = tokens(&store, Purpose::Erase, 12).await;
    store
        .suppress(key, Vec::new(), reason, minute(12))
        .await
        .expect("done");
    for token in erase {
        let erased = store.erase(token.hash(), minute(13)).await.expect("done");
        assert!(matches!(erased, EraseOutcome::Erased { .. }), "{erased:?}");
    }
    assert_eq!(sign(signature(address), 14).await, SILENT);
}

async fn a_mailbox_that_is_gone_gets_no_newsletters_only(on: On) {
    let (store, _home) = on.store().await;
    let sign = async |form, at| store.sign_up(form, minute(at)).await.expect("taken");
    let address = "a@example.org";
    sign(subscription(address), 0).await;
    let jobs = store.outbox_claim(10, minute(0)).await;
    let job = jobs.expect("claimed").pop().expect("the mail");
    let bounced = store.bounced(&job.recipient.email, job.attempt_id, minute(1));
    bounced.await.expect("done");
    assert_eq!(sign(subscription(address), 100).await, SILENT);
    // Somebody repaired it, and signs with the newsletter's box ticked: a mail proves that it is there.
    let petition = with_newsletter(signature(address));
    assert_eq!(sign(petition, 100).await, HEARD);
    let confirm = tokens(&store, Purpose::ConfirmSignature, 100).await;
    store.confirm(&confirm[0], minute(101)).await.expect("done");
    assert_eq!(queued(&store, 102).await, 1, "the welcome");
}
