//! Who is calling, as far as that can be told through a proxy.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;

/// One caller for the rate limit: an IPv4 address, or the /64 network of an IPv6 one, as whoever has one address
/// of such a network has all of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Caller(IpAddr);

impl Caller {
    /// The peer of the socket; or, if that is a neighbour, whom the neighbour names as last in `X-Forwarded-For`.
    ///
    /// `None` if a neighbour names nobody: then it is a proxy that speaks for many, and a limit on it would shut
    /// out Lever together with whoever misbehaves.
    pub(crate) fn of(peer: IpAddr, headers: &HeaderMap) -> Option<Self> {
        if is_neighbour(peer) {
            forwarded_for(headers).map(Self::from)
        } else {
            Some(Self::from(peer))
        }
    }
}

impl From<IpAddr> for Caller {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            v4 @ IpAddr::V4(_) => Self(v4),
            IpAddr::V6(v6) => {
                let network = u128::from(v6) & !u128::from(u64::MAX);
                Self(IpAddr::V6(Ipv6Addr::from(network)))
            }
        }
    }
}

/// This machine or its own network: where a proxy lives. Its word about others is believed, a stranger's is not.
fn is_neighbour(peer: IpAddr) -> bool {
    match peer.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// The last entry is the one that the proxy itself wrote; those before it are whatever the caller sent.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    let entry = last.to_str().ok()?.rsplit(',').next()?.trim();
    let address = entry.parse().ok();
    address.or_else(|| entry.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn caller(peer: &str, forwarded: &[&str]) -> Option<Caller> {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        Caller::of(peer.parse().unwrap(), &headers)
    }

    fn is(address: &str) -> Option<Caller> {
        Some(Caller::from(address.parse::<IpAddr>().unwrap()))
    }

    #[test]
    fn a_stranger_is_known_by_its_socket_whatever_it_says() {
        assert_eq!(caller("203.0.113.9", &[]), is("203.0.113.9"));
        assert_eq!(caller("203.0.113.9", &["198.51.100.1"]), is("203.0.113.9"));
        assert_eq!(caller("::ffff:203.0.113.9", &[]), is("203.0.113.9"));
    }

    #[test]
    fn a_proxy_next_door_is_believed_in_its_own_entry_only() {
        for proxy in ["127.0.0.1", "10.0.0.2", "172.17.0.1", "::1", "fd00::1"] {
            for forwarded in [
                &["203.0.113.9"][..],
                &["198.51.100.1, 203.0.113.9"],
                &["198.51.100.1", "203.0.113.9"],
                &["203.0.113.9:4711"],
            ] {
                assert_eq!(caller(proxy, forwarded), is("203.0.113.9"), "{proxy}");
            }
        }
    }

    #[test]
    fn a_proxy_that_names_nobody_speaks_for_many() {
        assert_eq!(caller("127.0.0.1", &[]), None);
        assert_eq!(caller("127.0.0.1", &["unknown"]), None);
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_are_one_caller() {
        assert_eq!(caller("2001:db8::1", &[]), caller("2001:db8::ffff:2", &[]));
        assert_ne!(caller("2001:db8::1", &[]), caller("2001:db8:0:1::1", &[]));
    }
}
