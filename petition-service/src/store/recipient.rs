//! To whom a mail goes, and the name that may be shown once it is confirmed: what travels sealed from
//! the form to its mail, and from the mail to its button.

use super::records::NewSignUp;
use crate::domain::Private;

/// Stands in no address and in no name.
const BETWEEN: char = '\n';

/// A recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The address.
    pub email: Private<String>,
    /// The name, as it will be shown ([`crate::domain::name::shown`]); none: it is not to be shown.
    pub public_name: Option<Private<String>>,
}

impl Recipient {
    /// Without a name.
    #[must_use]
    pub fn of(email: Private<String>) -> Self {
        Self {
            email,
            public_name: None,
        }
    }

    /// The bytes to seal.
    pub(super) fn to_bytes(&self) -> Private<Vec<u8>> {
        let mut line = self.email.expose().clone();
        if let Some(name) = &self.public_name {
            line.push(BETWEEN);
            line.push_str(name.expose());
        }
        Private::new(line.into_bytes())
    }

    /// From the opened bytes; none if they are something else.
    pub(super) fn from_bytes(bytes: Private<Vec<u8>>) -> Option<Self> {
        let line = String::from_utf8(bytes.into_inner()).ok()?;
        Some(match line.split_once(BETWEEN) {
            Some((email, name)) => Self {
                email: Private::new(email.to_owned()),
                public_name: Some(Private::new(name.to_owned())),
            },
            None => Self::of(Private::new(line)),
        })
    }
}

impl NewSignUp {
    /// To whom its mail goes, with the name that may be shown once it is confirmed.
    pub(super) fn recipient(&self) -> Recipient {
        Recipient {
            email: self.email.clone(),
            public_name: self.public_name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Recipient;
    use crate::domain::Private;

    #[test]
    fn it_comes_back_as_it_went() {
        let email = || Private::new("anna@example.org".to_owned());
        for public_name in [None, Some(Private::new("Zoë V.".to_owned()))] {
            let recipient = Recipient {
                email: email(),
                public_name,
            };
            assert_eq!(
                Recipient::from_bytes(recipient.to_bytes()),
                Some(recipient.clone())
            );
        }
        assert_eq!(Recipient::from_bytes(Private::new(vec![0xff])), None);
    }
}
