//! Permission as a parameter type: a handler that takes one of these cannot be reached without it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use shared::{
    api::Role,
    event::Event,
    id::SiteKey,
    message::{StaffRef, VisitorRef},
    time::Timestamp,
};

use super::{
    address,
    limits::TooOften,
    streams::{Place, TooMany},
    token::{self, Kind},
};
use crate::{
    app::App,
    storage::{
        Scope, StoreError,
        rows::{AuditRow, Hash, SessionKind, StaffRow},
    },
};

/// Why a request goes no further.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// Nobody is signed in, or not as whom the route is for.
    #[error("not signed in")]
    NotSignedIn,
    /// Signed in, but not as somebody who may.
    #[error("not allowed")]
    Forbidden,
    /// The visitor's site has been switched off.
    #[error("the site is switched off")]
    SiteClosed,
    /// Asked too often.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The end customer.
    Visitor,
    /// The people of the desk.
    Staff,
}

impl Audience {
    /// The event as this reader may see it, if at all.
    pub fn sees(self, event: &Event) -> Option<Event> {
        match self {
            Self::Visitor => event.for_visitor(),
            Self::Staff => Some(event.clone()),
        }
    }
}

/// How often the use of a key is noted, in milliseconds: writing so at every request would cost more
/// than the request.
const USE_NOTED_MS: i64 = 60_000;

/// How much longer a visitor's token must become good for before that is written, in milliseconds:
/// an hour.
const EXTENDED_MS: i64 = 3_600_000;

/// Name of the cookie that holds a staff session.
pub const COOKIE: &str = "baton_session";

/// A visitor, by their bearer token.
#[derive(Debug, Clone)]
pub struct VisitorAuth {
    /// Who.
    pub visitor: VisitorRef,
    /// On which site.
    pub site: SiteKey,
    /// SHA-256 of their token.
    pub token: Hash,
}

/// A signed-in member of staff, by cookie or API key.
#[derive(Debug, Clone)]
pub struct StaffAuth {
    /// Their account.
    pub account: StaffRow,
    /// SHA-256 of the session's token or the key.
    pub session: Hash,
}

/// A signed-in administrator.
#[derive(Debug, Clone)]
pub struct AdminAuth(pub StaffAuth);

/// Either: whoever may read a conversation, within their scope.
#[derive(Debug, Clone)]
pub enum ReaderAuth {
    /// A visitor.
    Visitor(VisitorAuth),
    /// A member of staff.
    Staff(StaffAuth),
}

/// The address that a request is counted against.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

impl VisitorAuth {
    /// The visitor of a bearer token.
    pub async fn of(app: &App, bearer: &str) -> Result<Self, Denied> {
        Self::by_hash(app, token::hash(Kind::Visitor, bearer).ok_or(Denied::NotSignedIn)?).await
    }

    /// The visitor of a token, if it is still good. Using it lets it be good for longer.
    pub async fn by_hash(app: &App, token: Hash) -> Result<Self, Denied> {
        let now = app.clock.now();
        let row = app.store.visitor(&token, now).await?.ok_or(Denied::NotSignedIn)?;
        let expires = Self::expires(app, now);
        if expires.since_ms(row.expires) >= EXTENDED_MS {
            app.store.extend_visitor(&token, expires).await?;
        }
        let site = app.store.site(&row.site).await?;
        if !site.is_some_and(|site| site.active) {
            return Err(Denied::SiteClosed);
        }
        Ok(Self { visitor: row.visitor, site: row.site, token })
    }

    /// Until when a token is good that is used now.
    pub fn expires(app: &App, now: Timestamp) -> Timestamp {
        now.plus_ms(i64::from(app.config.visitor_days) * 86_400_000)
    }

    /// Their own conversations.
    pub fn scope(&self) -> Scope {
        Scope::Visitor(self.visitor.id.clone())
    }
}

impl StaffAuth {
    /// The member of staff of an API key or of the session in the cookie.
    pub async fn of(app: &App, headers: &HeaderMap) -> Result<Self, Denied> {
        let hash = match bearer(headers) {
            Some(key) => token::hash(Kind::ApiKey, key),
            None => cookie(headers).and_then(|session| token::hash(Kind::Session, session)),
        };
        let staff = Self::by_hash(app, hash.ok_or(Denied::NotSignedIn)?).await?;
        app.desk.presence().acted(&staff.account.id);
        Ok(staff)
    }

    /// The member of staff of a session or key, if it still stands. Using a key is noted.
    pub async fn by_hash(app: &App, hash: Hash) -> Result<Self, Denied> {
        let now = app.clock.now();
        let standing = app.store.session(&hash, now).await?;
        let (account, session) = standing.ok_or(Denied::NotSignedIn)?;
        if let SessionKind::Key { used, .. } = session.kind
            && used.is_none_or(|used| now.since_ms(used) >= USE_NOTED_MS)
        {
            app.store.use_key(&hash, now).await?;
        }
        Ok(Self { account, session: hash })
    }

    /// The audit log's entry of what they do to `subject` now.
    pub fn entry(&self, app: &App, action: &str, subject: impl Into<String>) -> AuditRow {
        AuditRow::new(app.clock.now(), &self.account.name, action, subject)
    }

    /// The desk's conversations.
    pub fn scope(&self) -> Scope {
        Scope::Staff(self.account.id.clone())
    }

    /// As the record names them.
    pub fn name(&self) -> StaffRef {
        StaffRef { id: self.account.id.clone(), name: self.account.name.clone() }
    }
}

impl ReaderAuth {
    /// What they may read.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Visitor(visitor) => visitor.scope(),
            Self::Staff(staff) => staff.scope(),
        }
    }

    /// A place for one more stream of theirs; staff are few and need none.
    pub fn enter(&self, app: &App) -> Result<Option<Place>, TooMany> {
        match self {
            Self::Visitor(visitor) => app.streams.enter(&visitor.visitor.id).map(Some),
            Self::Staff(_) => Ok(None),
        }
    }

    /// The same reader, if their session or token still stands.
    pub async fn still(&self, app: &App) -> Result<Self, Denied> {
        match self {
            Self::Visitor(visitor) => {
                VisitorAuth::by_hash(app, visitor.token).await.map(Self::Visitor)
            }
            Self::Staff(staff) => StaffAuth::by_hash(app, staff.session).await.map(Self::Staff),
        }
    }

    /// As whom they read.
    pub fn audience(&self) -> Audience {
        match self {
            Self::Visitor(_) => Audience::Visitor,
            Self::Staff(_) => Audience::Staff,
        }
    }
}

impl FromRequestParts<App> for VisitorAuth {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Denied> {
        Self::of(app, bearer(&parts.headers).ok_or(Denied::NotSignedIn)?).await
    }
}

impl FromRequestParts<App> for StaffAuth {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Denied> {
        Self::of(app, &parts.headers).await
    }
}

impl FromRequestParts<App> for AdminAuth {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Denied> {
        let staff = StaffAuth::of(app, &parts.headers).await?;
        if staff.account.role == Role::Admin { Ok(Self(staff)) } else { Err(Denied::Forbidden) }
    }
}

impl FromRequestParts<App> for ReaderAuth {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Denied> {
        match bearer(&parts.headers) {
            Some(token) if token::hash(Kind::Visitor, token).is_some() => {
                VisitorAuth::of(app, token).await.map(Self::Visitor)
            }
            _ => StaffAuth::of(app, &parts.headers).await.map(Self::Staff),
        }
    }
}

impl FromRequestParts<App> for Peer {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Denied> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let client = address::client(peer, &parts.headers, app.config.trusted_proxies);
        Ok(Self(address::network(client)))
    }
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}
