//! Mails over SMTP.
//!
//! The connections are kept here and not in the client's own pool: that one takes a connection
//! back whose mail was given up half-way, and the answer meant for it would then be read as the
//! answer to the next mail. Here a connection is used again only after a mail went through;
//! whatever else happens, a time limit and a cancelled call included, closes it. The commands are
//! given one by one for a like reason: after a refusal the client's `send` says `QUIT` and waits,
//! without a limit, for the answer, and until then the refusal itself is not told.

mod message;
mod refusal;
mod stream;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, CertificateStore, Tls, TlsParameters,
};
use lettre::transport::smtp::commands;
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::{BoxFuture, Mail, MailError, Mailer};
use refusal::{About, TOO_LATE, judge};

/// A connection that was idle for longer is asked whether it still stands before it is used.
const FRESH: Duration = Duration::from_secs(2);

/// A connection that was idle for longer is closed: servers do that too, often without a word.
const STALE: Duration = Duration::from_secs(45);

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (usually port 465).
    Tls,
    /// TLS by `STARTTLS` (usually port 587), which the server must offer.
    StartTls,
    /// None. Only to this machine (usually port 25).
    None,
}

impl Security {
    /// The port used if none is configured.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// Where mails are handed over, and how.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// Name or address of the mail server. Its certificate must be good for this name.
    pub host: String,
    /// Port; none: the usual one ([`Security::default_port`]).
    pub port: Option<u16>,
    /// Protection of the connection.
    pub security: Security,
    /// User name, if the server asks for one.
    pub username: Option<String>,
    /// Password, if the server asks for one.
    pub password: Option<SecretString>,
    /// What the service calls itself in `EHLO`; none: this machine's name.
    pub hello_name: Option<String>,
    /// Time limit for handing over a mail, connecting included, from when it is its turn.
    pub time_limit: Duration,
    /// Time limit for the server's word that it took it. Long: whoever gives up here sends the mail twice
    /// (RFC 5321, 4.5.3.2.6), and servers look at all of a mail before they answer.
    pub end_limit: Duration,
    /// How many mails may be on their way at once.
    pub connections: usize,
    /// How many this instance may hand over in a minute; 0 means as many as the server takes. Kept by
    /// whoever has the mails.
    pub per_minute: u32,
}

impl SmtpConfig {
    /// The usual limits (30 s, 5 minutes for the last word, 4 connections), no user.
    #[must_use]
    pub fn new(host: &str, security: Security) -> Self {
        Self {
            host: host.to_owned(),
            port: None,
            security,
            username: None,
            password: None,
            hello_name: None,
            time_limit: Duration::from_secs(30),
            end_limit: Duration::from_secs(5 * 60),
            connections: 4,
            per_minute: 0,
        }
    }

    /// What is wrong with the settings, a sentence each, without secrets.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let no_password = self
            .password
            .as_ref()
            .is_none_or(|password| password.expose_secret().is_empty());
        let no_user = self.username.as_deref().is_none_or(str::is_empty);
        let checks = [
            (
                self.host.trim().is_empty() || self.host.contains(char::is_whitespace),
                "the mail server's `host` must be a name or an address",
            ),
            (
                self.security == Security::None && !is_here(&self.host),
                "mails may leave without TLS only to a mail server on this machine: set \
                 `security = \"starttls\"` or `\"tls\"`",
            ),
            (
                no_user != no_password,
                "the mail server needs a user name and a password, or neither",
            ),
            (
                self.hello_name
                    .as_deref()
                    .is_some_and(|name| !name.chars().all(|c| c.is_ascii_graphic())),
                "the name for `EHLO` must be a host name",
            ),
            (
                self.time_limit.is_zero() || self.end_limit.is_zero() || self.connections == 0,
                "the mail server's time limits and number of connections must be above 0",
            ),
        ];
        let wrong = checks.into_iter().filter(|(wrong, _)| *wrong);
        wrong.map(|(_, problem)| problem.to_owned()).collect()
    }

    fn port(&self) -> u16 {
        self.port.unwrap_or_else(|| self.security.default_port())
    }
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Hands mails to a mail server. One for the whole program: it keeps connections open.
pub struct SmtpMailer {
    config: SmtpConfig,
    tls: Tls,
    hello: ClientId,
    slots: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl SmtpMailer {
    /// A mailer. Connects to nothing yet.
    ///
    /// # Errors
    /// Everything that is wrong with the settings ([`SmtpConfig::problems`]).
    pub fn new(config: SmtpConfig) -> Result<Self, Vec<String>> {
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let parameters = || {
            TlsParameters::builder(config.host.clone())
                .certificate_store(CertificateStore::WebpkiRoots)
                .build_rustls()
                .map_err(|e| vec![format!("TLS to the mail server cannot be set up: {e}")])
        };
        let tls = match config.security {
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::StartTls => Tls::Required(parameters()?),
            Security::None => Tls::None,
        };
        let hello = config.hello_name.clone();
        Ok(Self {
            hello: hello.map_or_else(ClientId::default, ClientId::Domain),
            slots: Semaphore::new(config.connections.min(Semaphore::MAX_PERMITS)),
            idle: Mutex::new(Vec::new()),
            tls,
            config,
        })
    }

    /// Tries to connect and to log in, for a check before anything depends on it; whether the server
    /// takes addresses with other letters than a to z (`SMTPUTF8`).
    ///
    /// # Errors
    /// [`MailError::Transient`]: not now.
    pub async fn try_connection(&self) -> Result<bool, MailError> {
        let connection = self.limited(self.connect()).await?;
        let server = connection.server_info();
        let any_letters = server.supports_feature(Extension::SmtpUtfEight);
        self.keep(connection);
        Ok(any_letters)
    }

    async fn hand_over(&self, message: &Message) -> Result<(), MailError> {
        // From here on the connection belongs to this future: dropped with it, it is closed.
        let mut connection = self.limited(self.announce(message)).await?;
        let bytes = message.formatted();
        let told = connection.message(&bytes);
        match tokio::time::timeout(self.config.end_limit, told).await {
            Ok(Ok(_taken)) => {}
            Ok(Err(error)) => return Err(judge(&error, About::End)),
            Err(_) => return Err(MailError::Unsure(TOO_LATE.to_owned())),
        }
        self.keep(connection);
        Ok(())
    }

    /// All but the mail itself: the server is ready to take it.
    async fn announce(&self, message: &Message) -> Result<AsyncSmtpConnection, MailError> {
        let mut connection = match self.idle_connection().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        announce(&mut connection, message).await?;
        Ok(connection)
    }

    async fn idle_connection(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let Idle {
                mut connection,
                since,
            } = self.lock().pop()?;
            let idle = since.elapsed();
            if idle < FRESH || (idle < STALE && connection.test_connected().await) {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        self.try_connect().await.map_err(|reason| {
            // No mail has been named to the server yet: its words cannot hold an address.
            let reason = reason.chars().filter(|c| !c.is_control()).take(200);
            let reason: String = reason.collect();
            MailError::Transient(format!("no connection to the mail server: {reason}"))
        })
    }

    async fn try_connect(&self) -> Result<AsyncSmtpConnection, String> {
        let wrapped = match &self.tls {
            Tls::Wrapper(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let server = (self.config.host.as_str(), self.config.port());
        let stream = stream::connect(server, wrapped).await?;
        self.greet(stream).await.map_err(|error| error.to_string())
    }

    async fn greet(&self, stream: Box<dyn AsyncTokioStream>) -> Result<AsyncSmtpConnection, Error> {
        let mut connection =
            AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await?;
        if let Tls::Required(parameters) = &self.tls {
            connection.starttls(parameters.clone(), &self.hello).await?;
        }
        if let (Some(user), Some(password)) = (&self.config.username, &self.config.password) {
            let password = password.expose_secret().to_owned();
            let credentials = Credentials::new(user.clone(), password);
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, &credentials).await?;
        }
        Ok(connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        if connection.has_broken() {
            return;
        }
        let since = Instant::now();
        let mut idle = self.lock();
        idle.retain(|kept| kept.since.elapsed() < STALE);
        if idle.len() < self.config.connections {
            idle.push(Idle { connection, since });
        }
    }

    // A list of connections is whole after any panic of its user.
    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn limited<T>(
        &self,
        work: impl Future<Output = Result<T, MailError>>,
    ) -> Result<T, MailError> {
        match tokio::time::timeout(self.config.time_limit, work).await {
            Ok(result) => result,
            Err(_) => Err(MailError::Transient(TOO_LATE.to_owned())),
        }
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            let message = message::build(mail)?;
            // The time limit is for the server: waiting for one's turn says nothing about it.
            let Ok(_slot) = self.slots.acquire().await else {
                return Err(MailError::Transient("the mailer is closed".to_owned()));
            };
            self.hand_over(&message).await
        })
    }
}

/// The mail as it travels.
///
/// # Errors
/// [`MailError::Permanent`]: it is not a mail that can be sent.
pub fn formatted(mail: &Mail) -> Result<Vec<u8>, MailError> {
    message::build(mail).map(|message| message.formatted())
}

/// One mail, from `MAIL` to the answer to `DATA`.
async fn announce(
    connection: &mut AsyncSmtpConnection,
    message: &Message,
) -> Result<(), MailError> {
    let envelope = message.envelope();
    let mut parameters = Vec::new();
    let beyond_ascii = |address: &lettre::Address| !AsRef::<str>::as_ref(address).is_ascii();
    let theirs = envelope.to().iter().any(beyond_ascii);
    if theirs || envelope.from().is_some_and(beyond_ascii) {
        let server = connection.server_info();
        if !server.supports_feature(Extension::SmtpUtfEight) {
            let why = "the mail server cannot take addresses with other letters than a to z";
            // Our own address is mended in the settings, the recipient's never.
            let why = why.to_owned();
            return Err(if theirs {
                MailError::Permanent(why)
            } else {
                MailError::Transient(why)
            });
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let told =
        |result: Result<Response, Error>| result.map(|_| ()).map_err(|e| judge(&e, About::Mail));
    let from = commands::Mail::new(envelope.from().cloned(), parameters);
    told(connection.command(from).await)?;
    for to in envelope.to() {
        let to = commands::Rcpt::new(to.clone(), Vec::new());
        let answer = connection.command(to).await;
        answer.map_err(|e| judge(&e, About::Recipient))?;
    }
    told(connection.command(commands::Data).await)
}
