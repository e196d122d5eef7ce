//! Where a link may lead.

/// An address that is safe to follow and whose host can be shown: `http`, `https` or `mailto`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Href {
    url: String,
    host: String,
}

/// Longest address, in bytes.
pub const MAX_BYTES: usize = 2_048;

impl Href {
    /// The address, if it may be followed.
    ///
    /// Everything that could make the host show other than it is makes it text: a user name before
    /// the host, a backslash (which browsers read as a slash), letters beyond ASCII in the host.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"\\\"<>`{}|^".contains(c);
        if text.len() > MAX_BYTES || !text.chars().all(plain) {
            return None;
        }
        let (scheme, rest) = text.split_once(':')?;
        let host = match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => web_host(rest.strip_prefix("//")?)?,
            "mailto" => mail_address(rest)?,
            _ => return None,
        };
        Some(Self { url: text.to_owned(), host })
    }

    /// The whole address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a reader should see of where it leads: the host, or the mail address.
    pub fn host(&self) -> &str {
        &self.host
    }
}

fn web_host(rest: &str) -> Option<String> {
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.split_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        Some(_) => return None,
        None => authority,
    };
    let named = host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    let fine = named && !host.is_empty() && !host.starts_with(['.', '-']);
    fine.then(|| host.to_ascii_lowercase())
}

fn mail_address(rest: &str) -> Option<String> {
    // No `?`: a link must not fill in a letter that the reader has not written.
    let (name, host) = rest.split_once('@')?;
    let fine = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+'))
    };
    (fine(name) && fine(host)).then(|| rest.to_owned())
}
