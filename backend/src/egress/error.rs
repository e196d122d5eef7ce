//! Why a call outside failed, in words that an administrator can act on.

use std::{error::Error, io, time::Duration};

use super::resolver::{Refused, Unknown};

/// Why a call outside failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// It is no address that can be called.
    #[error("the address cannot be used: {0}")]
    Address(String),
    /// Keys would cross the internet for everybody to read.
    #[error("{0} must be called with https://; only listed private hosts may do without")]
    Plain(String),
    /// The host lies in a private network and is not listed.
    #[error("{0} is in a private network; whoever runs Baton must list it in `private_hosts`")]
    Private(String),
    /// The host's name is not known.
    #[error("the host {0} is not known; look for a typing error")]
    Unknown(String),
    /// Nobody answers there.
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
    /// The host cannot prove who it is.
    #[error("the certificate of {0} is not trusted: {1}")]
    Certificate(String, String),
    /// No answer began in time.
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// The answer began and stood still.
    #[error("the answer stood still for {} s", .0.as_secs())]
    Stalled(Duration),
    /// The answer is larger than is taken.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// Calls outside cannot be made at all.
    #[error("calls outside cannot be made: {0}")]
    Setup(String),
}

impl EgressError {
    /// Whether it is sure that nothing of a request got there.
    pub fn is_before_sending(&self) -> bool {
        match self {
            Self::Address(_)
            | Self::Plain(_)
            | Self::Private(_)
            | Self::Unknown(_)
            | Self::Unreachable(..)
            | Self::Certificate(..)
            | Self::Setup(_) => true,
            Self::Silent(_) | Self::Stalled(_) | Self::TooLarge(_) | Self::Broken(_) => false,
        }
    }

    /// What `why` means, of a call to `host`.
    pub(super) fn of(why: &reqwest::Error, host: &str) -> Self {
        let host = host.to_owned();
        let mut cause: Option<&(dyn Error + 'static)> = Some(why);
        while let Some(error) = cause {
            if error.is::<Refused>() {
                return Self::Private(host);
            }
            if error.is::<Unknown>() {
                return Self::Unknown(host);
            }
            // Later on, it is a connection that broke.
            if let Some(tls) = error.downcast_ref::<rustls::Error>().filter(|_| why.is_connect()) {
                return Self::Certificate(host, tls.to_string());
            }
            cause = inner(error);
        }
        if why.is_connect() {
            return Self::Unreachable(host, Self::words(why));
        }
        Self::Broken(Self::words(why))
    }

    /// The innermost cause: the outer ones name addresses and libraries.
    pub(super) fn words(why: &reqwest::Error) -> String {
        let mut last: &(dyn Error + 'static) = why;
        while let Some(cause) = inner(last) {
            last = cause;
        }
        last.to_string()
    }
}

/// The next cause. What is wrapped in an [`io::Error`] is not its source, but itself.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
