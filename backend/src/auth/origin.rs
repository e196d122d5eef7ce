//! Refuses what another site makes a browser send.

use axum::http::{HeaderMap, Method, header};

/// Whether a request that may change something comes from Baton's own pages, or from no browser.
///
/// The algorithm is that of Go's `http.CrossOriginProtection`: browsers say where a request was
/// made (`Sec-Fetch-Site`, or at least `Origin`) and pages cannot change that; a program that
/// says neither carries no cookie that it was not given.
pub fn is_own(method: &Method, headers: &HeaderMap, public: Option<&str>) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
        || is_own_origin(headers, public)
}

/// The same for a request of any method: a WebSocket upgrade is a GET that must not be foreign.
pub fn is_own_origin(headers: &HeaderMap, public: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let origin = text(header::ORIGIN.as_str());
    let trusted = origin.is_some_and(|origin| public == Some(origin));
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return true,
        Some(_) => return trusted,
        None => {}
    }
    let Some(origin) = origin else { return true };
    let host = text(header::HOST.as_str());
    let own = origin.split_once("://").is_some_and(|(_, authority)| host == Some(authority));
    own || trusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_pages_and_programs_may_change_things() {
        let check = |method: Method, pairs: &[(&'static str, &str)], expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert("host", "desk.example".parse().unwrap());
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            let own = is_own(&method, &headers, Some("https://public.example"));
            assert_eq!(own, expected, "{method} {pairs:?}");
        };
        let post = Method::POST;
        check(Method::GET, &[("sec-fetch-site", "cross-site")], true);
        check(post.clone(), &[], true);
        check(post.clone(), &[("sec-fetch-site", "same-origin")], true);
        check(post.clone(), &[("sec-fetch-site", "none")], true);
        check(post.clone(), &[("sec-fetch-site", "same-site")], false);
        check(post.clone(), &[("sec-fetch-site", "cross-site")], false);
        check(post.clone(), &[("origin", "https://desk.example")], true);
        check(post.clone(), &[("origin", "https://evil.example")], false);
        check(post.clone(), &[("origin", "https://desk.example.evil.example")], false);
        check(post.clone(), &[("origin", "null")], false);
        check(post.clone(), &[("origin", "https://public.example")], true);
        let behind_proxy = [("origin", "https://public.example"), ("sec-fetch-site", "cross-site")];
        check(post.clone(), &behind_proxy, true);
        let lying = [("origin", "https://desk.example"), ("sec-fetch-site", "cross-site")];
        check(post, &lying, false);
    }
}
