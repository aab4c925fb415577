//! Who asks: the client's address, as far as it can be believed, and the network it belongs to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The header in which proxies say for whom they ask.
const FORWARDED: &str = "x-forwarded-for";

/// A proxy that nobody named: all its visitors would share one network's limit without a word.
#[derive(Default)]
pub(super) struct Unheard(AtomicBool);

impl Unheard {
    /// Warns once if somebody says for whom they ask and is not believed; whether it did.
    pub(super) fn notice(&self, peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
        let unheard = headers.contains_key(FORWARDED)
            && !holds(trusted, peer)
            && !self.0.swap(true, Ordering::Relaxed);
        if unheard {
            tracing::warn!(
                "somebody who is not among the `trusted_proxies` sends X-Forwarded-For: if that is \
                 your proxy, add its address there, or all its visitors share one network's limit"
            );
        }
        unheard
    }
}

fn holds(networks: &[IpNet], ip: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&plain(ip)))
}

/// The client's address: the peer's, or, if the peer is a trusted proxy, the nearest address in
/// `X-Forwarded-For` that is not one. What a client writes there itself is never reached.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| holds(trusted, ip);
    let mut client = plain(peer);
    if !is_trusted(client) {
        return client;
    }
    let lines: Vec<_> = headers.get_all(FORWARDED).iter().collect();
    // A line that is no text is one hop that nobody can read: what stands before it is not believed.
    let hops = lines
        .into_iter()
        .rev()
        .flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    for hop in hops {
        let Some(ip) = parse(hop.trim()) else {
            // A proxy of ours that writes nonsense: its own word ends here.
            break;
        };
        client = ip;
        if !is_trusted(ip) {
            break;
        }
    }
    client
}

/// An address of the header, with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[');
    text.parse()
        .ok()
        .or_else(|| {
            bare.split(']')
                .next()?
                .parse::<Ipv6Addr>()
                .ok()
                .map(IpAddr::V6)
        })
        .or_else(|| {
            text.split(':')
                .next()?
                .parse::<Ipv4Addr>()
                .ok()
                .map(IpAddr::V4)
        })
        .map(plain)
}

/// An IPv4 address that travels as IPv6 is an IPv4 address.
fn plain(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

/// The networks of an address, as text: its own (a household has an IPv4 address, or an IPv6 /64), and the
/// wider one around it (/24, /48).
pub(super) fn networks(ip: IpAddr) -> [String; 2] {
    let lengths = if ip.is_ipv4() { [32, 24] } else { [64, 48] };
    lengths.map(|length| match IpNet::new(ip, length) {
        Ok(network) => network.trunc().to_string(),
        Err(_) => ip.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::{Unheard, address, networks};

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().expect("a header"));
        }
        let trusted: Vec<_> = trusted
            .iter()
            .map(|n| n.parse().expect("a network"))
            .collect();
        address(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn only_proxies_of_ours_are_believed() {
        assert_eq!(client("9.9.9.9", &["1.1.1.1"], &[]), "9.9.9.9");
        let ours = ["127.0.0.0/8", "10.0.0.0/8"];
        assert_eq!(client("127.0.0.1", &["1.1.1.1"], &ours), "1.1.1.1");
        assert_eq!(
            client("127.0.0.1", &["6.6.6.6, 1.1.1.1, 10.0.0.2"], &ours),
            "1.1.1.1"
        );
        assert_eq!(
            client("127.0.0.1", &["6.6.6.6", "1.1.1.1"], &ours),
            "1.1.1.1"
        );
        assert_eq!(
            client("127.0.0.1", &["1.1.1.1, nonsense"], &ours),
            "127.0.0.1"
        );
        assert_eq!(
            client("::ffff:127.0.0.1", &["[2001:db8::1]:80"], &ours),
            "2001:db8::1"
        );
        assert_eq!(client("127.0.0.1", &["1.1.1.1:5555"], &ours), "1.1.1.1");
        assert_eq!(client("127.0.0.1", &[], &ours), "127.0.0.1");
    }

    #[test]
    fn a_proxy_that_nobody_named_is_warned_of_once() {
        let unheard = Unheard::default();
        let (plain, mut forwarded) = (HeaderMap::new(), HeaderMap::new());
        forwarded.append("x-forwarded-for", "1.1.1.1".parse().expect("a header"));
        let ours = ["10.0.0.0/8".parse().expect("a network")];
        let notice = |peer: &str, headers| {
            let peer = peer.parse().expect("an address");
            unheard.notice(peer, headers, &ours)
        };
        assert!(!notice("10.0.0.1", &forwarded), "it is believed");
        assert!(!notice("172.17.0.1", &plain), "it says nothing");
        assert!(notice("172.17.0.1", &forwarded));
        assert!(!notice("172.17.0.1", &forwarded), "once is enough");
    }

    #[test]
    fn what_stands_before_an_unreadable_line_is_not_believed() {
        let mut headers = HeaderMap::new();
        for line in [&b"1.1.1.1"[..], b"\xff", b"10.0.0.2"] {
            let line = axum::http::HeaderValue::from_bytes(line).expect("a header");
            headers.append("x-forwarded-for", line);
        }
        let ours = ["127.0.0.0/8", "10.0.0.0/8"].map(|n| n.parse().expect("a network"));
        let peer = "127.0.0.1".parse().expect("an address");
        assert_eq!(address(peer, &headers, &ours).to_string(), "10.0.0.2");
    }

    #[test]
    fn neighbours_share_a_network() {
        let of = |ip: &str| networks(ip.parse().expect("an address"));
        assert_eq!(of("192.0.2.77"), ["192.0.2.77/32", "192.0.2.0/24"]);
        assert_eq!(
            of("2001:db8:1:2ff::1"),
            ["2001:db8:1:2ff::/64", "2001:db8:1::/48"]
        );
    }
}
