//! Which links a mail brings, and what each lets its bearer open.

use crate::domain::Purpose;
use crate::store::{OutboxKind, Recipient};

/// The links of a mail; an empty one is not needed.
pub(super) struct Links {
    /// What the mail is for.
    pub(super) confirm: String,
    pub(super) leave: String,
    pub(super) manage: String,
}

/// Which links a mail needs: to confirm, and to leave.
pub(super) fn purposes(kind: OutboxKind) -> (Option<Purpose>, Option<Purpose>) {
    match kind {
        OutboxKind::ConfirmPetition | OutboxKind::RemindPetition => {
            (Some(Purpose::ConfirmSignature), Some(Purpose::Withdraw))
        }
        OutboxKind::AlreadySigned => (None, Some(Purpose::Withdraw)),
        OutboxKind::ConfirmNewsletter => (Some(Purpose::ConfirmSubscription), None),
        OutboxKind::WelcomeNewsletter | OutboxKind::AlreadySubscribed => {
            (None, Some(Purpose::Unsubscribe))
        }
        OutboxKind::ExportLink => (Some(Purpose::Export), None),
        OutboxKind::EraseLink => (Some(Purpose::Erase), None),
    }
}

/// What whoever presents such a token opens: the name that a confirmation shows, and the address for the
/// mail that may follow, or to be shown to its owner.
pub(super) fn carried(purpose: Purpose, to: &Recipient) -> Option<Recipient> {
    match purpose {
        Purpose::ConfirmSignature | Purpose::ConfirmSubscription => Some(to.clone()),
        Purpose::Withdraw | Purpose::Manage | Purpose::Export => {
            Some(Recipient::of(to.email.clone()))
        }
        Purpose::Unsubscribe | Purpose::Erase | Purpose::Wait => None,
    }
}
