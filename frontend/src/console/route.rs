//! The console's addresses.

use std::fmt::Write;

use shared::id::{AgentSlug, ArticleSlug, ConversationId};

/// A page of the console.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Route {
    /// `/inbox`, with a conversation open at `/inbox/{id}`.
    Inbox(Option<ConversationId>),
    /// `/admin/…`.
    Admin(Page),
    /// Anything else.
    #[default]
    Unknown,
}

/// A page of the admin part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// All agents: `/admin`.
    Agents,
    /// One agent: `/admin/agents/{slug}`.
    Agent(AgentSlug),
    /// Connections to model providers: `/admin/models`.
    Models,
    /// Tools that administrators make: `/admin/tools`.
    Tools,
    /// The knowledge base: `/admin/knowledge`.
    Knowledge,
    /// One article: `/admin/knowledge/{slug}`.
    Article(ArticleSlug),
    /// An article that is being written, perhaps as the answer to a question that visitors asked:
    /// `/admin/new-article?question=…`.
    NewArticle(String),
    /// What visitors asked that nothing covered: `/admin/unanswered`.
    Unanswered,
    /// Files as articles: `/admin/import`.
    Import,
    /// Suggested examples: `/admin/learning`.
    Learning,
    /// Messages that the reader is least sure of: `/admin/unsure`.
    Unsure,
    /// Messages that must be understood: `/admin/tests`.
    SavedTests,
    /// Websites: `/admin/sites`.
    Sites,
    /// Accounts: `/admin/staff`.
    Staff,
    /// What holds for the whole desk: `/admin/desk`.
    Desk,
    /// Kill switch and open refunds: `/admin/money`.
    Money,
    /// The audit log, of all or of one conversation: `/admin/audit?conversation=…`.
    Audit(Option<ConversationId>),
    /// Tokens, cost and turns: `/admin/meters`.
    Meters,
}

impl Route {
    /// The page at `path` with `query`, which may begin with a question mark.
    pub fn parse(path: &str, query: &str) -> Self {
        let mut parts = path.split('/').filter(|p| !p.is_empty());
        let (first, second, third, more) = (parts.next(), parts.next(), parts.next(), parts.next());
        match (first, second, third, more) {
            (Some("inbox"), None, ..) => Self::Inbox(None),
            (Some("inbox"), Some(id), None, _) => {
                id.parse().map_or(Self::Unknown, |id| Self::Inbox(Some(id)))
            }
            (Some("admin"), second, third, None) => {
                page(second, third, query).map_or(Self::Unknown, Self::Admin)
            }
            _ => Self::Unknown,
        }
    }

    /// Where the page is.
    pub fn address(&self) -> String {
        match self {
            Self::Inbox(None) | Self::Unknown => "/inbox".to_owned(),
            Self::Inbox(Some(id)) => format!("/inbox/{id}"),
            Self::Admin(page) => match page {
                Page::Agents => "/admin/agents".to_owned(),
                Page::Agent(slug) => format!("/admin/agents/{slug}"),
                Page::Models => "/admin/models".to_owned(),
                Page::Tools => "/admin/tools".to_owned(),
                Page::Knowledge => "/admin/knowledge".to_owned(),
                Page::Article(slug) => format!("/admin/knowledge/{slug}"),
                Page::NewArticle(question) if question.is_empty() => {
                    "/admin/new-article".to_owned()
                }
                Page::NewArticle(question) => {
                    format!("/admin/new-article?question={}", escaped(question))
                }
                Page::Unanswered => "/admin/unanswered".to_owned(),
                Page::Import => "/admin/import".to_owned(),
                Page::Learning => "/admin/learning".to_owned(),
                Page::Unsure => "/admin/unsure".to_owned(),
                Page::SavedTests => "/admin/tests".to_owned(),
                Page::Sites => "/admin/sites".to_owned(),
                Page::Staff => "/admin/staff".to_owned(),
                Page::Desk => "/admin/desk".to_owned(),
                Page::Money => "/admin/money".to_owned(),
                Page::Audit(None) => "/admin/audit".to_owned(),
                Page::Audit(Some(id)) => format!("/admin/audit?conversation={id}"),
                Page::Meters => "/admin/meters".to_owned(),
            },
        }
    }
}

fn page(second: Option<&str>, third: Option<&str>, query: &str) -> Option<Page> {
    match (second, third) {
        (None | Some("agents"), None) => Some(Page::Agents),
        (Some("agents"), Some(slug)) => slug.parse().ok().map(Page::Agent),
        (Some("models"), None) => Some(Page::Models),
        (Some("tools"), None) => Some(Page::Tools),
        (Some("knowledge"), None) => Some(Page::Knowledge),
        (Some("knowledge"), Some(slug)) => slug.parse().ok().map(Page::Article),
        (Some("new-article"), None) => {
            Some(Page::NewArticle(value(query, "question").unwrap_or_default()))
        }
        (Some("unanswered"), None) => Some(Page::Unanswered),
        (Some("import"), None) => Some(Page::Import),
        (Some("learning"), None) => Some(Page::Learning),
        (Some("unsure"), None) => Some(Page::Unsure),
        (Some("tests"), None) => Some(Page::SavedTests),
        (Some("sites"), None) => Some(Page::Sites),
        (Some("staff"), None) => Some(Page::Staff),
        (Some("desk"), None) => Some(Page::Desk),
        (Some("money"), None) => Some(Page::Money),
        (Some("audit"), None) => {
            let id = value(query, "conversation");
            Some(Page::Audit(id.and_then(|id| id.parse().ok())))
        }
        (Some("meters"), None) => Some(Page::Meters),
        _ => None,
    }
}

/// The value of `key` in a query.
fn value(query: &str, key: &str) -> Option<String> {
    let mut pairs = query.trim_start_matches('?').split('&').filter_map(|p| p.split_once('='));
    pairs.find(|(known, _)| *known == key).map(|(_, value)| unescaped(value))
}

/// `text` as a value in a query (RFC 3986, 2.1).
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    })
}

/// The reverse of [`escaped`]; what is no escape stays as it is.
fn unescaped(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|b| char::from(*b).to_digit(16));
        let escape = (*first == b'%').then(|| Some((digit(0)?, digit(1)?))).flatten();
        let (byte, width) = match escape {
            Some((high, low)) => (u8::try_from(high * 16 + low).unwrap_or(b'?'), 2),
            None => (*first, 0),
        };
        bytes.push(byte);
        rest = &tail[width..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_page_has_an_address_that_leads_to_it() {
        let id = || Some("cnv_1".parse().unwrap());
        let pages = [
            Page::Agents,
            Page::Agent("billing".parse().unwrap()),
            Page::Models,
            Page::Knowledge,
            Page::Unanswered,
            Page::Import,
            Page::Learning,
            Page::Unsure,
            Page::SavedTests,
            Page::Article("returns".parse().unwrap()),
            Page::NewArticle(String::new()),
            Page::NewArticle("Où est-ce? 100% & more=#1 🦀".to_owned()),
            Page::Sites,
            Page::Staff,
            Page::Desk,
            Page::Money,
            Page::Audit(None),
            Page::Audit(id()),
            Page::Meters,
        ];
        let inbox = [Route::Inbox(None), Route::Inbox(id())];
        for route in pages.into_iter().map(Route::Admin).chain(inbox) {
            let address = route.address();
            let (path, query) = address.split_once('?').unwrap_or((&address, ""));
            assert_eq!(Route::parse(path, query), route);
        }
        assert_eq!(Route::parse("/admin", ""), Route::Admin(Page::Agents));
        assert_eq!(Route::parse("/admin/", "?x"), Route::Admin(Page::Agents));
    }

    #[test]
    fn anything_else_is_unknown() {
        for path in ["", "/", "/inbox/a/b", "/inbox/<x>", "/admin/nope", "/admin/agents/a/b"] {
            assert_eq!(Route::parse(path, ""), Route::Unknown, "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_address_panics(path in ".{0,60}", query in ".{0,30}") {
            let _ = Route::parse(&path, &query);
        }

        #[test]
        fn any_question_fits_into_an_address(question in "\\PC{0,60}") {
            let route = Route::Admin(Page::NewArticle(question));
            let address = route.address();
            let (path, query) = address.split_once('?').unwrap_or((&address, ""));
            prop_assert_eq!(Route::parse(path, query), route);
        }
    }
}
