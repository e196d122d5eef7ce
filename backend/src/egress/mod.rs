//! The one place by which Baton calls outside. Whom it may reach is decided here, whoever asks:
//! every address of a name is checked, and the connection goes to what was checked; redirects are
//! not followed, no proxy of the environment is asked, and every answer is bounded in time and size.

mod address;
mod body;
mod error;
mod private;
mod resolver;
mod tls;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{Client, Url, redirect::Policy};
use rustls::ClientConfig;

pub use body::Body;
pub use error::EgressError;
pub use private::{InvalidHost, PrivateHosts};
pub use tls::prepare as prepare_tls;

use resolver::{Checked, Whom};

/// How Baton names itself.
const AGENT: &str = concat!("Baton/", env!("CARGO_PKG_VERSION"));
/// Idle connections that are kept to one host.
const IDLE: usize = 8;

/// How long is waited for what, and how much is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Until the connection stands.
    pub connect: Duration,
    /// From sending until the answer's status and headers are there.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub stall: Duration,
    /// Largest answer, in bytes.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(20),
            stall: Duration::from_secs(20),
            bytes: 4 * 1024 * 1024,
        }
    }
}

/// What came back: status and headers, and a body that is still to come.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: http::StatusCode,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body, bounded.
    pub body: Body,
}

/// Calls outside. Cheap to clone.
#[derive(Clone)]
pub struct Egress {
    /// For everybody: public addresses only.
    public: Client,
    /// For the hosts that the operator has listed.
    private: Client,
    listed: Arc<PrivateHosts>,
    bounds: Bounds,
}

impl Egress {
    /// Calls public addresses, and those of the `listed` hosts.
    pub fn new(listed: PrivateHosts, bounds: Bounds) -> Result<Self, EgressError> {
        let tls = tls::config()?;
        Ok(Self {
            public: client(Whom::Public, tls.clone(), &bounds)?,
            private: client(Whom::Anybody, tls, &bounds)?,
            listed: Arc::new(listed),
            bounds,
        })
    }

    /// The same with other bounds of time (but for connecting) and size.
    #[must_use]
    pub fn within(&self, bounds: Bounds) -> Self {
        Self { bounds, ..self.clone() }
    }

    /// Whether `url` can be called at all, as far as that can be told without asking anybody.
    pub fn check(&self, url: &str) -> Result<(), EgressError> {
        let url = Url::parse(url).map_err(|why| EgressError::Address(why.to_string()))?;
        self.client_for(&url).map(|_| ())
    }

    /// Sends a request and answers as soon as status and headers are there.
    pub async fn send(&self, request: http::Request<Bytes>) -> Result<Answer, EgressError> {
        let request = reqwest::Request::try_from(request)
            .map_err(|why| EgressError::Address(why.to_string()))?;
        let client = self.client_for(request.url())?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let sent = tokio::time::timeout(
            self.bounds.connect + self.bounds.first_byte,
            client.execute(request),
        );
        let response = sent
            .await
            .map_err(|_| EgressError::Silent(self.bounds.first_byte))?
            .map_err(|why| EgressError::of(&why, &host))?;
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: Body::new(response, self.bounds.stall, self.bounds.bytes),
        })
    }

    fn client_for(&self, url: &Url) -> Result<&Client, EgressError> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
            let why = "it must begin with https:// and hold no name or password";
            return Err(EgressError::Address(why.to_owned()));
        }
        let host = url.host().ok_or(EgressError::Address("it names no host".to_owned()))?;
        if self.listed.contains(&host, url.port_or_known_default()) {
            return Ok(&self.private);
        }
        // What is written as a number is never resolved, so it is looked at here.
        let literal = match host {
            url::Host::Ipv4(ip) => Some(ip.into()),
            url::Host::Ipv6(ip) => Some(ip.into()),
            url::Host::Domain(_) => None,
        };
        if literal.is_some_and(|ip| !address::is_public(ip)) {
            return Err(EgressError::Private(host.to_string()));
        }
        if url.scheme() != "https" {
            return Err(EgressError::Plain(host.to_string()));
        }
        Ok(&self.public)
    }
}

fn client(whom: Whom, tls: ClientConfig, bounds: &Bounds) -> Result<Client, EgressError> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(Checked(whom)))
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(bounds.connect)
        .pool_max_idle_per_host(IDLE)
        .user_agent(AGENT)
        .build()
        .map_err(|why| EgressError::Setup(why.to_string()))
}

#[cfg(test)]
mod tests;
