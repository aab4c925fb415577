//! Looking things up in a campaign file: languages, words, forms.

use campaign_file::{CampaignFile, Form, FormKind, FormLanguage, Language, texts};

/// A sound campaign file with its default language at hand.
#[derive(Clone, Debug)]
pub struct Campaign {
    file: CampaignFile,
    default: Language,
}

impl Campaign {
    /// A campaign; none if the default language is not described (which reading a file rules out).
    #[must_use]
    pub fn new(file: CampaignFile) -> Option<Self> {
        let default = file.languages.get(&file.site.default_language)?.clone();
        Some(Self { file, default })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &CampaignFile {
        &self.file
    }

    /// The language asked for, or the site's default language.
    #[must_use]
    pub fn voice(&self, asked: &str) -> Voice<'_> {
        match self.file.languages.get_key_value(asked) {
            Some((code, language)) => Voice { code, language },
            None => self.default_voice(),
        }
    }

    /// The site's default language.
    #[must_use]
    pub fn default_voice(&self) -> Voice<'_> {
        Voice {
            code: &self.file.site.default_language,
            language: &self.default,
        }
    }

    /// A form in exactly the language asked for. Who joins must have read the consent text that is
    /// kept as the proof, so no other language stands in for a missing one.
    #[must_use]
    pub fn form(&self, id: &str, asked: &str) -> Option<FormIn<'_>> {
        let (id, form) = self.file.forms.get_key_value(id)?;
        let (code, texts) = form.languages.get_key_value(asked)?;
        Some(self.form_in(id, form, code, texts))
    }

    /// A form to speak of with someone who has joined already: in their language, or else in the
    /// site's default language, or else in any that it has. Nobody is kept from leaving because the
    /// form lost a language.
    #[must_use]
    pub fn form_known(&self, id: &str, asked: &str) -> Option<FormIn<'_>> {
        let (id, form) = self.file.forms.get_key_value(id)?;
        let (code, texts) = form
            .languages
            .get_key_value(asked)
            .or_else(|| {
                form.languages
                    .get_key_value(&self.file.site.default_language)
            })
            .or_else(|| form.languages.first_key_value())?;
        Some(self.form_in(id, form, code, texts))
    }

    /// The languages in which a form exists, with its texts in each.
    #[must_use]
    pub fn languages_of(&self, id: &str) -> Vec<FormIn<'_>> {
        let form = self.file.forms.get_key_value(id);
        form.into_iter()
            .flat_map(|(id, form)| {
                let languages = form.languages.iter();
                languages.map(move |(code, texts)| self.form_in(id, form, code, texts))
            })
            .collect()
    }

    /// The ids of the newsletters.
    pub fn newsletters(&self) -> impl Iterator<Item = &str> {
        let forms = self.file.forms.iter();
        let letters = forms.filter(|(_, form)| matches!(form.kind, FormKind::Newsletter(_)));
        letters.map(|(id, _)| id.as_str())
    }

    fn form_in<'a>(
        &'a self,
        id: &'a str,
        form: &'a Form,
        code: &str,
        texts: &'a FormLanguage,
    ) -> FormIn<'a> {
        FormIn {
            id,
            form,
            texts,
            voice: self.voice(code),
        }
    }
}

/// One language of the site, to speak with.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    /// Language code.
    pub code: &'a str,
    /// Its pages, shell and words.
    pub language: &'a Language,
}

impl<'a> Voice<'a> {
    /// A text by its key (see [`texts::REQUIRED`]). A missing key cannot happen in a file that was
    /// read and checked; should it happen, the key itself is shown rather than nothing.
    #[must_use]
    pub fn text(&self, key: &'a str) -> &'a str {
        self.language.texts.get(key).map_or(key, String::as_str)
    }

    /// A text with values in its placeholders.
    #[must_use]
    pub fn fill(&self, key: &'a str, values: &[(&str, &str)]) -> String {
        texts::fill(self.text(key), values)
    }

    /// `ltr` or `rtl`.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        self.language.direction.as_str()
    }
}

/// A form in one language.
#[derive(Clone, Copy, Debug)]
pub struct FormIn<'a> {
    /// The form's id.
    pub id: &'a str,
    /// Its facts.
    pub form: &'a Form,
    /// Its texts in this language.
    pub texts: &'a FormLanguage,
    /// The same language's words. Its code is the language of `texts`.
    pub voice: Voice<'a>,
}

impl FormIn<'_> {
    /// Whether this is a petition (else a newsletter).
    #[must_use]
    pub fn is_petition(&self) -> bool {
        matches!(self.form.kind, FormKind::Petition(_))
    }

    /// Whether the form stands on that page in this language: what a posted form claims is
    /// believed only then. Query and fragment do not matter.
    #[must_use]
    pub fn stands_on(&self, page: &str) -> bool {
        let bare = page.split(['?', '#']).next().unwrap_or_default();
        bare == self.texts.page || self.texts.form_pages.iter().any(|known| known == bare)
    }
}
