//! Pages and files: embedded in a release binary, read from `target/pages` by a debug one.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use rust_embed::{Embed, EmbeddedFile};
use serde::Deserialize;

use super::{
    body::At,
    csp,
    error::Error,
    render::{fill, language},
};
use crate::{app::App, auth::token};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/pages"]
#[allow_missing = true]
struct Files;

/// How long a browser may keep what.
mod keep {
    /// The name changes with the content.
    pub const FOREVER: &str = "public, max-age=31536000, immutable";
    /// The snippet on customers' sites has no version in its address.
    pub const SHORTLY: &str = "public, max-age=300";
    /// Ask each time whether it has changed.
    pub const NEVER: &str = "no-cache";
}

/// Where to begin: the demo shop if there is one, else the inbox.
pub async fn home(State(app): State<App>) -> Redirect {
    Redirect::temporary(if app.config.demo { "/demo" } else { "/inbox" })
}

/// The one script that a site embeds.
pub async fn embed(headers: HeaderMap) -> Response {
    for_any_site("embed.js", &headers)
}

/// What that script fetches when somebody wants the chat. Its address has no version either: one
/// that is gone after an upgrade would leave pages that are open without their chat.
pub async fn embed_chat(headers: HeaderMap) -> Response {
    for_any_site("embed-chat.js", &headers)
}

/// A file that any site may read.
fn for_any_site(name: &str, headers: &HeaderMap) -> Response {
    let mut response = file(name, headers, keep::SHORTLY);
    let out = response.headers_mut();
    out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    out.insert(policy, HeaderValue::from_static("cross-origin"));
    response
}

/// A file whose name changes with its content.
pub async fn asset(At(name): At<String>, headers: HeaderMap) -> Response {
    file(&format!("assets/{name}"), &headers, keep::FOREVER)
}

/// In which language.
#[derive(Debug, Deserialize)]
pub struct PageAsked {
    lang: Option<String>,
}

/// Inbox and admin; the page itself finds out where it is.
pub async fn console(Query(asked): Query<PageAsked>, headers: HeaderMap) -> Response {
    let nonce = token::secret();
    let policy = csp::console(&nonce);
    let mut response =
        page("console.html", &nonce, policy, &headers, asked.lang.as_deref(), |_| None);
    let alone = HeaderName::from_static("cross-origin-opener-policy");
    response.headers_mut().insert(alone, HeaderValue::from_static("same-origin"));
    response
}

/// The demo shop.
pub async fn demo(
    State(app): State<App>,
    Query(asked): Query<PageAsked>,
    headers: HeaderMap,
) -> Response {
    if !app.config.demo {
        return nothing(Uri::from_static("/demo")).await;
    }
    let nonce = token::secret();
    page("demo/index.html", &nonce, csp::demo(), &headers, asked.lang.as_deref(), |_| None)
}

/// A file of the demo shop.
pub async fn demo_file(
    State(app): State<App>,
    At(name): At<String>,
    headers: HeaderMap,
) -> Response {
    // Documents are served as pages, with their policy.
    if app.config.demo && kind(&name) != BYTES {
        file(&format!("demo/{name}"), &headers, keep::NEVER)
    } else {
        nothing(Uri::from_static("/demo")).await
    }
}

/// Nothing is here: said to people as a page, to programs as an error.
pub async fn nothing(uri: Uri) -> Response {
    if uri.path().starts_with("/api") {
        return Error::not_found().into_response();
    }
    message_page("There is nothing at this address.", StatusCode::NOT_FOUND)
}

/// The document `name` with its placeholders filled, under its policy.
pub(super) fn page(
    name: &str,
    nonce: &str,
    policy: HeaderValue,
    headers: &HeaderMap,
    lang: Option<&str>,
    value: impl Fn(&str) -> Option<String>,
) -> Response {
    let Some(template) = Files::get(name) else {
        let message = "The pages are not built into this program. Run: cargo xtask build";
        return message_page(message, StatusCode::SERVICE_UNAVAILABLE);
    };
    let assets = manifest();
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let html = fill(&String::from_utf8_lossy(&template.data), |name| match name {
        "nonce" => Some(nonce.to_owned()),
        "lang" => Some(language(lang, accepted)),
        _ => match name.strip_prefix("asset:") {
            Some(asset) => assets.get(asset).map(|path| format!("/{path}")),
            None => value(name),
        },
    });
    let fresh = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    ([fresh, (header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

/// What the widget says, in the language `primary`; `None` where it was not put into that.
pub(super) fn written_in(primary: &str) -> Option<serde_json::Value> {
    let path = manifest().remove(&format!("texts/{primary}.json"))?;
    serde_json::from_slice(&Files::get(&path)?.data).ok()
}

/// A sentence for people.
pub(super) fn message_page(message: &str, status: StatusCode) -> Response {
    let nonce = token::secret();
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Baton</title>\
         <style nonce=\"{nonce}\">body{{font:16px/1.5 system-ui;max-width:40em;margin:20vh auto;\
         padding:0 1em}}</style><h1>Baton</h1><p>{message}</p></html>"
    );
    let policy = (header::CONTENT_SECURITY_POLICY, csp::plain(&nonce));
    (status, [policy], Html(html)).into_response()
}

/// Logical name of an asset → its path.
fn manifest() -> BTreeMap<String, String> {
    let file = Files::get("manifest.json");
    file.and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
}

/// A file as it is, compressed if the browser takes that and it was compressed when built.
fn file(name: &str, headers: &HeaderMap, keep: &'static str) -> Response {
    let Some((found, encoding)) = negotiate(name, headers) else {
        return Error::not_found().into_response();
    };
    let etag = tag(&found);
    let unchanged = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.split(',').any(|known| known.trim() == etag));
    let body = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Cow::into_owned(found.data).into_response()
    };
    let mut response = body;
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        out.insert(header::ETAG, etag);
    }
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn negotiate(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(headers, encoding)
            && let Some(file) = Files::get(&format!("{name}.{ending}"))
        {
            return Some((file, Some(encoding)));
        }
    }
    Some((Files::get(name)?, None))
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offer| {
            let (name, rest) = offer.split_once(';').unwrap_or((offer, ""));
            let quality = rest.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
            name.trim().eq_ignore_ascii_case(encoding) && quality != Some(0.0)
        })
}

fn tag(file: &EmbeddedFile) -> String {
    use std::fmt::Write;
    let hash = file.metadata.sha256_hash();
    let mut tag = hash[..12].iter().fold(String::from("\""), |mut tag, byte| {
        let _ = write!(tag, "{byte:02x}");
        tag
    });
    tag.push('"');
    tag
}

/// The content type of what browsers should not interpret.
const BYTES: &str = "application/octet-stream";

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        _ => BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_taken_when_it_is_offered() {
        let check = |offer: &str, encoding: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, offer.parse().unwrap());
            assert_eq!(accepts(&headers, encoding), expected, "{offer}");
        };
        check("gzip, deflate, br", "br", true);
        check("gzip;q=0.8, BR;q=1", "br", true);
        check("br;q=0, gzip", "br", false);
        check("identity", "gzip", false);
        check("brotli", "br", false);
    }

    #[test]
    fn no_name_leads_out_of_the_pages() {
        for name in ["../Cargo.toml", "assets/../../Cargo.toml", "/etc/passwd", "assets/%2e%2e/x"] {
            let response = file(name, &HeaderMap::new(), keep::NEVER);
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
