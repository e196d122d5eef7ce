//! Fills the placeholders of a page: `{{nonce}}`, `{{asset:NAME}}`, `{{look}}` …

use std::fmt::Write;

/// The page with each `{{name}}` replaced by what `value` answers for it; what it does not know
/// stays as it is.
pub fn fill(page: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(page.len() + 512);
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let known = after.split_once("}}").and_then(|(name, tail)| Some((value(name)?, tail)));
        if let Some((text, tail)) = known {
            filled.push_str(&text);
            rest = tail;
        } else {
            filled.push_str("{{");
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

/// JSON that can stand in a script element or in an attribute: no character of it ends either.
pub fn json<T: serde::Serialize>(value: &T) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\'' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(safe, "\\u{:04x}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
}

/// The language that a page is asked for.
pub fn language(asked: Option<&str>, accepted: Option<&str>) -> String {
    languages(asked, accepted).into_iter().next().unwrap_or_else(|| "en".to_owned())
}

/// Most languages of a browser that are looked at.
const LANGUAGES: usize = 20;

/// The languages that a page is asked for, best first: what the address says, then what the browser
/// says, in its order.
pub fn languages(asked: Option<&str>, accepted: Option<&str>) -> Vec<String> {
    let tag = |text: &str| {
        let text = text.split(';').next().unwrap_or_default().trim();
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let primary = text.split('-').next().unwrap_or_default();
        let letters = primary.bytes().all(|b| b.is_ascii_alphabetic());
        (plain && letters && (2..=3).contains(&primary.len()) && text.len() <= 20)
            .then(|| text.to_owned())
    };
    let accepted = accepted.unwrap_or_default().split(',').take(LANGUAGES);
    asked.into_iter().chain(accepted).filter_map(tag).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_names_are_filled_and_others_stay() {
        let value = |name: &str| match name {
            "nonce" => Some("N".to_owned()),
            "loop" => Some("{{nonce}}".to_owned()),
            _ => None,
        };
        let check = |page: &str, filled: &str| assert_eq!(fill(page, value), filled);
        check("<a nonce={{nonce}}>", "<a nonce=N>");
        check("{{nonce}}{{nonce}}", "NN");
        check("{{loop}}", "{{nonce}}");
        check("{{other}} {{nonce}}", "{{other}} N");
        check("{{nonce", "{{nonce");
        check("{{{{nonce}}", "{{N");
    }

    #[test]
    fn a_greeting_cannot_leave_its_script_element() {
        let hostile = "</script><script>alert('1')</script>&\u{2028}";
        let text = json(&hostile);
        assert!(!text.contains(['<', '>', '&', '\'', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hostile);
    }

    #[test]
    fn languages() {
        let check = |asked: Option<&str>, accepted: Option<&str>, expected: &str| {
            assert_eq!(language(asked, accepted), expected);
        };
        check(Some("de"), Some("fr"), "de");
        check(Some("pt-BR"), None, "pt-BR");
        check(Some(""), Some("fr-CH, fr;q=0.9"), "fr-CH");
        check(Some("\"><script>"), Some("*"), "en");
        check(None, Some("de;q=0.8"), "de");
        check(None, None, "en");
        let all = super::languages(Some("ja"), Some("fr-CH, fr;q=0.9, *;q=0.1"));
        assert_eq!(all, ["ja", "fr-CH", "fr"]);
        let long = "de,".repeat(10_000);
        assert_eq!(super::languages(None, Some(&long)).len(), LANGUAGES);
    }

    proptest! {
        #[test]
        fn json_stays_what_it_was(text in ".{0,40}") {
            prop_assert_eq!(serde_json::from_str::<String>(&json(&text)).unwrap(), text);
        }
    }
}
