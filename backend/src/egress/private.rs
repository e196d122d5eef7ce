//! The private hosts that an operator lets Baton call, such as a model server in the next room.

use std::str::FromStr;

use url::Host;

/// Hosts in private networks that may be called, each with its port or with any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateHosts(Vec<(Host, Option<u16>)>);

/// What is no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a private host must look like ollama.internal:11434 or 10.0.0.5: {0}")]
pub struct InvalidHost(String);

impl PrivateHosts {
    pub(super) fn contains(&self, host: &Host<&str>, port: Option<u16>) -> bool {
        let host = host.to_owned();
        self.0.iter().any(|(listed, at)| *listed == host && (at.is_none() || *at == port))
    }
}

impl FromStr for PrivateHosts {
    type Err = InvalidHost;

    /// Reads a list with commas between its entries.
    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(entry).collect::<Result<_, _>>().map(Self)
    }
}

/// `host`, `host:port`, `[::1]` or `[::1]:port`.
fn entry(text: &str) -> Result<(Host, Option<u16>), InvalidHost> {
    let wrong = || InvalidHost(text.chars().take(80).collect());
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            (host, Some(port.parse().map_err(|_| wrong())?))
        }
        _ => (text, None),
    };
    let host = Host::parse(host).map_err(|_| wrong())?;
    let plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    match &host {
        Host::Domain(name) if !plain(name) => Err(wrong()),
        _ => Ok((host, port)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_hosts_and_ports() {
        let list: PrivateHosts = "Ollama.internal:11434, 10.0.0.5,[::1]:8000,".parse().unwrap();
        let check = |host: &str, port: u16, listed: bool| {
            let host = Host::parse(host).unwrap();
            let host = match &host {
                Host::Domain(name) => Host::Domain(name.as_str()),
                Host::Ipv4(ip) => Host::Ipv4(*ip),
                Host::Ipv6(ip) => Host::Ipv6(*ip),
            };
            assert_eq!(list.contains(&host, Some(port)), listed, "{host} {port}");
        };
        check("ollama.internal", 11434, true);
        check("OLLAMA.internal", 11434, true);
        check("ollama.internal", 22, false);
        check("x.ollama.internal", 11434, false);
        check("10.0.0.5", 22, true);
        check("10.0.0.6", 22, false);
        check("[::1]", 8000, true);
        check("[::1]", 8001, false);
        assert_eq!("".parse(), Ok(PrivateHosts::default()));
        for bad in ["http://x", "a:b", "x:70000", "a b", "*", "*.internal", "x/y", "10.0.0.0/8"] {
            assert!(bad.parse::<PrivateHosts>().is_err(), "{bad}");
        }
    }
}
