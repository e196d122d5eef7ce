//! Text on its way to a person's eyes or from a stranger's hands.

/// Longest address, in bytes (RFC 5321, 4.5.3.1.3, less the angle brackets).
const EMAIL_BYTES: usize = 254;

/// Whether `text` has the shape of an address that mail can be sent to. Whether it exists, only a
/// mail can tell.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_fine = (1..=64).contains(&local.len())
        && local.split('.').all(|part| !part.is_empty())
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    let label_fine = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    local_fine
        && text.len() <= EMAIL_BYTES
        && domain.contains('.')
        && domain.split('.').all(label_fine)
}

/// `text` if it is short and plain enough to stand in a label, such as an order number.
pub fn plain(text: &str) -> Option<&str> {
    let text = text.trim().trim_start_matches('#');
    let fine = (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    fine.then_some(text)
}

/// `text` on one line, without control characters, cut to `max` characters.
pub fn one_line(text: &str, max: usize) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect();
    words.join(" ").chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["a@b.co", "maria.rossi+shop@mail.example.com", "josé@exämple.org"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.com", "x".repeat(65));
        for bad in [
            "",
            "@",
            "a@b",
            "a@",
            "@b.co",
            "a b@c.de",
            "a@b..co",
            "a@-b.co",
            ".a@b.co",
            "a@b.co\n",
            "<a@b.co>",
            "a@b.co, c@d.ef",
            "a@b.co\0",
            &long,
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn only_plain_text_reaches_a_label() {
        let check = |text: &str, label| assert_eq!(plain(text), label, "{text:?}");
        check("A1001", Some("A1001"));
        check(" #A1001 ", Some("A1001"));
        check("A1001 and <b>", None);
        check("Ａ1001", None);
        check("", None);
        check(&"x".repeat(33), None);
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line("  a\r\n\tb \u{0} c ", 10), "a b c");
        assert_eq!(one_line("äöüß", 2), "äö");
    }
}
