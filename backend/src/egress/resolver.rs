//! Looks names up and hands out nothing that was not checked. The connection then goes to what was
//! handed out, so a name cannot mean one thing when it is checked and another when it is called.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address;

/// Whom a client may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// Addresses of the public internet.
    Public,
    /// Any: the operator has listed the host.
    Anybody,
}

/// The resolver of a client.
pub(super) struct Checked(pub(super) Whom);

/// A name leads to where it may not.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to a private address")]
pub(super) struct Refused;

/// A name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("the name is not known: {0}")]
pub(super) struct Unknown(String);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let whom = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found.map_err(|why| Unknown(why.to_string()))?.collect();
            // One address that is private is one too many: which is tried first is not ours to say.
            if whom == Whom::Public && !found.iter().all(|at| address::is_public(at.ip())) {
                return Err(Refused.into());
            }
            if found.is_empty() {
                return Err(Unknown("it has no address".to_owned()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
