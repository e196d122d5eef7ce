//! Finds data by which somebody can be found or charged, and masks it so that its owner still
//! knows which it was.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;
use shared::guardrail::PersonalData;

use super::plain::Plain;

/// Where such data stands in a text, and what may stand there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Where, in bytes.
    pub at: Range<usize>,
    /// What may be shown of it.
    pub mask: String,
}

/// All data of this kind in a text, in its order, however it is disguised.
pub fn find(kind: PersonalData, written: &str) -> Vec<Spot> {
    let plain = Plain::of(written);
    let text = plain.text.as_str();
    let spots = match kind {
        PersonalData::Card => cards(text),
        PersonalData::Iban => matches(&IBAN, text, iban),
        PersonalData::Email => matches(&EMAIL, text, email),
        PersonalData::Phone => matches(&PHONE, text, phone),
    };
    let back = |spot: Spot| Spot { at: plain.written(&spot.at), ..spot };
    spots.into_iter().map(back).collect()
}

/// What a kind is called in the record.
pub fn name(kind: PersonalData) -> &'static str {
    match kind {
        PersonalData::Card => "a card number",
        PersonalData::Iban => "an account number",
        PersonalData::Email => "an e-mail address",
        PersonalData::Phone => "a phone number",
    }
}

type Pattern = LazyLock<Option<Regex>>;

/// Digits, in groups or not, of which some may be a card's.
static DIGITS: Pattern = LazyLock::new(|| Regex::new(r"[0-9](?:[\s./_–\-]{0,3}[0-9]){12,}").ok());
/// Country, check digits, 11 to 30 letters and digits (ISO 13616), in groups or not.
static IBAN: Pattern =
    LazyLock::new(|| Regex::new(r"(?i)\b[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]){11,30}\b").ok());
static EMAIL: Pattern = LazyLock::new(|| {
    Regex::new(r"[\p{L}\p{N}._%+\-]{1,64}@[\p{L}\p{N}\-]{1,63}(?:\.[\p{L}\p{N}\-]{1,63})+").ok()
});
/// With a country's code, or an area's that begins with 0: at least nine digits.
static PHONE: Pattern =
    LazyLock::new(|| Regex::new(r"(?:\+|\b0)\d(?:[ ./()\-]{0,3}\d){7,13}\b").ok());

fn matches(
    pattern: &'static Pattern,
    text: &str,
    check: fn(&str) -> Option<(usize, String)>,
) -> Vec<Spot> {
    let found = pattern.as_ref().into_iter().flat_map(|regex| regex.find_iter(text));
    let spots = found.filter_map(|hit| {
        // Digits that go on before or after are part of something longer.
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if digit(text[..hit.start()].chars().next_back()) {
            return None;
        }
        let (length, mask) = check(hit.as_str())?;
        let end = hit.start() + length;
        (!digit(text[end..].chars().next())).then_some(Spot { at: hit.start()..end, mask })
    });
    spots.collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The numbers of cards: 13 to 19 digits (ISO/IEC 7812-1) that begin and end with a group. What
/// stands before and after, such as when the card ends, may look like more of it.
fn cards(text: &str) -> Vec<Spot> {
    let mut spots = Vec::new();
    for run in DIGITS.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)) {
        let groups = groups(run.as_str());
        let mut first = 0;
        while first < groups.len() {
            let card = (first..groups.len()).rev().find_map(|last| {
                let at = groups[first].start..groups[last].end;
                Some((last, at.clone(), card(&run.as_str()[at])?))
            });
            first = match card {
                None => first + 1,
                Some((last, at, mask)) => {
                    spots.push(Spot { at: run.start() + at.start..run.start() + at.end, mask });
                    last + 1
                }
            };
        }
    }
    spots
}

/// Where the digits stand that belong together.
fn groups(run: &str) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (at, _) in run.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        match groups.last_mut() {
            Some(group) if group.end == at => group.end = at + 1,
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

fn card(text: &str) -> Option<String> {
    let digits = digits(text);
    // Payment cards begin with 2 to 6; what else has a check digit like theirs is something else.
    let begins = matches!(digits.as_bytes().first()?, b'2'..=b'6');
    let is_card = begins && (13..=19).contains(&digits.len()) && luhn(&digits);
    is_card.then(|| format!("•••• {}", &digits[digits.len() - 4..]))
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn luhn(digits: &str) -> bool {
    let doubled = |(i, digit): (usize, u8)| {
        let digit = u32::from(digit - b'0') << (i % 2);
        digit / 10 + digit % 10
    };
    digits.bytes().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// The longest beginning that is an account number: what follows it may be the next words.
fn iban(text: &str) -> Option<(usize, String)> {
    let ends = text.char_indices().rev().map(|(i, c)| (i + c.len_utf8(), c));
    let number = |end: usize| -> String {
        text[..end].chars().filter(char::is_ascii_alphanumeric).collect()
    };
    let (end, number) = ends
        .filter(|(_, c)| c.is_ascii_alphanumeric())
        .map(|(end, _)| (end, number(end).to_ascii_uppercase()))
        .take_while(|(_, number)| number.len() >= 15)
        .find(|(_, number)| checks_out(number))?;
    Some((end, format!("{}•• •••• {}", &number[..2], &number[number.len() - 4..])))
}

/// Modulo 97 (ISO 13616, 6.1): the first four characters go last, letters count from 10.
fn checks_out(number: &str) -> bool {
    let rest = number.bytes().cycle().skip(4).take(number.len()).fold(0u32, |rest, c| match c {
        b'0'..=b'9' => (rest * 10 + u32::from(c - b'0')) % 97,
        _ => (rest * 100 + u32::from(c - b'A') + 10) % 97,
    });
    rest == 1
}

fn email(text: &str) -> Option<(usize, String)> {
    let (name, host) = text.split_once('@')?;
    Some((text.len(), format!("{}•••@{host}", name.chars().next()?)))
}

fn phone(text: &str) -> Option<(usize, String)> {
    let digits = digits(text);
    let enough = (9..=15).contains(&digits.len());
    enough.then(|| (text.len(), format!("•••{}", &digits[digits.len() - 2..])))
}

#[cfg(test)]
mod tests {
    use PersonalData::{Card, Email, Iban, Phone};
    use proptest::prelude::*;

    use super::*;

    /// `text` with all data of a kind masked.
    fn masked(kind: PersonalData, text: &str) -> String {
        let mut masked = text.to_owned();
        for spot in find(kind, text).into_iter().rev() {
            masked.replace_range(spot.at, &spot.mask);
        }
        masked
    }

    #[test]
    fn what_identifies_somebody_is_masked_and_nothing_else() {
        let check = |kind, text: &str, wanted: &str| assert_eq!(masked(kind, text), wanted);
        let same = |kind, text: &str| check(kind, text, text);
        check(Card, "my card 4111 1111 1111 1111, thanks", "my card •••• 1111, thanks");
        check(Card, "4111-1111-1111-1111 and 5555555555554444", "•••• 1111 and •••• 4444");
        check(Card, "Amex: 378282246310005.", "Amex: •••• 0005.");
        check(Card, "4111 1111 1111 1111 12/27 123", "•••• 1111 12/27 123");
        check(Card, "4111111111111111 737", "•••• 1111 737");
        check(Card, "order 1001 4111 1111 1111 1111", "order 1001 •••• 1111");
        check(Card, "4111  1111\u{a0}1111 / 1111 09/28", "•••• 1111 09/28");
        check(Card, "４１１１ １１１１ １１１１ １１１１", "•••• 1111");
        check(Card, "4111\u{200b}1111\u{200b}1111\u{200b}1111", "•••• 1111");
        same(Card, "order 4111111111111112");
        same(Card, "tracking 00340434161094042557");
        same(Card, "A1001 on 2026-11-21 12:30, 49.00 EUR");
        same(Card, "9780306406157");
        check(Iban, "to DE89 3704 0044 0532 0130 00 please", "to DE•• •••• 3000 please");
        check(Iban, "GB82WEST12345698765432", "GB•• •••• 5432");
        check(Iban, "it is nl91abna0417164300.", "it is NL•• •••• 4300.");
        same(Iban, "DE89 3704 0044 0532 0130 01 please");
        same(Iban, "INV2026-000000000012");
        check(Email, "write to ada.l+x@mail.example.org!", "write to a•••@mail.example.org!");
        same(Email, "@home we say a@b");
        check(Phone, "call +49 (0)30 1234567 now", "call •••67 now");
        check(Phone, "0171 / 234 56 78", "•••78");
        check(Phone, "+1-202-555-0143", "•••43");
        same(Phone, "order A1001, 49.00 EUR, 30 days");
        same(Phone, "on 2026-11-21 at 09:15");
        same(Phone, "12345678");
    }

    proptest! {
        /// Whatever is typed, what is found are places of the text, in order and apart.
        #[test]
        fn places_are_places(text in r"[ 0-9A-Za-z+@.\-()é•]{0,120}") {
            for kind in PersonalData::ALL {
                let mut end = 0;
                for spot in find(kind, &text) {
                    prop_assert!(spot.at.start >= end && spot.at.end > spot.at.start);
                    prop_assert!(text.get(spot.at.clone()).is_some());
                    end = spot.at.end;
                }
            }
        }

        /// A card's number is found however it is grouped, and none of its middle is shown.
        #[test]
        fn a_card_is_found_however_it_is_written(
            start in "[2-6][0-9]{14}", gaps in prop::collection::vec(0..4usize, 3),
            after in prop::sample::select(vec!["now", "12/27 123", "09/28", "737"]),
        ) {
            let full = (0..10).map(|d| format!("{start}{d}")).find(|n| luhn(n)).expect("a digit");
            let gap = |i: usize| ["", " ", "-", "."][gaps[i]];
            let (a, b, c, d) = (&full[..4], &full[4..8], &full[8..12], &full[12..]);
            let written = format!("{a}{}{b}{}{c}{}{d}", gap(0), gap(1), gap(2));
            let shown = masked(PersonalData::Card, &format!("pay {written} {after}"));
            let middle = format!("{}{}", &full[4..8], &full[8..12]);
            let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
            prop_assert!(!digits.contains(&middle), "{}", shown);
        }
    }
}
