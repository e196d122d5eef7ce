//! Whom Baton trusts: the authorities that Mozilla trusts, which come with the program so that it
//! works in an empty container, and those of the machine, among which a company's own may be.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};

use super::EgressError;

/// Lets every HTTP client of this process use ring; for those that do not call outside by
/// [`Egress`](super::Egress), such as `baton refunds` and tests. Doing it again does nothing.
pub fn prepare() {
    let _ = ring::default_provider().install_default();
}

/// TLS 1.2 and 1.3 with ring. It builds in seconds with the C compiler that SQLite needs anyway;
/// aws-lc-rs takes minutes and wants CMake on some machines.
pub(super) fn config() -> Result<ClientConfig, EgressError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // A machine without a store of its own has nothing to add.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|config| config.with_root_certificates(roots).with_no_client_auth())
        .map_err(|why| EgressError::Setup(why.to_string()))
}
