//! Checks of what people write.

use shared::limits;

use super::error::Error;

/// A text of 1 to `max` characters, without what cannot be seen or typed: of the control
/// characters only line breaks and tabs stay.
pub fn required(field: &'static str, text: &str, max: usize) -> Result<String, Error> {
    let text = clean(text);
    if text.is_empty() {
        return Err(Error::invalid(field, "Write something."));
    }
    within(field, text, max)
}

/// The same, but it may be missing; an empty one counts as missing.
pub fn optional(
    field: &'static str,
    text: Option<&str>,
    max: usize,
) -> Result<Option<String>, Error> {
    match text.map(clean) {
        Some(text) if !text.is_empty() => within(field, text, max).map(Some),
        _ => Ok(None),
    }
}

/// A name: like a text, but on one line.
pub fn name(field: &'static str, text: &str) -> Result<String, Error> {
    let name = required(field, text, limits::NAME_CHARS)?;
    if name.contains(['\n', '\t']) {
        return Err(Error::invalid(field, "Write it on one line."));
    }
    Ok(name)
}

/// An e-mail address, as far as its shape says.
pub fn email(field: &'static str, text: &str) -> Result<String, Error> {
    let address = text.trim();
    let fine = address.len() <= limits::EMAIL_BYTES
        && !address.contains(|c: char| c.is_whitespace() || c.is_control())
        && address.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.is_empty() && !host.contains('@')
        });
    if fine {
        Ok(address.to_owned())
    } else {
        Err(Error::invalid(field, "Write an e-mail address, such as kim@example.com."))
    }
}

fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let seen: String =
        text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    seen.trim().to_owned()
}

fn within(field: &'static str, text: String, max: usize) -> Result<String, Error> {
    if text.chars().count() > max {
        return Err(Error::invalid(field, format!("Shorten this to {max} characters.")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn length_counts_characters_and_what_cannot_be_seen_goes() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(required("text", text, 5).ok().as_deref(), expected, "{text:?}");
        };
        check("hello", Some("hello"));
        check("hello!", None);
        check("ñandú", Some("ñandú"));
        check("  hi  ", Some("hi"));
        check("a\r\nb", Some("a\nb"));
        check("a\0\u{8}\u{1b}b", Some("ab"));
        check("", None);
        check(" \0 ", None);
    }

    #[test]
    fn addresses() {
        for good in ["a@b", "kim@example.com", " kim+x@example.com "] {
            assert!(email("email", good).is_ok(), "{good}");
        }
        for bad in ["", "kim", "@b", "a@", "a@b@c", "a b@c", "a@b\nBcc: x@y"] {
            assert!(email("email", bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_passes_passes_again(text in "\\PC{0,20}|.{0,20}") {
            if let Ok(once) = required("text", &text, 10) {
                prop_assert_eq!(required("text", &once, 10).ok(), Some(once));
            }
        }
    }
}
