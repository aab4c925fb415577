//! Where a database is.

use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;

/// A database's address. It prints without a password.
#[derive(Clone)]
pub struct Address(pub(super) Place);

#[derive(Clone)]
pub(super) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

impl Address {
    /// Reads `sqlite:petitions.sqlite`, relative to `folder`, or `postgres://user@host/database`.
    ///
    /// # Errors
    /// What is wrong with it; the address itself is left out, for it may hold a password.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains('?') {
                return Err("it names no file: write it as in \"sqlite:petitions.sqlite\"".into());
            }
            return Ok(Self::sqlite(folder.join(path)));
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err("it begins neither with \"sqlite:\" nor with \"postgres://\"".to_owned());
        }
        let options: PgConnectOptions = text.parse().map_err(|_| {
            "it cannot be read: write it as in \"postgres://user@host/database\"".to_owned()
        })?;
        Ok(Self(Place::Postgres(Box::new(options))))
    }

    /// The SQLite database in a file.
    pub fn sqlite(file: impl Into<PathBuf>) -> Self {
        Self(Place::Sqlite(file.into()))
    }

    /// The file of an SQLite database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Place::Sqlite(file) => Some(file),
            Place::Postgres(_) => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(file) => write!(f, "{}", file.display()),
            Place::Postgres(options) => write!(
                f,
                "postgres://{}:{}/{}",
                options.get_host(),
                options.get_port(),
                options.get_database().unwrap_or_default()
            ),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<&Address> for Address {
    fn from(address: &Address) -> Self {
        address.clone()
    }
}

impl From<PathBuf> for Address {
    fn from(file: PathBuf) -> Self {
        Self::sqlite(file)
    }
}

impl From<&Path> for Address {
    fn from(file: &Path) -> Self {
        Self::sqlite(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_file_or_a_server_and_prints_without_its_password() {
        let parse = |text: &str| Address::parse(text, Path::new("/srv"));
        for text in [
            "sqlite:a.sqlite",
            "sqlite://a.sqlite",
            "sqlite:///srv/a.sqlite",
        ] {
            let address = parse(text).expect("an address");
            assert_eq!(address.file(), Some(Path::new("/srv/a.sqlite")), "{text}");
        }
        let server = parse("postgres://anna:secret@db.example:5433/petitions").expect("an address");
        assert_eq!(server.file(), None);
        assert_eq!(
            format!("{server:?}"),
            "postgres://db.example:5433/petitions"
        );
        for wrong in ["", "sqlite:", "a.sqlite", "mysql://x", "postgres://[secret"] {
            let fault = parse(wrong).expect_err("no address");
            assert!(!fault.contains("secret"), "{fault}");
        }
    }
}
