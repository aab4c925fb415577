//! The rules of signing, free of database, network and clock.

pub mod clock;
mod code;
pub mod email;
pub mod form;
pub mod goal;
mod jumps;
pub mod keys;
pub mod name;
mod network;
mod private;
pub mod publishable;
pub mod seal;
pub mod state;

pub use clock::Clock;
pub use code::Code;
pub use email::{EmailAddress, EmailProblem};
pub use form::{FaultKind, FieldFault, SubmittedValues, ValidForm};
pub use jumps::{Jump, Jumps};
pub use keys::{Keys, Purpose, SUPPRESSION, TokenHash, TokenSecret};
pub use network::Network;
pub use private::Private;
pub use state::Closed;
