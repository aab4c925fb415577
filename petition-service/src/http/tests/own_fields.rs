//! A petition's own fields, from the form to its faults.

use axum::http::StatusCode;

use super::{SIGN, TestService, signer};
use crate::campaign::sample;
use crate::store::testing::On;

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_own_fields_are_told_by_their_labels() {
    let service = TestService::start_with(On::Sqlite, "", &sample::with_custom_fields()).await;
    let with = |more: &[(&'static str, &'static str)]| {
        [signer("anna@example.org", "fr"), more.to_vec()].concat()
    };
    let fields = with(&[("level", "university"), ("school", "De Bron")]);
    let answer = service.post(SIGN, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for wanted in [
        "fr error choice fr &#60;level&#62;",
        "fr error tick fr &#60;teacher&#62;",
        "id=\"gs-school\" name=\"school\" type=\"text\" value=\"De Bron\"",
    ] {
        assert!(answer.body.contains(wanted), "{wanted}: {}", answer.body);
    }
    let fields = with(&[
        ("level", "primary"),
        ("teacher", "yes"),
        ("show_name", "yes"),
    ]);
    assert_eq!(
        service.post(SIGN, &fields).await.status,
        StatusCode::SEE_OTHER
    );
}
