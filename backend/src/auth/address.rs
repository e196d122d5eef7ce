//! From which address a request comes, as far as it can be trusted.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// The client's address: the peer's, or what the outermost of `proxies` trusted proxies saw.
///
/// Each proxy appends the address that it saw to `X-Forwarded-For`; whatever stands further left
/// was written by the client and proves nothing.
pub fn client(peer: IpAddr, headers: &HeaderMap, proxies: usize) -> IpAddr {
    if proxies == 0 {
        return peer;
    }
    let seen: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    seen.len()
        .checked_sub(proxies)
        .and_then(|at| seen.get(at))
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(peer)
}

/// What is counted as one client: an IPv4 address, or the /64 that one household has of IPv6.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_writes_is_never_believed() {
        let check = |proxies: usize, forwarded: &[&str], expected: &str| {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let peer = "10.0.0.1".parse().unwrap();
            assert_eq!(client(peer, &headers, proxies), expected.parse::<IpAddr>().unwrap());
        };
        check(0, &["6.6.6.6"], "10.0.0.1");
        check(1, &["6.6.6.6, 1.2.3.4"], "1.2.3.4");
        check(1, &["6.6.6.6", "1.2.3.4"], "1.2.3.4");
        check(2, &["6.6.6.6, 1.2.3.4, 10.0.0.2"], "1.2.3.4");
        check(2, &["1.2.3.4"], "10.0.0.1");
        check(1, &["nonsense"], "10.0.0.1");
        check(1, &[], "10.0.0.1");
    }

    #[test]
    fn one_household_is_one_client() {
        let net = |text: &str| network(text.parse().unwrap());
        assert_eq!(net("2001:db8:1:2:3:4:5:6"), net("2001:db8:1:2::1"));
        assert_ne!(net("2001:db8:1:2::1"), net("2001:db8:1:3::1"));
        assert_eq!(net("::ffff:1.2.3.4"), net("1.2.3.4"));
    }
}
