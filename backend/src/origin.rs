//! Origins as browsers write them: scheme, host and port, without a port that goes without saying.
//!
//! What people type is brought into that form when it is saved and before it is compared:
//! `https://Shop.example:443/` and `https://shop.example` are one origin. They only limit who may
//! embed the widget and whose requests count as Baton's own; they never say who somebody is.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest origin, in bytes; a host name has at most 253.
pub const MOST: usize = 270;

/// Why a text is no origin, and what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// No scheme, or one that is not a website's.
    #[error("Begin with https:// or http://, like https://shop.example.")]
    Scheme,
    /// A path, a query or a fragment.
    #[error(
        "Leave out what follows the host, like https://shop.example: it is allowed as a whole."
    )]
    Path,
    /// A name in letters beyond ASCII.
    #[error("Write the name in its ASCII form, which begins with xn--.")]
    NotAscii,
    /// An address that a browser's policy cannot name.
    #[error("An IPv6 address cannot be allowed; use a name.")]
    Ipv6,
    /// A port that is none.
    #[error("Write the port as a number from 1 to 65535, or * for any.")]
    Port,
    /// Anything else.
    #[error("Write it like https://shop.example, https://*.shop.example or http://localhost:*.")]
    Host,
}

/// One origin. `text` is one of a browser's, or one that somebody typed.
pub fn exact(text: &str) -> Result<String, OriginError> {
    let parts = Parts::read(text)?;
    if parts.host.starts_with("*.") {
        return Err(OriginError::Host);
    }
    if parts.port == Port::Any {
        return Err(OriginError::Port);
    }
    Ok(parts.to_string())
}

/// One origin, or several: `*` stands for any port, or for all subdomains, as a
/// Content-Security-Policy writes it.
pub fn pattern(text: &str) -> Result<String, OriginError> {
    let parts = Parts::read(text)?;
    if parts.host.starts_with('[') {
        return Err(OriginError::Ipv6);
    }
    Ok(parts.to_string())
}

/// Whether `pattern` allows `origin`. What cannot be read allows nothing and is never allowed.
pub fn allows(pattern: &str, origin: &str) -> bool {
    let (Ok(allowed), Ok(asked)) = (Parts::read(pattern), Parts::read(origin)) else {
        return false;
    };
    let host = match allowed.host.strip_prefix('*') {
        Some(domain) => asked.host.strip_suffix(domain).is_some_and(|sub| !sub.is_empty()),
        None => allowed.host == asked.host,
    };
    let port = allowed.port == Port::Any || allowed.port == asked.port;
    allowed.scheme == asked.scheme && host && port && exact(origin).is_ok()
}

/// An origin, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    scheme: &'static str,
    host: String,
    port: Port,
}

#[derive(Debug, PartialEq, Eq)]
enum Port {
    /// The scheme's own.
    Default,
    Number(u16),
    Any,
}

impl Parts {
    fn read(text: &str) -> Result<Self, OriginError> {
        let text = text.trim().to_ascii_lowercase();
        if text.len() > MOST {
            return Err(OriginError::Host);
        }
        let (scheme, usual, rest) = if let Some(rest) = text.strip_prefix("https://") {
            ("https", 443, rest)
        } else {
            ("http", 80, text.strip_prefix("http://").ok_or(OriginError::Scheme)?)
        };
        // A lone slash is what an address bar adds.
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '\\', '?', '#']) {
            return Err(OriginError::Path);
        }
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of `[::1]` are no port's.
            Some((host, port)) if !port.ends_with(']') => (host, port_of(port, usual)?),
            _ => (authority, Port::Default),
        };
        Ok(Self { scheme, host: host_of(host)?, port })
    }
}

impl std::fmt::Display for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match self.port {
            Port::Default => Ok(()),
            Port::Number(port) => write!(f, ":{port}"),
            Port::Any => f.write_str(":*"),
        }
    }
}

fn port_of(text: &str, usual: u16) -> Result<Port, OriginError> {
    match text {
        "*" => Ok(Port::Any),
        digits if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            match digits.parse() {
                Ok(port) if port == usual => Ok(Port::Default),
                Ok(port) if port > 0 => Ok(Port::Number(port)),
                _ => Err(OriginError::Port),
            }
        }
        _ => Err(OriginError::Port),
    }
}

fn host_of(host: &str) -> Result<String, OriginError> {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address: Ipv6Addr = address.parse().map_err(|_| OriginError::Host)?;
        return Ok(format!("[{address}]"));
    }
    if !host.is_ascii() {
        return Err(OriginError::NotAscii);
    }
    let labels = host.strip_prefix("*.").unwrap_or(host).split('.');
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    // Browsers take a host that ends in a number for an address, and write it in four parts.
    let is_number = host.rsplit('.').next().is_some_and(|last| last.parse::<u64>().is_ok());
    if !labels.clone().all(is_label) || (is_number && host.parse::<Ipv4Addr>().is_err()) {
        return Err(OriginError::Host);
    }
    Ok(host.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_type_becomes_what_browsers_send() {
        let check = |typed: &str, expected: &str| {
            assert_eq!(pattern(typed).as_deref(), Ok(expected), "{typed}");
        };
        check("https://shop.example", "https://shop.example");
        check(" HTTPS://Shop.Example/ ", "https://shop.example");
        check("https://shop.example:443", "https://shop.example");
        check("http://x:80", "http://x");
        check("http://x:0080/", "http://x");
        check("http://shop.example:443", "http://shop.example:443");
        check("https://shop.example:80", "https://shop.example:80");
        check("http://localhost:*", "http://localhost:*");
        check("http://127.0.0.1:8080", "http://127.0.0.1:8080");
        check("https://*.shop.example:443", "https://*.shop.example");
        check("https://xn--caf-dma.example:8443", "https://xn--caf-dma.example:8443");
        assert_eq!(exact("https://[0:0::1]:443").as_deref(), Ok("https://[::1]"));
    }

    #[test]
    fn what_is_no_origin_is_refused_with_its_reason() {
        let check = |typed: &str, why: OriginError| {
            assert_eq!(pattern(typed), Err(why), "{typed}");
        };
        check("", OriginError::Scheme);
        check("*", OriginError::Scheme);
        check("null", OriginError::Scheme);
        check("shop.example", OriginError::Scheme);
        check("javascript:alert(1)", OriginError::Scheme);
        check("data:", OriginError::Scheme);
        check("ftp://shop.example", OriginError::Scheme);
        check("https://shop.example/path", OriginError::Path);
        check("https://shop.example//", OriginError::Path);
        check("https://shop.example?a", OriginError::Path);
        check("https://shop.example#a", OriginError::Path);
        check("https://evil.example\\@shop.example", OriginError::Path);
        check("https://café.example", OriginError::NotAscii);
        check("https://[::1]:8080", OriginError::Ipv6);
        check("https://shop.example:", OriginError::Port);
        check("https://shop.example:0", OriginError::Port);
        check("https://shop.example:+80", OriginError::Port);
        check("https://shop.example:99999", OriginError::Port);
        check("https://", OriginError::Host);
        check("https://*", OriginError::Host);
        check("https://a.*.example", OriginError::Host);
        check("https://shop..example", OriginError::Host);
        check("https://'self'", OriginError::Host);
        check("https://a b", OriginError::Host);
        check("https://shop.example; script-src *", OriginError::Host);
        check("https://shop.example,https://b.example", OriginError::Path);
        check("https://user@shop.example", OriginError::Host);
        check("https://[x]", OriginError::Host);
        check("https://2130706433", OriginError::Host);
        check("https://1.2.3.400", OriginError::Host);
        check(&format!("https://{}.example", "a".repeat(MOST)), OriginError::Host);
        assert_eq!(exact("https://*.shop.example"), Err(OriginError::Host));
        assert_eq!(exact("https://shop.example:*"), Err(OriginError::Port));
    }

    #[test]
    fn a_pattern_allows_what_a_policy_would() {
        let check = |pattern: &str, origin: &str, expected: bool| {
            assert_eq!(allows(pattern, origin), expected, "{pattern} and {origin}");
        };
        check("https://shop.example", "https://shop.example", true);
        check("https://shop.example:443", "https://shop.example", true);
        check("http://x:80", "http://x", true);
        check("https://shop.example", "https://shop.example:8443", false);
        check("https://shop.example", "http://shop.example", false);
        check("https://shop.example", "https://shop.example.evil.example", false);
        check("https://*.shop.example", "https://www.shop.example", true);
        check("https://*.shop.example", "https://a.b.shop.example", true);
        check("https://*.shop.example", "https://shop.example", false);
        check("https://*.shop.example", "https://evilshop.example", false);
        check("http://localhost:*", "http://localhost", true);
        check("http://localhost:*", "http://localhost:3000", true);
        check("http://localhost:*", "http://localhost.evil.example:3000", false);
        check("http://localhost:*", "http://localhost:*", false);
        check("https://*.shop.example", "https://*.shop.example", false);
        check("garbage", "garbage", false);
        check("https://shop.example", "null", false);
    }

    proptest! {
        #[test]
        fn once_written_as_browsers_do_it_stays(text in "https?://[a-z*.\\[\\]:0-9@/?' ;]{0,24}") {
            if let Ok(once) = pattern(&text) {
                prop_assert_eq!(pattern(&once), Ok(once.clone()));
                let plain = once.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:/*".contains(&b));
                prop_assert!(plain, "{} fits into a policy", once);
            }
        }
    }
}
