//! The campaign file: the one file that the site's build hands to the petition service.
//!
//! The build (`groundswell`) writes it, the service (`petition-service`) reads it, and nothing
//! else passes between them. It says which forms exist, in which languages, with which consent
//! texts, where the visitor is sent at each step, and in which words the service speaks.
//!
//! Rules of the format:
//! * [`VERSION`] is raised with each change that an older reader would misread; a reader refuses
//!   every other version ([`CampaignFile::from_json`]).
//! * Facts stand once per form; texts stand once per form and language.
//! * A consent text travels with its hash ([`ConsentText`]), and the reader checks it.

mod address;
mod day;
mod field;
mod file;
mod form;
mod language;
mod partner;
pub mod texts;
mod validate;

pub use field::{
    CustomField, CustomKind, Field, FieldRule, FieldTexts, FormField, LONGEST_CUSTOM, MOST_CUSTOM,
    Presence, RESERVED,
};
pub use file::{CampaignFile, ReadError, Site, VERSION, json_schema};
pub use form::{
    ConsentText, Form, FormKind, FormLanguage, MOST_TOPICS, NewsletterFacts, PetitionFacts,
    PetitionState, is_topic,
};
pub use language::{Direction, Language, SHELL_MAIN, SHELL_TITLE, StepPages};
pub use partner::Partner;
