//! What each page may load, and who may frame it.

use axum::http::HeaderValue;

/// For pages that take nothing from anywhere unless their policy says so.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; ";

/// The widget's document: framed by the site's own pages and by Baton's. No text becomes HTML in
/// it, and the browser holds it to that.
pub fn widget(nonce: &str, origins: &[String]) -> HeaderValue {
    let ancestors = origins.join(" ");
    let trusted = "require-trusted-types-for 'script'; trusted-types 'none'; ";
    value(format!("{NOTHING}{}{trusted}frame-ancestors 'self' {ancestors}", app(nonce)))
}

/// Inbox and admin: framed by nobody; the admin page shows the widget in a frame. Leptos builds
/// their fixed markup from templates of HTML, so trusted types would stop it.
pub fn console(nonce: &str) -> HeaderValue {
    value(format!("{NOTHING}{}frame-src 'self'; frame-ancestors 'none'", app(nonce)))
}

/// The demo shop: what the widget asks of a strict host page, and no more.
pub fn demo() -> HeaderValue {
    value(format!(
        "{NOTHING}script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; frame-src 'self'; frame-ancestors 'none'"
    ))
}

/// The page that browses the API: its styles are its own.
pub fn docs() -> HeaderValue {
    value(format!(
        "{NOTHING}script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self'; frame-ancestors 'none'"
    ))
}

/// A message without anything to load.
pub fn plain(nonce: &str) -> HeaderValue {
    value(format!("{NOTHING}style-src 'nonce-{nonce}'; frame-ancestors 'none'"))
}

/// A message in the widget's place: framed by whoever tried to embed it.
pub fn closed(nonce: &str) -> HeaderValue {
    let own = format!("'nonce-{nonce}'");
    value(format!("{NOTHING}script-src {own}; style-src {own}; frame-ancestors *"))
}

/// A page that is a WASM application.
fn app(nonce: &str) -> String {
    format!(
        "script-src 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; font-src 'self'; media-src 'self' data:; manifest-src 'self'; \
         connect-src 'self'; "
    )
}

/// Nonces are base64url and origins were checked when they were saved, so this is always text.
fn value(policy: String) -> HeaderValue {
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
