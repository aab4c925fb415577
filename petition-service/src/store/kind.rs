//! The kinds of mails.

/// The mails of the outbox, in their order of haste. Their names are those of
/// `mail::MailKind`, which this module does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboxKind {
    /// Asks to confirm a signature.
    ConfirmPetition,
    /// Asks to confirm a subscription.
    ConfirmNewsletter,
    /// Reminds once of a signature that is not confirmed.
    RemindPetition,
    /// Says that the address has signed already.
    AlreadySigned,
    /// Says that the address is subscribed already.
    AlreadySubscribed,
    /// Welcomes a subscriber.
    WelcomeNewsletter,
    /// Brings the link to a person's copy of what is known.
    ExportLink,
    /// Brings the link that erases it.
    EraseLink,
}

impl OutboxKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::ConfirmPetition,
        Self::ConfirmNewsletter,
        Self::RemindPetition,
        Self::AlreadySigned,
        Self::AlreadySubscribed,
        Self::WelcomeNewsletter,
        Self::ExportLink,
        Self::EraseLink,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfirmPetition => "confirm_petition",
            Self::ConfirmNewsletter => "confirm_newsletter",
            Self::RemindPetition => "remind_petition",
            Self::AlreadySigned => "already_signed",
            Self::AlreadySubscribed => "already_subscribed",
            Self::WelcomeNewsletter => "welcome_newsletter",
            Self::ExportLink => "export_link",
            Self::EraseLink => "erase_link",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The lower, the sooner it is sent; 4 at most.
    pub(super) fn priority(self) -> i64 {
        match self {
            Self::ConfirmPetition => 0,
            Self::ConfirmNewsletter => 1,
            Self::AlreadySigned | Self::AlreadySubscribed | Self::ExportLink | Self::EraseLink => 2,
            Self::WelcomeNewsletter => 3,
            Self::RemindPetition => 4,
        }
    }
}
