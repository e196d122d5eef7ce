//! What a sender calls a message: a UUID, so that two senders never choose the same.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A message as its sender named it, a UUID in small letters; a retry carries the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
pub struct ClientId(String);

/// A string that is not a UUID as RFC 9562 writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUuid;

impl fmt::Display for NotUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a client id is a UUID, such as 2f1c8a52-5b1e-4c0e-9d5f-0a6b7c8d9e0f")
    }
}

impl std::error::Error for NotUuid {}

impl ClientId {
    /// A UUID of version 4 from 128 random bits (RFC 9562, section 5.4).
    pub fn random(mut bits: [u8; 16]) -> Self {
        bits[6] = bits[6] & 0x0f | 0x40;
        bits[8] = bits[8] & 0x3f | 0x80;
        let hex = format!("{:032x}", u128::from_be_bytes(bits));
        Self([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
    }

    /// The UUID as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = NotUuid;

    /// Takes capitals too, as RFC 9562 asks of readers.
    fn try_from(mut text: String) -> Result<Self, NotUuid> {
        if !is_uuid(&text) {
            return Err(NotUuid);
        }
        text.make_ascii_lowercase();
        Ok(Self(text))
    }
}

impl FromStr for ClientId {
    type Err = NotUuid;

    fn from_str(text: &str) -> Result<Self, NotUuid> {
        Self::try_from(text.to_owned())
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> String {
        id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Groups of 8, 4, 4, 4 and 12 hexadecimal digits, of whatever version.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_uuid_is_one() {
        let good = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(good.parse::<ClientId>().map(String::from), Ok(good.to_owned()));
        assert_eq!(good.to_uppercase().parse(), good.parse::<ClientId>(), "one and the same");
        for bad in [
            "",
            "m-1",
            "01890a5dac96774bbcceb302099a8057",
            "01890a5d-ac96-774b-bcce-b302099a805",
            "01890a5d-ac96-774b-bcce-b302099a80577",
            "01890a5d-ac96-774b-bcce-b302099a805g",
            "01890a5dac-96-774b-bcce-b302099a8057",
            "{01890a5d-ac96-774b-bcce-b302099a8057}",
            "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
            " 01890a5d-ac96-774b-bcce-b302099a805",
            "01890a5d-ac96-774b-bcce-b302099a80é",
        ] {
            assert_eq!(bad.parse::<ClientId>(), Err(NotUuid), "{bad:?}");
            assert!(serde_json::from_value::<ClientId>(bad.into()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn random_bits_become_version_4() {
        let written = |bits| ClientId::random(bits).to_string();
        assert_eq!(written([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(written([0; 16]), "00000000-0000-4000-8000-000000000000");
    }

    proptest! {
        #[test]
        fn what_is_made_is_read(bits: [u8; 16]) {
            let id = ClientId::random(bits);
            prop_assert_eq!(id.as_str().parse::<ClientId>(), Ok(id.clone()));
        }

        #[test]
        fn nothing_panics(text in ".{0,40}") {
            let _ = text.parse::<ClientId>();
        }
    }
}
