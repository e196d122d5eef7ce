//! What fingers do wrong: one slip between two words, and how likely it is.

/// One slip of the finger.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slip {
    kind: Kind,
    /// Whether it happened at the very beginning.
    is_first: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Two neighbours changed places.
    Swapped,
    /// A letter was hit twice.
    Doubled,
    /// A letter is there that should not be.
    Added,
    /// A letter is missing.
    LeftOut,
    /// The key beside the right one was hit.
    Beside,
    /// Any other letter was.
    Other,
}

impl Slip {
    /// How much commoner it is than others, in nats.
    pub fn likelihood(self) -> f32 {
        let kind = match self.kind {
            Kind::Swapped => 2.5,
            Kind::Doubled => 2.0,
            Kind::Beside => 1.0,
            Kind::LeftOut => 0.5,
            Kind::Added => 0.0,
            Kind::Other => -1.5,
        };
        // People look at what they begin with.
        if self.is_first { kind - 1.5 } else { kind }
    }
}

/// The slip that made `typed` of `meant`; `None` if they are the same, or more than one apart.
pub fn between(typed: &[char], meant: &[char]) -> Option<Slip> {
    if typed.len().abs_diff(meant.len()) > 1 {
        return None;
    }
    let same = typed.iter().zip(meant).take_while(|(a, b)| a == b).count();
    let before = same.checked_sub(1).map(|at| typed[at]);
    let kind = match (&typed[same..], &meant[same..]) {
        ([a, rest @ ..], left) if rest == left => {
            if before == Some(*a) {
                Kind::Doubled
            } else {
                Kind::Added
            }
        }
        (left, [_, rest @ ..]) if rest == left => Kind::LeftOut,
        ([a, b, rest @ ..], [c, d, others @ ..]) if (a, b) == (d, c) && rest == others => {
            Kind::Swapped
        }
        ([a, rest @ ..], [b, others @ ..]) if rest == others => {
            if are_beside(*a, *b) {
                Kind::Beside
            } else {
                Kind::Other
            }
        }
        _ => return None,
    };
    Some(Slip { kind, is_first: same == 0 })
}

/// Whether at most two slips lie between two words (Damerau's distance, in the restricted form that
/// changes no letter twice).
pub fn are_two_apart(typed: &[char], meant: &[char]) -> bool {
    const MOST: usize = 2;
    let width = meant.len() + 1;
    let mut before_last = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (i, a) in typed.iter().enumerate() {
        let mut row = vec![i + 1; width];
        for (j, b) in meant.iter().enumerate() {
            let other = last[j] + usize::from(a != b);
            row[j + 1] = other.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == meant[j - 1] && typed[i - 1] == *b {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        if row.iter().all(|distance| *distance > MOST) {
            return false;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[meant.len()] <= MOST
}

/// Whether two letters are neighbours in a row of the keyboard.
fn are_beside(a: char, b: char) -> bool {
    ["qwertyuiop", "asdfghjkl", "zxcvbnm"].iter().any(|row| match (row.find(a), row.find(b)) {
        (Some(a), Some(b)) => a.abs_diff(b) == 1,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn one_slip_and_no_more() {
        let check = |a: &str, b: &str, kind: Option<Kind>| {
            let found = between(&chars(a), &chars(b)).map(|slip| slip.kind);
            assert_eq!(found, kind, "{a:?} {b:?}");
        };
        check("refnud", "refund", Some(Kind::Swapped));
        check("refun", "refund", Some(Kind::LeftOut));
        check("reffund", "refund", Some(Kind::Doubled));
        check("trefund", "refund", Some(Kind::Added));
        check("fefund", "refund", Some(Kind::Other));
        check("regund", "refund", Some(Kind::Beside));
        check("rückgab", "rückgabe", Some(Kind::LeftOut));
        check("rfednu", "refund", None);
        check("é", "refund", None);
        check("refund", "refund", None);
        check("", "a", Some(Kind::LeftOut));
        check("", "", None);
    }

    #[test]
    fn two_slips_and_no_more() {
        let check = |a: &str, b: &str, near: bool| {
            assert_eq!(are_two_apart(&chars(a), &chars(b)), near, "{a:?} {b:?}");
        };
        check("subscirptoin", "subscription", true);
        check("subcripton", "subscription", true);
        check("subcripto", "subscription", false);
        check("delivery", "recovery", false);
        check("", "ab", true);
        check("", "abc", false);
        check("same", "same", true);
    }
}
