//! A newsletter's topics, right and wrong.

use campaign_file::FormKind;

use super::gather;

const LETTER: &str = r#"+++
title = "Nieuws"
[extra.newsletter]
id = "news"
list_id = "news.a.example"
topics = ["news", "research"]
consent_version = "1"
[extra.newsletter_texts]
consent = "Ja."
[extra.newsletter_texts.topics]
news = "Nieuws"
research = "Onderzoek"
+++
"#;

#[test]
fn a_newsletters_topics_have_words_in_each_language() {
    let french = "+++\ntitle = \"Nouvelles\"\n[extra.newsletter_texts]\nconsent = \"Oui.\"\n\
        [extra.newsletter_texts.topics]\nnews = \"Nouvelles\"\nresearch = \"Recherche\"\n+++\n";
    let letter =
        |nl: &str, fr: &str| gather(&[("content/letter.md", nl), ("content/letter.fr.md", fr)]);
    let (campaign, faults) = letter(LETTER, french);
    assert!(faults.is_empty(), "{faults:?}");
    let form = campaign.forms.get("news").expect("the form");
    assert!(
        matches!(&form.kind, FormKind::Newsletter(facts) if facts.topics == ["news", "research"])
    );
    let words = &form.languages.get("fr").expect("French").topics;
    assert_eq!(words.get("research").map(String::as_str), Some("Recherche"));

    let wrong = LETTER.replace("\"research\"]", "\"research\", \"news\", \"Not One\"]");
    let (_, faults) = letter(&wrong, &french.replace("research =", "reserch ="));
    for (told, hint) in [
        ("the topic `news` is listed twice", "topics = ["),
        ("`Not One` cannot be the name of a topic", "lower-case"),
        ("no topic `reserch`", "did you mean `research`?"),
        (
            "the words of the topic `research` are missing in the language `fr`",
            "write research = ",
        ),
    ] {
        let named = |fault: &&String| fault.contains(told) && fault.contains(hint);
        let fault = faults.iter().find(named);
        let fault = fault.unwrap_or_else(|| panic!("{told}: {faults:?}"));
        assert!(fault.contains("letter"), "the file is named: {fault}");
    }
}
