//! A person's own rights, from the links in their mails on.

use axum::http::StatusCode;

use super::{SIGN, TestService, link, signer};
use crate::store::testing::{On, on_both};

on_both![
    a_reader_chooses_topics_and_language_pauses_and_goes_on,
    a_signer_gets_a_copy_and_is_erased,
    who_wants_no_mail_ever_gets_none_and_nobody_can_tell,
];

const SUBSCRIBE: &str = "/newsletters/news/subscribe";

async fn subscribe(service: &TestService, email: &str) {
    let fields = [("email", email), ("consent", "yes"), ("lang", "fr")];
    service.post(SUBSCRIBE, &fields).await;
}

/// Subscribes, confirms, and gives the path of the preferences.
async fn subscribed(service: &TestService, email: &str) -> String {
    subscribe(service, email).await;
    let mail = service.mail(email, "/confirm/").await;
    service.post(&link(&mail, "confirm"), &[]).await;
    link(&service.mail(email, "/manage/").await, "manage")
}

async fn press(service: &TestService, path: &str, action: &str) -> String {
    let answer = service.post(path, &[("action", action)]).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{action}: {}",
        answer.body
    );
    answer.header("location").to_owned()
}

async fn a_reader_chooses_topics_and_language_pauses_and_goes_on(on: On) {
    let service = TestService::start(on, "").await;
    let manage = subscribed(&service, "a@example.org").await;
    let page = service.get(&manage).await.body;
    assert!(
        page.contains("fr manage title") && page.contains("fr &#60;research&#62;"),
        "{page}"
    );
    assert!(!page.contains("checked"), "{page}");

    let fields = [
        ("action", "save"),
        ("topics", "research"),
        ("topics", "gone"),
        ("lang", "ar"),
    ];
    let saved = service.post(&manage, &fields).await;
    assert_eq!(
        saved.header("location"),
        format!("/service{manage}?done=saved")
    );
    let page = service.get(&format!("{manage}?done=saved")).await.body;
    assert!(
        page.contains("ar manage saved") && page.contains("dir=\"rtl\""),
        "{page}"
    );
    assert!(page.contains("value=\"research\" checked"), "{page}");

    press(&service, &manage, "pause").await;
    let page = service.get(&manage).await.body;
    assert!(page.contains("ar manage paused") && page.contains("ar manage resume button"));
    press(&service, &manage, "resume").await;
    assert!(
        service
            .get(&manage)
            .await
            .body
            .contains("ar manage pause button")
    );

    let gone = press(&service, &manage, "unsubscribe").await;
    assert_eq!(gone, "https://site.example/ar/unsubscribed/");
    // Everything of theirs is gone, their language too: the form's speaks.
    let again = service.get(&manage).await;
    assert_eq!(
        again.header("location"),
        "https://site.example/fr/unsubscribed/"
    );
    let nothing = service.post(&manage, &[("action", "nonsense")]).await;
    assert_eq!(nothing.status, StatusCode::BAD_REQUEST);
    let other = manage.replace("/manage/", "/unsubscribe/");
    assert_eq!(service.get(&other).await.status, StatusCode::NOT_FOUND);
}

async fn a_signer_gets_a_copy_and_is_erased(on: On) {
    let service = TestService::start(on, "").await;
    service.post(SIGN, &signer("anna@example.org", "en")).await;
    let mail = service.mail("anna@example.org", "/confirm/").await;
    service.post(&link(&mail, "confirm"), &[]).await;
    service.count_becomes(1).await;
    let withdraw = link(&mail, "withdraw");
    assert!(
        service
            .get(&withdraw)
            .await
            .body
            .contains("en rights export button")
    );

    let told = press(&service, &withdraw, "export").await;
    assert_eq!(told, format!("/service{withdraw}?done=mailed"));
    let page = service.get(&format!("{withdraw}?done=mailed")).await.body;
    assert!(page.contains("en rights mailed"), "{page}");
    let mail = service.mail("anna@example.org", "/export/").await;
    assert!(mail.header("list-id").is_none());
    let export = link(&mail, "export");
    assert!(service.get(&export).await.body.contains("en export button"));
    let copy = service.post(&export, &[]).await;
    assert!(copy.header("content-disposition").starts_with("attachment"));
    let json = copy.json();
    assert_eq!(json["email"], "anna@example.org");
    assert_eq!(json["state"], "confirmed");
    assert_eq!(json["forms"][0]["consent_text"], "Consent \"en\" & more");
    assert_eq!(json["forms"][0]["confirmed_how"], "link");
    assert!(json["forms"][0]["sealed_to"].is_string());
    assert_eq!(json["mails"][0]["kind"], "confirm_petition");
    assert_eq!(json["links"][0]["opens_the_address"], true);

    // One mail of a kind within the pause, and the answer is the same.
    assert_eq!(press(&service, &withdraw, "export").await, told);
    press(&service, &withdraw, "erase").await;
    let mail = service.mail("anna@example.org", "/erase/").await;
    let mails = service.mailer.mails();
    let exports = mails.iter().filter(|mail| mail.text.contains("/export/"));
    assert_eq!(exports.count(), 1);

    let erase = link(&mail, "erase");
    assert!(service.get(&erase).await.body.contains("en erase button"));
    assert_eq!(service.count().await, 1, "looking erases nothing");
    let erased = service.post(&erase, &[]).await;
    assert_eq!(erased.status, StatusCode::OK);
    assert!(erased.body.contains("en erased number"), "{}", erased.body);
    assert_eq!(
        service.post(&erase, &[]).await.body,
        erased.body,
        "twice is once"
    );
    service.count_becomes(0).await;
    // The other links lead nowhere any more.
    for path in [&withdraw, &export] {
        assert_eq!(service.get(path).await.status, StatusCode::NOT_FOUND);
    }
}

async fn who_wants_no_mail_ever_gets_none_and_nobody_can_tell(on: On) {
    let service = TestService::start(on, "").await;
    let manage = subscribed(&service, "a@example.org").await;
    let gone = press(&service, &manage, "never").await;
    assert_eq!(gone, "https://site.example/fr/unsubscribed/");
    let before = service.mailer.mails().len();

    let fresh = service.post(SIGN, &signer("b@example.org", "fr")).await;
    let silent = service.post(SIGN, &signer("A@Example.org", "fr")).await;
    assert_eq!(silent.status, fresh.status);
    assert_eq!(silent.header("location"), fresh.header("location"));
    subscribe(&service, "a@example.org").await;
    subscribe(&service, "c@example.org").await;
    service.mail("b@example.org", "/confirm/").await;
    service.mail("c@example.org", "/confirm/").await;
    assert_eq!(service.mailer.mails().len(), before + 2);
}
