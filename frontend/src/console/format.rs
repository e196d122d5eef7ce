//! Durations, times, numbers and amounts as people read and write them.

use shared::{
    money::{Currency, Money},
    time::Timestamp,
};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A span of `ms` milliseconds in at most two units: `8 s`, `3 min 05 s`, `2 h 10 min`, `4 d 3 h`.
pub fn span(ms: i64) -> String {
    let ms = ms.max(0);
    match ms {
        _ if ms < MINUTE => format!("{} s", ms / SECOND),
        _ if ms < HOUR => format!("{} min {:02} s", ms / MINUTE, ms % MINUTE / SECOND),
        _ if ms < DAY => format!("{} h {:02} min", ms / HOUR, ms % HOUR / MINUTE),
        _ => format!("{} d {} h", ms / DAY, ms % DAY / HOUR),
    }
}

/// A span in its largest unit, for where there is little room: `8 s`, `3 min`, `2 h`, `4 d`.
pub fn short_span(ms: i64) -> String {
    let ms = ms.max(0);
    match ms {
        _ if ms < MINUTE => format!("{} s", ms / SECOND),
        _ if ms < HOUR => format!("{} min", ms / MINUTE),
        _ if ms < DAY => format!("{} h", ms / HOUR),
        _ => format!("{} d", ms / DAY),
    }
}

/// The time of day, at `offset_minutes` from UTC.
pub fn time_of_day(at: Timestamp, offset_minutes: i32) -> String {
    let local = at.plus_ms(i64::from(offset_minutes) * MINUTE);
    local.to_string()[11..16].to_owned()
}

/// The date, at `offset_minutes` from UTC: `Sat 21 Nov 2026`.
pub fn date(at: Timestamp, offset_minutes: i32) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, weekday) = at.hour_and_weekday(offset_minutes);
    let text = at.plus_ms(i64::from(offset_minutes) * MINUTE).to_string();
    let month = text[5..7].parse::<usize>().unwrap_or(1);
    let day = text[8..10].trim_start_matches('0');
    format!(
        "{} {day} {} {}",
        DAYS[usize::from(weekday) % 7],
        MONTHS[month.clamp(1, 12) - 1],
        &text[..4]
    )
}

/// `2026-11-21` as [`date`] tells it; `None` for anything else.
pub fn date_written(text: &str) -> Option<String> {
    let day: Timestamp = (text.len() == 10).then(|| format!("{text}T00:00:00Z").parse().ok())??;
    Some(date(day, 0))
}

/// Date and time of day.
pub fn date_and_time(at: Timestamp, offset_minutes: i32) -> String {
    format!("{}, {}", date(at, offset_minutes), time_of_day(at, offset_minutes))
}

/// Whether two instants fall on the same day where the reader sits.
pub fn same_day(a: Timestamp, b: Timestamp, offset_minutes: i32) -> bool {
    let shift = i64::from(offset_minutes) * MINUTE;
    a.plus_ms(shift).day() == b.plus_ms(shift).day()
}

/// A whole number with thin spaces between the thousands.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A cost in millionths of the desk's currency unit, to four places.
pub fn cost(micros: u64) -> String {
    let rounded = (micros + 50) / 100;
    format!("{}.{:04}", rounded / 10_000, rounded % 10_000)
}

/// `100`, `100.00` or `100.00 EUR`; in `unless` where no currency is named.
pub fn typed_amount(text: &str, unless: Currency) -> Option<Money> {
    let mut words = text.split_whitespace();
    let number = words.next()?;
    let currency = match words.next() {
        Some(code) => code.to_uppercase().parse().ok()?,
        None => unless,
    };
    words.next().is_none().then(|| parse_amount(number, currency))?
}

/// The amount that was typed, in minor units of `currency`; a comma may stand for the point.
fn parse_amount(text: &str, currency: Currency) -> Option<Money> {
    let text = text.trim().replace(',', ".");
    let (major, minor) = text.split_once('.').unwrap_or((&text, ""));
    let exponent = currency.exponent();
    let places = usize::try_from(exponent).ok()?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if major.is_empty() || !digits(major) || !digits(minor) || minor.len() > places {
        return None;
    }
    let minor: i64 =
        format!("{minor:0<places$}").parse().or(if places == 0 { Ok(0) } else { Err(()) }).ok()?;
    let major: i64 = major.parse().ok()?;
    let amount = major.checked_mul(10i64.checked_pow(exponent)?)?.checked_add(minor)?;
    Some(Money::new(amount, currency))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_read_well() {
        let check = |ms, long: &str, short: &str| {
            assert_eq!(span(ms), long);
            assert_eq!(short_span(ms), short);
        };
        check(-5, "0 s", "0 s");
        check(59_999, "59 s", "59 s");
        check(185_000, "3 min 05 s", "3 min");
        check(2 * HOUR + 10 * MINUTE, "2 h 10 min", "2 h");
        check(4 * DAY + 3 * HOUR, "4 d 3 h", "4 d");
        check(i64::MAX, "106751991167 d 7 h", "106751991167 d");
    }

    #[test]
    fn times_are_told_where_the_reader_sits() {
        let at: Timestamp = "2026-11-21T23:30:00Z".parse().unwrap();
        assert_eq!(date_and_time(at, 0), "Sat 21 Nov 2026, 23:30");
        assert_eq!(date_and_time(at, 60), "Sun 22 Nov 2026, 00:30");
        assert_eq!(date_written("2026-11-21").as_deref(), Some("Sat 21 Nov 2026"));
        for text in ["", "A1001", "2026-13-01", "2026-11-21 ", "äääää"] {
            assert_eq!(date_written(text), None, "{text}");
        }
        let later: Timestamp = "2026-11-22T00:10:00Z".parse().unwrap();
        assert!(!same_day(at, later, 0));
        assert!(same_day(at, later, 60));
    }

    #[test]
    fn numbers() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(cost(0), "0.0000");
        assert_eq!(cost(1_234_567), "1.2346");
    }

    #[test]
    fn typed_amounts_are_minor_units_or_nothing() {
        let check = |text, code: &str, minor: Option<i64>| {
            let currency = code.parse().unwrap();
            assert_eq!(parse_amount(text, currency).map(|m| m.amount), minor, "{text}");
        };
        check("49", "EUR", Some(4900));
        check("49.9", "EUR", Some(4990));
        check(" 49,05 ", "EUR", Some(4905));
        check("1500", "JPY", Some(1500));
        check("1.500", "KWD", Some(1500));
        for bad in ["", "-1", "1.234", "1e5", "49 EUR", ".5", "1.2.3", "99999999999999999999"] {
            check(bad, "EUR", None);
        }
        check("1.5", "JPY", None);
    }

    #[test]
    fn an_amount_is_typed_with_or_without_its_currency() {
        let check = |typed: &str, minor: Option<i64>| {
            let amount = minor.map(|minor| Money::new(minor, Currency::EUR));
            assert_eq!(typed_amount(typed, Currency::EUR), amount, "{typed}");
        };
        check("100", Some(10_000));
        check(" 99,50 eur ", Some(9_950));
        for bad in ["", "EUR", "1 2 EUR", "100 EURO", "-5", "1 EUR x"] {
            check(bad, None);
        }
    }

    proptest! {
        #[test]
        fn an_amount_survives_the_text_box(minor in 0i64..i64::MAX / 1000) {
            let money = Money::new(minor, Currency::EUR);
            let text = money.to_string();
            prop_assert_eq!(parse_amount(text.trim_end_matches("EUR"), Currency::EUR), Some(money));
        }

        #[test]
        fn no_typed_text_panics(text in ".{0,30}") {
            let _ = parse_amount(&text, Currency::EUR);
        }
    }
}
