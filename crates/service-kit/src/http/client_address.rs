//! Who is asking, behind routers (`TRUSTED_PROXY_HOPS`, section 9 of the contracts).

use std::net::{IpAddr, Ipv6Addr};

use actix_web::http::header::HeaderMap;

/// How many routers of ours stand in front.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrustedProxyHops(pub usize);

impl TrustedProxyHops {
    /// The client's address: with N routers the N-th entry of `X-Forwarded-For` from the right,
    /// since everything further left is the client's own word; the peer's where there are fewer
    /// entries or the entry is no address.
    #[must_use]
    pub fn client(self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if self.0 == 0 {
            return peer;
        }
        // By bytes: what a client put further left may be no text at all.
        let entries: Vec<&[u8]> = headers
            .get_all("x-forwarded-for")
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .collect();
        let entry = entries.len().checked_sub(self.0).and_then(|place| entries.get(place));
        let entry = entry.and_then(|entry| std::str::from_utf8(entry).ok());
        entry.and_then(|entry| address(entry.trim())).unwrap_or(peer)
    }
}

/// An entry as routers write it: an IPv4 address, also with a port; an IPv6 address, also in
/// brackets, then also with a port. A zone (`%eth0`) is the router's own affair and left out.
fn address(entry: &str) -> Option<IpAddr> {
    let v6 = |text: &str| {
        let bare = text.split_once('%').map_or(text, |(bare, _)| bare);
        bare.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
    };
    if let Some(bracketed) = entry.strip_prefix('[') {
        let (inside, rest) = bracketed.split_once(']')?;
        let has_port = rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
        return if rest.is_empty() || has_port { v6(inside) } else { None };
    }
    let v4 = || entry.parse::<std::net::SocketAddrV4>().ok().map(|it| IpAddr::V4(*it.ip()));
    entry.parse().ok().or_else(v4).or_else(|| v6(entry))
}

/// What counts as one client: an IPv4 address, or an IPv6 /64, which one household or host
/// commonly has to itself.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let prefix = Ipv6Addr::from(u128::from(address) & (u128::MAX << 64));
            format!("{prefix}/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn client(hops: usize, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        TrustedProxyHops(hops).client("10.0.0.9".parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_what_our_own_routers_wrote_is_believed() {
        assert_eq!(client(0, &["1.1.1.1"]), "10.0.0.9");
        assert_eq!(client(1, &["6.6.6.6, 1.1.1.1"]), "1.1.1.1");
        assert_eq!(client(2, &["6.6.6.6, 1.1.1.1", "2.2.2.2"]), "1.1.1.1");
        assert_eq!(client(3, &["1.1.1.1, 2.2.2.2"]), "10.0.0.9");
        assert_eq!(client(1, &[]), "10.0.0.9");
        assert_eq!(client(1, &["not an address"]), "10.0.0.9");
        assert_eq!(client(1, &["1.1.1.1:443"]), "1.1.1.1");
        assert_eq!(client(1, &["\u{ff}, 1.1.1.1"]), "1.1.1.1");
    }

    #[test]
    fn an_entry_is_read_however_routers_write_addresses() {
        for (entry, address) in [
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%25eth0]:443", "fe80::1"),
            ("\t1.1.1.1 ", "1.1.1.1"),
        ] {
            assert_eq!(client(1, &[entry]), address, "{entry}");
        }
    }

    #[test]
    fn what_is_no_address_is_the_peer_and_never_an_entry_further_left() {
        for last in [
            "",
            " ",
            "unknown",
            "_hidden",
            "[2001:db8::1",
            "2001:db8::1]",
            "[[2001:db8::1]]",
            "[1.1.1.1]",
            "[2001:db8::1]:",
            "[2001:db8::1]:99999",
            "[2001:db8::1]x",
            "1.1.1.1:",
            "1.1.1.1:99999",
            "1.1.1",
            "01.1.1.1",
            "1.1.1.1%eth0",
            "%",
            "for=1.1.1.1",
            "1.1.1.1;",
        ] {
            assert_eq!(client(1, &[&format!("6.6.6.6, {last}")]), "10.0.0.9", "{last:?}");
            assert_eq!(client(1, &["6.6.6.6", last]), "10.0.0.9", "{last:?} in its own header");
        }
    }

    #[test]
    fn no_number_of_forged_entries_reaches_the_place_that_counts() {
        let forged = vec!["6.6.6.6"; 200].join(",");
        assert_eq!(client(1, &[&forged, "6.6.6.6, 1.1.1.1"]), "1.1.1.1");
        assert_eq!(client(2, &[&format!("{forged}, 1.1.1.1"), "2.2.2.2"]), "1.1.1.1");
        assert_eq!(client(usize::MAX, &["6.6.6.6"]), "10.0.0.9");
    }

    #[test]
    fn a_client_is_an_ipv4_address_or_an_ipv6_network() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    }
}
