//! A port to listen on, as Zola chooses it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

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
        return Ok(format!("http://{}{slash}", reachable(listener)));
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

/// The address of a trial: the one asked for, as it is, else the listener's. The companions stand
/// at the root of the host, so the site must too.
#[cfg(feature = "dev")]
pub(super) fn trial_url(listener: SocketAddr, asked: Option<&str>) -> anyhow::Result<String> {
    let url = base_url(listener, "", asked, true)?;
    if path_of(&url) != "/" || !url.contains("://") {
        bail!("`{url}` cannot be the address of a trial: write https://HOST, without a path");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// An address that a browser can open: listening everywhere (`0.0.0.0`) is also listening here.
fn reachable(listener: SocketAddr) -> SocketAddr {
    let host = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        known => known,
    };
    SocketAddr::new(host, listener.port())
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
        let everywhere = "0.0.0.0:1111".parse().unwrap();
        assert_eq!(
            base_url(everywhere, "", None, false).unwrap(),
            "http://127.0.0.1:1111"
        );
        assert_eq!(path_of("http://a.test:1111/sub"), "/sub");
        assert_eq!(path_of("/"), "/");
    }

    #[cfg(feature = "dev")]
    #[test]
    fn the_address_of_a_trial_is_one_that_can_be_opened() {
        let of = |listener: &str, asked| super::trial_url(listener.parse().unwrap(), asked);
        assert_eq!(of("0.0.0.0:8000", None).unwrap(), "http://127.0.0.1:8000");
        assert_eq!(of("[::]:8000", None).unwrap(), "http://[::1]:8000");
        assert_eq!(
            of("0.0.0.0:8000", Some("https://me.tunnel.example/")).unwrap(),
            "https://me.tunnel.example"
        );
        assert_eq!(
            of("0.0.0.0:8000", Some("laptop.local:8000")).unwrap(),
            "http://laptop.local:8000"
        );
        assert!(of("0.0.0.0:8000", Some("https://a.example/sub")).is_err());
        assert!(of("0.0.0.0:8000", Some("/")).is_err());
    }
}
