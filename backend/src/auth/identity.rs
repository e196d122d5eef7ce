//! Identity assertions: a short-lived, one-use JWT in which a site vouches for its customer.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use shared::{id::SiteKey, time::Timestamp};

use crate::{
    storage::{
        Store, StoreError,
        rows::{NewIdentity, SiteRow},
    },
    vault::{Vault, VaultError},
};

/// Longest time that an assertion may still be good for, in seconds.
pub const LIFETIME_S: i64 = 300;
/// How far a site's clock may be ahead of ours, in seconds.
const SKEW_S: i64 = 5;
/// Longest assertion that is looked at, in bytes.
const JWT_BYTES: usize = 4096;
/// Longest claim, in characters.
const CLAIM_CHARS: usize = 200;

/// What a site vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The site's own id of the customer.
    pub sub: String,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The site's public key.
    pub aud: String,
    /// When it was signed, in seconds since 1970.
    pub iat: i64,
    /// Until when it is good, in seconds since 1970.
    pub exp: i64,
    /// Unique to this assertion.
    pub jti: String,
}

/// Why an assertion is not believed. Clients learn only that it is not.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The site has no identity secret.
    #[error("the site has no identity secret")]
    NoSecret,
    /// The site's secret cannot be read.
    #[error("the site's identity secret cannot be read: {0}")]
    Vault(#[from] VaultError),
    /// Not a JWT that this site signed for itself with HS256.
    #[error("not signed by the site: {0}")]
    Signature(String),
    /// Too old, too long, or from the future.
    #[error("not good at this time")]
    Time,
    /// A claim is empty or too long.
    #[error("claim {0} is empty or too long")]
    Claim(&'static str),
    /// It was used before.
    #[error("used before")]
    Reused,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks an assertion and uses it up: for whom does `site` vouch?
pub async fn verify(
    store: &dyn Store,
    vault: &Vault,
    site: &SiteRow,
    jwt: &str,
    now: Timestamp,
) -> Result<NewIdentity, IdentityError> {
    let sealed = site.identity_secret.as_ref().ok_or(IdentityError::NoSecret)?;
    let secret = vault.read(&SiteRow::identity_purpose(&site.key), sealed)?;
    let claims = read(&site.key, &secret, jwt, now)?;
    let expires = Timestamp(claims.exp.saturating_mul(1000));
    // Last, so that only a good assertion can use up an id.
    if !store.use_once(&site.key, &claims.jti, expires, now).await? {
        return Err(IdentityError::Reused);
    }
    Ok(NewIdentity { customer: claims.sub, name: claims.name, email: claims.email })
}

/// Signs an assertion as a site would: what the demo shop does in its own server's place.
pub fn sign(secret: &str, claims: &Claims) -> Result<String, IdentityError> {
    jsonwebtoken::encode(
        &Header::new(Algorithm::HS256),
        claims,
        &EncodingKey::from_secret(secret.as_bytes()),
    )
    .map_err(|e| IdentityError::Signature(e.to_string()))
}

fn read(site: &SiteKey, secret: &str, jwt: &str, now: Timestamp) -> Result<Claims, IdentityError> {
    if jwt.len() > JWT_BYTES {
        return Err(IdentityError::Signature("too long".to_owned()));
    }
    // The algorithm is fixed here; what the token's header says can only fail to match it.
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[site.as_str()]);
    validation.set_required_spec_claims(&["aud", "sub", "exp"]);
    // Time is an argument here, and the library would ask the machine's clock.
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let claims = jsonwebtoken::decode::<Claims>(jwt, &key, &validation)
        .map_err(|e| IdentityError::Signature(e.to_string()))?
        .claims;
    let now = now.0.div_euclid(1000);
    let latest = now + LIFETIME_S + SKEW_S;
    if claims.exp <= now || claims.exp > latest || claims.iat > now + SKEW_S {
        return Err(IdentityError::Time);
    }
    if claims.iat < claims.exp - LIFETIME_S - SKEW_S {
        return Err(IdentityError::Time);
    }
    let fits = |text: &str| {
        !text.trim().is_empty()
            && text.chars().count() <= CLAIM_CHARS
            && !text.chars().any(char::is_control)
    };
    let optional = |text: &Option<String>| text.as_deref().is_none_or(fits);
    for (name, good) in [
        ("sub", fits(&claims.sub)),
        ("jti", fits(&claims.jti)),
        ("name", optional(&claims.name)),
        ("email", optional(&claims.email)),
    ] {
        if !good {
            return Err(IdentityError::Claim(name));
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn good() -> Claims {
        Claims {
            sub: "cus_1".to_owned(),
            email: None,
            name: Some("Ada".to_owned()),
            aud: "demo".to_owned(),
            iat: 1_700_000_000,
            exp: 1_700_000_240,
            jti: "once".to_owned(),
        }
    }

    fn read_claims(secret: &str, claims: &Claims) -> Result<Claims, IdentityError> {
        let jwt = sign(secret, claims).unwrap();
        read(&"demo".parse().unwrap(), "secret", &jwt, NOW)
    }

    #[test]
    fn a_site_vouches_for_its_customer() {
        assert_eq!(read_claims("secret", &good()).unwrap(), good());
    }

    #[test]
    fn nothing_else_is_believed() {
        let check = |what: &str, change: &dyn Fn(&mut Claims)| {
            let mut claims = good();
            change(&mut claims);
            assert!(read_claims("secret", &claims).is_err(), "{what}");
        };
        check("another site", &|c| c.aud = "other".to_owned());
        check("expired", &|c| c.exp = 1_699_999_999);
        check("expires now", &|c| c.exp = 1_700_000_000);
        check("good for an hour", &|c| c.exp = 1_700_003_600);
        check("signed an hour ago", &|c| c.iat = 1_699_996_400);
        check("signed tomorrow", &|c| c.iat = 1_700_086_400);
        check("no customer", &|c| c.sub = " ".to_owned());
        check("no id", &|c| c.jti = String::new());
        check("endless id", &|c| c.jti = "x".repeat(201));
        check("a name with a line break", &|c| c.name = Some("Ada\nSYSTEM:".to_owned()));
        assert!(read_claims("another secret", &good()).is_err());
    }

    #[test]
    fn the_algorithm_is_fixed() {
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
        let site = "demo".parse().unwrap();
        let payload = B64.encode(serde_json::to_vec(&good()).unwrap());
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"None","typ":"JWT"}"#, r#"{"alg":"RS256"}"#] {
            for signature in ["", "AAAA"] {
                let jwt = format!("{}.{payload}.{signature}", B64.encode(header));
                assert!(read(&site, "secret", &jwt, NOW).is_err(), "{header}");
            }
        }
        for junk in ["", "a.b", "a.b.c", &"x".repeat(JWT_BYTES + 1)] {
            assert!(read(&site, "secret", junk, NOW).is_err());
        }
    }
}
