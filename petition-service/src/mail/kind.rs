//! The kinds of mails.

/// The mails that the service sends, as their outbox rows name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// Asks to confirm a signature.
    ConfirmPetition,
    /// Reminds once of a signature that is not confirmed.
    RemindPetition,
    /// Answers a form sent for an address that had signed already.
    AlreadySigned,
    /// Asks to confirm a subscription.
    ConfirmNewsletter,
    /// Welcomes a subscriber.
    WelcomeNewsletter,
    /// Answers a form sent for an address that is subscribed already.
    AlreadySubscribed,
    /// Brings the link to a person's copy of what is known.
    ExportLink,
    /// Brings the link that erases it.
    EraseLink,
}

/// Days that a link to one's rights is good.
pub const RIGHTS_DAYS: u32 = 1;

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::ConfirmPetition,
        Self::RemindPetition,
        Self::AlreadySigned,
        Self::ConfirmNewsletter,
        Self::WelcomeNewsletter,
        Self::AlreadySubscribed,
        Self::ExportLink,
        Self::EraseLink,
    ];

    /// Its name, also in the keys of its texts (`mail_{name}_subject`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfirmPetition => "confirm_petition",
            Self::RemindPetition => "remind_petition",
            Self::AlreadySigned => "already_signed",
            Self::ConfirmNewsletter => "confirm_newsletter",
            Self::WelcomeNewsletter => "welcome_newsletter",
            Self::AlreadySubscribed => "already_subscribed",
            Self::ExportLink => "export_link",
            Self::EraseLink => "erase_link",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
