//! The pages from a sample campaign whose words hold characters that must be escaped.

use campaign_file::{Field, SHELL_MAIN};

use super::*;
use crate::campaign::{Campaign, sample};

const EVIL: &str = "\"><script>alert('1')</script>&amp; %%groundswell-main%%";

fn campaign() -> Campaign {
    Campaign::new(sample::file()).unwrap()
}

fn action<'a>(campaign: &'a Campaign, form: &str, lang: &str) -> Action<'a> {
    let form = campaign.form(form, lang).unwrap();
    Action {
        form: Some(form),
        voice: form.voice,
        is_petition: form.is_petition(),
        post_to: "/service/confirm/a_b-c",
        auto_post: None,
        notice: None,
    }
}

fn values(text: &str) -> FormValues {
    let field = |field: Field| {
        let value = format!("{text}{}", field.name());
        (field.name().to_owned(), Private::new(value))
    };
    FormValues {
        fields: Field::ALL.map(field).to_vec(),
        consent: true,
        newsletter: true,
        form_page: Private::new("https://site.example/news/article/?a=1&b=\"2\"".to_owned()),
        ..FormValues::default()
    }
}

fn mistake(field: &str, message: &str) -> Mistake {
    Mistake {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

fn again(
    campaign: &Campaign,
    id: &str,
    lang: &str,
    values: &FormValues,
    wrong: &[Mistake],
) -> String {
    let verb = if id == "news" {
        "newsletters/news/subscribe"
    } else {
        "petitions/safe-online/sign"
    };
    form_again(&FormAgain {
        form: campaign.form(id, lang).unwrap(),
        post_to: &format!("/service/{verb}"),
        values,
        mistakes: wrong,
        email_meant: None,
    })
}

/// The attributes of the element with that id.
fn tag<'a>(html: &'a str, id: &str) -> &'a str {
    let with_id = format!(" id=\"{id}\"");
    let mut tags = html.split('<').filter_map(|rest| rest.split('>').next());
    let found = tags.find(|tag| tag.contains(&with_id));
    found.unwrap_or_else(|| panic!("no {id}: {html}"))
}

#[test]
fn each_action_has_one_button_that_posts() {
    let campaign = campaign();
    for lang in sample::LANGUAGES {
        let pages = [
            (
                confirm(&action(&campaign, "safe-online", lang)),
                "confirm petition",
            ),
            (
                confirm(&action(&campaign, "news", lang)),
                "confirm newsletter",
            ),
            (
                withdraw(&action(&campaign, "safe-online", lang)),
                "withdraw",
            ),
            (unsubscribe(&action(&campaign, "news", lang)), "unsubscribe"),
            (export(&action(&campaign, "news", lang)), "export"),
            (erase(&action(&campaign, "safe-online", lang)), "erase"),
        ];
        for (html, key) in pages {
            // A signer's rights have two buttons of their own.
            let rights = usize::from(key == "withdraw");
            assert_eq!(html.matches("<button").count(), 1 + 2 * rights, "{html}");
            assert_eq!(html.matches("<form").count(), 1 + rights, "{html}");
            assert!(
                html.contains("method=\"post\" action=\"/service/confirm/a_b-c\">"),
                "{html}"
            );
            for part in ["title", "intro", "button"] {
                assert!(
                    html.contains(&format!("{lang} {key} {part}")),
                    "{key} {part}: {html}"
                );
            }
            assert!(html.contains(&format!("<html lang=\"{lang}\"")), "{html}");
            assert_eq!(html.contains("dir=\"rtl\""), lang == "ar", "{html}");
            assert!(
                html.contains(&format!("&#60;{lang}&#62;")),
                "the form's title: {html}"
            );
            assert!(
                !html.contains("<script") && !html.contains("auto-post"),
                "{html}"
            );
            assert!(!html.contains("%%"), "{html}");
        }
    }
}

#[test]
fn only_the_confirmation_may_press_its_own_button() {
    let campaign = campaign();
    let action = Action {
        auto_post: Some("/service/assets/confirm.js"),
        ..action(&campaign, "safe-online", "nl")
    };
    let html = confirm(&action);
    assert!(html.contains(" data-auto-post>"), "{html}");
    assert!(html.contains("<script src=\"/service/assets/confirm.js\" defer></script>"));
    assert!(
        html.contains("data-working") && html.contains("nl confirm working"),
        "{html}"
    );
    for html in [withdraw(&action), unsubscribe(&action)] {
        assert!(
            !html.contains("<script") && !html.contains("auto-post"),
            "{html}"
        );
    }
}

#[test]
fn a_form_comes_back_with_all_that_was_typed() {
    let campaign = campaign();
    let mut values = values("été ");
    values.fields.retain(|(name, _)| name != "country");
    values
        .fields
        .push(("country".to_owned(), Private::new("BE".to_owned())));
    for lang in sample::LANGUAGES {
        let html = again(&campaign, "safe-online", lang, &values, &[]);
        for field in Field::ALL {
            let name = field.name();
            let label = format!(
                "<label for=\"gs-{name}\">{lang} label {}",
                name.replace('_', " ")
            );
            assert!(html.contains(&label), "{label}: {html}");
            let tag = tag(&html, &format!("gs-{name}"));
            assert!(tag.contains(&format!(" name=\"{name}\"")), "{tag}");
            let required = matches!(field, Field::FirstName | Field::LastName | Field::Email);
            assert_eq!(tag.contains(" required"), required, "{tag}");
            assert!(!tag.contains("aria-invalid"), "{tag}");
            match field {
                Field::Country => {
                    assert!(html.contains("<option value=\"BE\" selected>"), "{html}");
                }
                Field::Comment => assert!(html.contains(">\nété comment</textarea>"), "{html}"),
                _ => assert!(tag.contains(&format!(" value=\"été {name}\"")), "{tag}"),
            }
        }
        assert_eq!(html.matches(" selected").count(), 1);
        assert!(tag(&html, "gs-consent").contains(" checked"));
        assert!(tag(&html, "gs-newsletter").contains(" checked"));
        assert!(tag(&html, "gs-website").contains("name=\"website\" type=\"text\" value=\"\""));
        assert!(html.contains(&format!("name=\"lang\" value=\"{lang}\"")));
        let kept =
            "name=\"form_page\" value=\"https://site.example/news/article/?a=1&#38;b=&#34;2&#34;\"";
        assert!(html.contains(kept), "{html}");
        let captcha =
            format!("data-gs-captcha=\"/service/captcha?form=safe-online&#38;lang={lang}\"");
        assert!(html.contains(&captcha), "{html}");
        assert!(!html.contains("gs-errors"), "{html}");
        assert!(html.contains("action=\"/service/petitions/safe-online/sign\""));
    }
}

#[test]
fn an_empty_form_has_nothing_ticked() {
    let html = again(
        &campaign(),
        "safe-online",
        "en",
        &FormValues::default(),
        &[],
    );
    assert!(
        !html.contains(" checked") && !html.contains(" selected"),
        "{html}"
    );
    assert!(tag(&html, "gs-email").contains(" value=\"\""));
}

#[test]
fn mistakes_are_listed_and_linked_to_their_fields() {
    let wrong = [
        mistake("email", "Mend the address"),
        mistake("email", "and <b>again</b>"),
        mistake("consent", "Tick it"),
        mistake("captcha", "Solve it"),
        mistake("", "The whole form"),
        mistake("unheard_of", "Nowhere"),
    ];
    let html = again(&campaign(), "safe-online", "en", &values(""), &wrong);
    assert!(tag(&html, "gs-errors").contains("role=\"alert\""));
    for id in ["gs-email", "gs-consent"] {
        let tag = tag(&html, id);
        let link = format!("aria-invalid=\"true\" aria-describedby=\"{id}-error\"");
        assert!(tag.contains(&link), "{tag}");
        assert!(html.contains(&format!("<li><a href=\"#{id}\">")), "{html}");
        assert!(
            html.contains(&format!("<p class=\"gs-error\" id=\"{id}-error\">")),
            "{html}"
        );
    }
    assert!(
        html.contains("\"gs-email-error\">Mend the address and &#60;b&#62;again&#60;/b&#62;</p>")
    );
    assert!(html.contains("<li><a href=\"#gs-captcha\">Solve it</a></li>"));
    assert!(html.contains("id=\"gs-captcha-error\">Solve it</p>"));
    assert!(html.contains("<li>The whole form</li>") && html.contains("<li>Nowhere</li>"));
    assert!(!tag(&html, "gs-phone").contains("aria-"));
    assert!(
        html.contains("<title>en form problem title: Safe online"),
        "{html}"
    );
}

#[test]
fn a_newsletter_asks_for_the_address_and_offers_no_second_newsletter() {
    let html = again(&campaign(), "news", "fr", &values(""), &[]);
    assert!(tag(&html, "gs-email").contains("value=\"email\""));
    assert!(html.contains("fr button subscribe") && html.contains("gs-consent"));
    assert!(
        !html.contains("gs-first_name") && !html.contains("gs-newsletter"),
        "{html}"
    );
    assert!(html.contains("\"/service/captcha?form=news&#38;lang=fr\""));
}

#[test]
fn nothing_that_was_typed_or_written_becomes_markup() {
    let mut file = sample::file();
    let form = file.forms.get_mut("safe-online").unwrap();
    form.languages.get_mut("nl").unwrap().title = EVIL.to_owned();
    let campaign = Campaign::new(file).unwrap();
    let mut values = values(EVIL);
    values.form_page = Private::new(EVIL.to_owned());
    let wrong = [
        mistake("email", EVIL),
        mistake("", EVIL),
        mistake(EVIL, EVIL),
    ];
    let evil = Action {
        post_to: EVIL,
        ..action(&campaign, "safe-online", "nl")
    };
    let voice = campaign.voice("nl");
    let pages = [
        again(&campaign, "safe-online", "nl", &values, &wrong),
        confirm(&evil),
        withdraw(&evil),
        problem(Some(voice), EVIL, EVIL),
        problem(None, EVIL, EVIL),
    ];
    for html in pages {
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("alert('1')"), "{html}");
        assert_eq!(
            html.matches("<main>").count(),
            1,
            "a mark in a title is text: {html}"
        );
        assert_eq!(html.matches("</html>").count(), 1, "{html}");
        assert!(
            html.contains(SHELL_MAIN),
            "the mark is shown as it was typed: {html}"
        );
    }
}

#[test]
fn a_problem_speaks_the_language_of_the_site_or_plain_english() {
    let campaign = campaign();
    let html = problem(Some(campaign.voice("ar")), "", "Message & more");
    assert!(html.contains("<h1>ar problem title</h1>"), "{html}");
    assert!(
        html.contains("Message &#38; more") && html.contains("dir=\"rtl\""),
        "{html}"
    );
    assert!(html.contains("<a href=\"https://site.example/ar/\">Veilig &#38; co ar</a>"));
    let html = problem(None, "", "Later");
    assert!(html.contains("<title>That did not work</title>"), "{html}");
    assert!(
        html.starts_with("<!doctype html>") && html.contains("<p>Later</p>"),
        "{html}"
    );
}

#[test]
fn what_was_typed_is_not_printed() {
    assert!(!format!("{:?}", values("Anna")).contains("Anna"));
}

#[test]
fn a_petitions_own_fields_are_asked_like_the_others() {
    let campaign = Campaign::new(sample::with_custom_fields()).unwrap();
    let mut values = FormValues::default();
    let typed = [
        ("school", EVIL),
        ("level", "secondary"),
        ("teacher", "yes"),
        ("show_name", "yes"),
    ];
    values.fields = typed
        .map(|(name, value)| (name.to_owned(), Private::new(value.to_owned())))
        .to_vec();
    let wrong = [
        mistake("level", "Choose"),
        mistake("teacher", "Tick"),
        mistake("source", "?"),
    ];
    let html = again(&campaign, "safe-online", "ar", &values, &wrong);
    for (id, wanted) in [
        ("gs-school", "type=\"text\""),
        (
            "gs-level",
            " required aria-invalid=\"true\" aria-describedby=\"gs-level-error\"",
        ),
        (
            "gs-teacher",
            "type=\"checkbox\" value=\"yes\" checked required aria-invalid=\"true\"",
        ),
        ("gs-show_name", "type=\"checkbox\" value=\"yes\" checked"),
    ] {
        assert!(tag(&html, id).contains(wanted), "{id}: {}", tag(&html, id));
    }
    assert!(
        html.contains("<label for=\"gs-school\">ar &#60;school&#62; <span"),
        "{html}"
    );
    assert!(html.contains("<option value=\"secondary\" selected>ar &#60;secondary&#62;</option>"));
    assert!(html.contains("ar choice choose") && html.contains("ar label show name"));
    assert!(html.contains("<a href=\"#gs-teacher\">Tick</a>"), "{html}");
    assert!(
        !html.contains("winter") && !html.contains("gs-source"),
        "{html}"
    );
    assert!(!html.contains("<script") && html.matches("<main>").count() == 1);
}

#[test]
fn whoever_must_only_wait_is_not_told_to_mend_the_form() {
    let campaign = campaign();
    let said = |field: &str| {
        again(
            &campaign,
            "safe-online",
            "nl",
            &values("x"),
            &[mistake(field, "m")],
        )
    };
    let (wait, mend) = (said(""), said("email"));
    assert!(wait.contains("nl problem title") && !wait.contains("nl form problem"));
    assert!(mend.contains("nl form problem title") && mend.contains("nl form problem intro"));
}
