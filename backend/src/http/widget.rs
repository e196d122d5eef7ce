//! The widget's document, or a polite page where there is no chat.
//!
//! `embed.js` says in the address which page it stands on (`from`). Nothing is granted for that: the
//! browser holds the document to `frame-ancestors`, and hands messages only to whom they are for. It
//! lets the document say that it is there, or why not, to the page that asked and to no other.

use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use shared::id::SiteKey;

use super::{
    body::At,
    csp,
    error::Error,
    pages::{message_page, page, written_in},
    public::look_of,
    render::json,
    texts::Texts,
};
use crate::{app::App, auth::token, origin, storage::rows::SiteRow};

/// What the page that embeds the chat says of itself.
#[derive(Debug, Deserialize)]
pub struct Embedding {
    lang: Option<String>,
    from: Option<String>,
}

/// Why there is no chat.
enum NoChat {
    /// No site has this key.
    Unknown(String),
    /// It is switched off.
    Off(SiteKey),
    /// Pages of this origin are not the site's.
    Stranger(String),
    /// It cannot be found out now.
    Failed(Error),
}

/// The widget's document, framed by the site's pages.
pub async fn show(
    State(app): State<App>,
    At(key): At<String>,
    Query(embedding): Query<Embedding>,
    headers: HeaderMap,
) -> Response {
    let asked = embedding.from.as_deref();
    let (site, from) = match open(&app, &key, asked, &headers).await {
        Ok(open) => open,
        Err(no) => return closed(no, asked),
    };
    let nonce = token::secret();
    // Those saved by an older Baton may be written otherwise.
    let origins: Vec<_> = site.origins.iter().filter_map(|o| origin::pattern(o).ok()).collect();
    let policy = csp::widget(&nonce, &origins);
    let look = look_of(&app, site);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let texts = Texts::choose(embedding.lang.as_deref(), accepted, written_in);
    page("shell.html", &nonce, policy, &headers, Some(texts.language()), |name| match name {
        "look" => Some(json(&look)),
        "from" => Some(json(&from)),
        "dir" => Some(texts.direction().to_owned()),
        "texts" => Some(json(&texts.all())),
        _ => name.strip_prefix("say:").map(|english| texts.say(english).to_owned()),
    })
}

/// A snippet whose key is empty.
pub async fn nameless(Query(embedding): Query<Embedding>) -> Response {
    closed(NoChat::Unknown(String::new()), embedding.from.as_deref())
}

/// The site, and the origin of the page that embeds it, if it says so and may.
async fn open(
    app: &App,
    key: &str,
    from: Option<&str>,
    headers: &HeaderMap,
) -> Result<(SiteRow, Option<String>), NoChat> {
    let unknown = || NoChat::Unknown(key.to_owned());
    let key: SiteKey = key.parse().map_err(|_| unknown())?;
    let site = app.store.site(&key).await.map_err(|failed| NoChat::Failed(failed.into()))?;
    let site = site.ok_or_else(unknown)?;
    if !site.active {
        return Err(NoChat::Off(key));
    }
    let Some(from) = from else { return Ok((site, None)) };
    let stranger = || NoChat::Stranger(from.to_owned());
    let from = origin::exact(from).map_err(|_| stranger())?;
    let known = site.origins.iter().any(|pattern| origin::allows(pattern, &from));
    if known || is_own(app, &from, headers) { Ok((site, Some(from))) } else { Err(stranger()) }
}

/// Whether `origin` is Baton's own, which may always embed.
fn is_own(app: &App, origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    app.config.public_url.as_deref() == Some(origin) || (host.is_some() && host == authority)
}

/// Any page may frame this one: there is nothing to press in it, and nothing of anybody.
fn closed(no: NoChat, from: Option<&str>) -> Response {
    let (status, why) = match no {
        NoChat::Unknown(key) => (
            StatusCode::NOT_FOUND,
            format!(
                "There is no site with the key “{}”. Copy the line again from Baton's admin page, \
                 under Sites.",
                short(&key)
            ),
        ),
        NoChat::Off(key) => (
            StatusCode::NOT_FOUND,
            format!("The site “{key}” is switched off in Baton's admin page, under Sites."),
        ),
        NoChat::Stranger(origin) => (
            StatusCode::FORBIDDEN,
            format!(
                "Pages of {} may not show this chat. Add it to the allowed origins of the site in \
                 Baton's admin page, under Sites.",
                short(&origin)
            ),
        ),
        NoChat::Failed(error) => return message_page(error.message(), error.status()),
    };
    let nonce = token::secret();
    // The page's owner reads the reason in their console; the visitor is told no more than they need.
    let tell = from.and_then(|from| origin::exact(from).ok()).map(|from| {
        let (message, from) = (json(&["baton", why.as_str()]), json(&from));
        format!("<script nonce=\"{nonce}\">parent.postMessage({message},{from})</script>")
    });
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Chat</title>\
         <style nonce=\"{nonce}\">body{{font:16px/1.5 system-ui;margin:30vh auto 0;padding:0 2em;\
         max-width:30em;text-align:center}}</style><p>The chat is not available here.</p>{}</html>",
        tell.unwrap_or_default()
    );
    let fresh = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = (header::CONTENT_SECURITY_POLICY, csp::closed(&nonce));
    (status, [fresh, policy], Html(html)).into_response()
}

fn short(text: &str) -> String {
    text.chars().take(100).collect()
}
