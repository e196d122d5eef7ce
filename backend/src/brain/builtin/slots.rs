//! Values in a message: order and invoice ids, addresses, amounts, counts.

use std::sync::LazyLock;

use classifier::features::READ_CHARS;
use regex::Regex;
use shared::money::{Currency, Money};
use unicode_normalization::UnicodeNormalization;

use super::lexicon::pattern;

/// Most values taken from one message; more are no request but a list.
const MOST: usize = 12;

/// The values in `text`, as key and value, in the order of their keys and then of the text:
/// `email`, `invoice`, `amount` ("49.00 EUR"), `count` ("30 days"), `order` ("A1001"), `date` (as it
/// was said: "last Tuesday" means the day when it was), `phone`, `number` (digits that may be an id).
/// A span is taken once, by the first key that fits.
pub fn find(text: &str) -> Vec<(String, String)> {
    let mut text: String = text.chars().take(READ_CHARS).nfkc().collect();
    let mut found: Vec<(String, String)> = Vec::new();
    for (key, pattern, read) in KINDS.iter() {
        let mut taken = Vec::new();
        for hit in pattern.captures_iter(&text) {
            let (Some(whole), Some(value)) = (hit.get(0), read(&hit)) else { continue };
            taken.push(whole.range());
            let slot = ((*key).to_owned(), value);
            if !found.contains(&slot) && found.len() < MOST {
                found.push(slot);
            }
        }
        for range in taken {
            let blank = " ".repeat(range.len());
            text.replace_range(range, &blank);
        }
    }
    found
}

type Read = fn(&regex::Captures<'_>) -> Option<String>;

static KINDS: LazyLock<Vec<(&str, Regex, Read)>> = LazyLock::new(|| {
    vec![
        (
            "email",
            pattern(
                r"(?i)\b[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.[a-z]{2,24}\b",
            ),
            email,
        ),
        (
            "invoice",
            pattern(
                r"(?i)\binv[-_ ]?(?:[a-z0-9]{1,12}[-_])*[a-z]{0,4}\d{1,12}(?:[-_][a-z0-9]{1,12})*\b",
            ),
            invoice,
        ),
        (
            "amount",
            pattern(
                r"(?i)(?P<sign>[€$£])\s?(?P<a>\d[\d.,]{0,14})|(?P<b>\d[\d.,]{0,14})\s?(?P<unit>€|\$|£|(?:eur(?:os?)?|usd|dollars?|gbp|pounds?|chf|francs?|pln|zł)\b)|\b(?P<code>eur|usd|gbp|chf|pln)\s?(?P<c>\d[\d.,]{0,14})",
            ),
            amount,
        ),
        (
            "count",
            pattern(
                r"(?i)\b\d{1,4}\s?(?:x|times|days?|weeks?|months?|years?|hours?|minutes?|items?|pieces?|tagen?|wochen?|monaten?|stunden?|jours?|semaines?|mois|días?|semanas?|meses|giorni|settimane|mesi|dias?|dagen|weken|maanden|dni|tygodni|miesięcy)\b",
            ),
            whole,
        ),
        ("order", pattern(r"(?i)\b(?P<letters>[a-z]{1,3})-?(?P<digits>\d{3,6})\b"), order),
        ("date", pattern(&dates()), whole),
        (
            "phone",
            pattern(r"\+\d[\d ()/.-]{6,18}\d|\b0\d{1,5}[ /-]\d[\d -]{4,14}\d\b|\b0\d{8,13}\b"),
            phone,
        ),
        ("number", pattern(r"\b\d{3,8}\b"), whole),
    ]
});

fn whole(hit: &regex::Captures<'_>) -> Option<String> {
    Some(hit.get(0)?.as_str().to_owned())
}

/// Days of the calendar, and weekdays that have been, in the languages that ship.
fn dates() -> String {
    let months = "january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug|september|sept?|october|oct|november|nov|december|dec\
        |januar|jänner|februar|märz|mai|juni|juli|oktober|dezember\
        |janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre\
        |enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre\
        |janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro\
        |gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre\
        |januari|februari|maart|mei|augustus\
        |stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia";
    let days = "monday|tuesday|wednesday|thursday|friday|saturday|sunday\
        |montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag\
        |maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag\
        |poniedziałek|wtorek|środę|czwartek|piątek|sobotę|niedzielę";
    let days_before = "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche\
        |lunes|martes|miércoles|jueves|viernes|sábado|domingo\
        |lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica\
        |segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira";
    let numeric = r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})";
    let written = format!(
        r"\d{{1,2}}(?:st|nd|rd|th|er|\.)? ?(?:of |de )?(?:{months})(?:,? (?:de )?\d{{4}})?|(?:{months}) \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    );
    let weekday = format!(
        r"(?:last|letzte[nr]?|vorige[nr]?|vergangene[nr]?|afgelopen|zeszły|zeszłą|ostatni|ostatnią) (?:{days})|(?:{days_before}) (?:derni(?:er|ère)|pasado|scors[oa]|passad[oa])"
    );
    format!(r"(?i)\b(?:{numeric}|{written}|{weekday})\b")
}

/// Seven to fifteen digits (E.164), without what stands between them.
fn phone(hit: &regex::Captures<'_>) -> Option<String> {
    let text: String =
        hit.get(0)?.as_str().chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    (7..=16).contains(&text.len()).then_some(text)
}

fn email(hit: &regex::Captures<'_>) -> Option<String> {
    Some(whole(hit)?.to_lowercase())
}

fn invoice(hit: &regex::Captures<'_>) -> Option<String> {
    let text = whole(hit)?.to_uppercase().replace([' ', '_'], "-");
    Some(if text.starts_with("INV-") { text } else { text.replacen("INV", "INV-", 1) })
}

fn order(hit: &regex::Captures<'_>) -> Option<String> {
    let letters = hit.name("letters")?.as_str().to_uppercase();
    // What stands before a number is then not part of an id.
    let other = ["EUR", "USD", "GBP", "CHF", "PLN", "INV", "NR", "NO", "THE", "FOR", "DIN", "ISO"];
    (!other.contains(&letters.as_str())).then(|| format!("{letters}{}", &hit["digits"]))
}

fn amount(hit: &regex::Captures<'_>) -> Option<String> {
    let group = |name: &str| hit.name(name).map(|m| m.as_str().to_lowercase());
    let digits = group("a").or_else(|| group("b")).or_else(|| group("c"))?;
    let unit = group("sign").or_else(|| group("unit")).or_else(|| group("code"))?;
    let code = match unit.as_str() {
        "$" | "usd" | "dollar" | "dollars" => "USD",
        "£" | "gbp" | "pound" | "pounds" => "GBP",
        "chf" | "franc" | "francs" => "CHF",
        "pln" | "zł" => "PLN",
        _ => "EUR",
    };
    let currency: Currency = code.parse().ok()?;
    Some(Money::new(minor_units(&digits)?, currency).to_string())
}

/// "1.234,50", "1,234.50", "49", "49.5": hundredths, whichever sign separates them.
fn minor_units(text: &str) -> Option<i64> {
    let text = text.trim_end_matches(['.', ',']);
    let (whole, fraction) = match text.rfind(['.', ',']) {
        Some(at) if text.len() - at <= 3 => (&text[..at], &text[at + 1..]),
        _ => (text, ""),
    };
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    let cents: i64 = format!("{fraction:0<2}").parse().ok()?;
    digits.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_found_and_told_apart() {
        let check = |text: &str, slots: &[(&str, &str)]| {
            let found = find(text);
            let found: Vec<_> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            assert_eq!(found, slots, "{text}");
        };
        check("charged twice for order A1001 and", &[("order", "A1001")]);
        check("a1001, please", &[("order", "A1001")]);
        check("no, A-1002!", &[("order", "A1002")]);
        check("A1001 or B2001?", &[("order", "A1001"), ("order", "B2001")]);
        check("order 1001", &[("number", "1001")]);
        check("order no 1001", &[("number", "1001")]);
        check("INV-2024-001", &[("invoice", "INV-2024-001")]);
        check("inv 77 again", &[("invoice", "INV-77")]);
        check("I paid €49,00", &[("amount", "49.00 EUR")]);
        check("49 euros", &[("amount", "49.00 EUR")]);
        check("EUR1001", &[("amount", "1001.00 EUR")]);
        check("$1,234.5 back", &[("amount", "1234.50 USD")]);
        check("1.234,56 €.", &[("amount", "1234.56 EUR")]);
        check("within 30 days", &[("count", "30 days")]);
        check("charged 2x", &[("count", "2x")]);
        check("it came on 3 March 2026", &[("date", "3 March 2026")]);
        check("am 3. März bestellt", &[("date", "3. März")]);
        check("el 3 de marzo de 2026", &[("date", "3 de marzo de 2026")]);
        check("on Nov 12th", &[("date", "Nov 12th")]);
        check("12.11.2026, 2026-11-13", &[("date", "12.11.2026"), ("date", "2026-11-13")]);
        check("since last Tuesday", &[("date", "last Tuesday")]);
        check("mardi dernier", &[("date", "mardi dernier")]);
        check("w zeszły wtorek", &[("date", "zeszły wtorek")]);
        check("you may 3 times march", &[("count", "3 times")]);
        check("call +49 (0)89 123-4567", &[("phone", "+490891234567")]);
        check("my number is 030 1234567", &[("phone", "0301234567")]);
        check("A1001 on 1 May", &[("order", "A1001"), ("date", "1 May")]);
        check("Mail me at Ann.B@Example.org.", &[("email", "ann.b@example.org")]);
        check("b2001@example.org", &[("email", "b2001@example.org")]);
        check("Ａ１００１", &[("order", "A1001")]);
        check("nothing here 12", &[]);
        check("invoice", &[]);
    }

    proptest! {
        #[test]
        fn no_text_panics_or_floods(text in "\\PC{0,200}", digits in "[0-9.,€$A ]{0,200}") {
            prop_assert!(find(&text).len() <= MOST);
            prop_assert!(find(&digits).len() <= MOST);
        }
    }
}
