//! Prices as people write them: 2.50 for a million tokens.

/// Millionths in one.
const MICROS: u64 = 1_000_000;

/// `2.5` as millionths; `None` for what is no price. Nothing typed is nothing to pay.
pub fn read(typed: &str) -> Option<u64> {
    let typed = typed.trim().replace(',', ".");
    if typed.is_empty() {
        return Some(0);
    }
    let (whole, part) = typed.split_once('.').unwrap_or((&typed, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 6 || whole.is_empty() && part.is_empty() {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: u64 = format!("{part:0<6}").parse().ok()?;
    whole.checked_mul(MICROS)?.checked_add(part)
}

/// Millionths as people write them, with two decimals or as many as it takes.
pub fn write(micros: u64) -> String {
    let part = format!("{:06}", micros % MICROS);
    let decimals = part.trim_end_matches('0').len().max(2);
    format!("{}.{}", micros / MICROS, &part[..decimals])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_as_it_is_written() {
        let check = |typed: &str, micros: Option<u64>| assert_eq!(read(typed), micros, "{typed}");
        check("2.50", Some(2_500_000));
        check(" 2,5 ", Some(2_500_000));
        check("15", Some(15_000_000));
        check(".075", Some(75_000));
        check("0.000001", Some(1));
        check("", Some(0));
        for bad in ["-1", "1.2.3", "a", ".", "0.0000001", "1e3", "99999999999999999999"] {
            check(bad, None);
        }
        for micros in [0, 1, 75_000, 2_500_000, 15_000_000, 1_234_567] {
            assert_eq!(read(&write(micros)), Some(micros));
        }
        assert_eq!((write(2_500_000).as_str(), write(75_000).as_str()), ("2.50", "0.075"));
    }
}
