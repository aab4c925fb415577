//! A port to listen on, as Zola chooses it.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};

use anyhow::{Context, bail};

use super::args::DEFAULT_PORT;

/// Opens `port`. A default port that is taken is replaced by the first free one; one that was asked
/// for is not.
///
/// # Errors
/// The port, or every port, is taken.
pub(super) fn open(interface: IpAddr, port: u16) -> anyhow::Result<TcpListener> {
    match TcpListener::bind((interface, port)) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && port == DEFAULT_PORT => {
            (DEFAULT_PORT + 1..9000)
                .find_map(|port| TcpListener::bind((interface, port)).ok())
                .context("No port is available.")
        }
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            bail!("The requested port is not available: something else listens on {port}.")
        }
        Err(error) => {
            Err(error).with_context(|| format!("cannot listen on {interface} port {port}"))
        }
    }
}

/// The address of the site while it is served: the listener's, with a trailing slash if `like` has
/// one; or the one asked for, with the port unless `bare`.
pub(super) fn base_url(
    listener: SocketAddr,
    like: &str,
    asked: Option<&str>,
    bare: bool,
) -> anyhow::Result<String> {
    let Some(asked) = asked else {
        let slash = if like.ends_with('/') { "/" } else { "" };
        return Ok(format!("http://{listener}{slash}"));
    };
    if asked == "/" {
        return Ok("/".to_owned());
    }
    let whole = if asked.contains("://") {
        asked.to_owned()
    } else {
        format!("http://{asked}")
    };
    let mut url = url::Url::parse(&whole)
        .with_context(|| format!("`{asked}` is not the address of a site"))?;
    if !bare && url.set_port(Some(listener.port())).is_err() {
        bail!("`{asked}` is not the address of a site");
    }
    let text = url.to_string();
    // An address without a path gets a slash when it is parsed; it stays as it was asked for.
    if asked.ends_with('/') {
        Ok(text)
    } else {
        Ok(text.trim_end_matches('/').to_owned())
    }
}

/// The path of an address (`/sub` of `http://a:1/sub`).
pub(super) fn path_of(base_url: &str) -> String {
    url::Url::parse(base_url).map_or_else(|_| "/".to_owned(), |url| url.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{base_url, path_of};

    #[test]
    fn addresses_while_serving() {
        let listener = "127.0.0.1:1111".parse().unwrap();
        let of =
            |like: &str, asked: Option<&str>, bare| base_url(listener, like, asked, bare).unwrap();
        assert_eq!(
            of("https://e.com/sub", None, false),
            "http://127.0.0.1:1111"
        );
        assert_eq!(of("https://e.com/", None, false), "http://127.0.0.1:1111/");
        assert_eq!(of("", Some("a.test/sub"), false), "http://a.test:1111/sub");
        assert_eq!(of("", Some("https://a.test/"), true), "https://a.test/");
        assert_eq!(of("", Some("/"), false), "/");
        assert_eq!(path_of("http://a.test:1111/sub"), "/sub");
        assert_eq!(path_of("/"), "/");
    }
}
