//! Tables for a terminal.

/// Prints rows under a heading: the first column to the left, the others to the right.
pub fn print<const N: usize>(heading: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
    print!("{}", render(heading, rows));
}

fn render<const N: usize>(
    heading: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut lines = vec![heading.map(str::to_owned)];
    lines.extend(rows);
    let width: [usize; N] = std::array::from_fn(|column| {
        lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0)
    });
    let rule = width.map(|width| "─".repeat(width));
    lines.insert(1, rule);
    let mut out = String::new();
    for line in &lines {
        let cells: Vec<String> = (0..N)
            .map(|column| match column {
                0 => format!("{:<1$}", line[0], width[0]),
                _ => format!("{:>1$}", line[column], width[column]),
            })
            .collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// `12345` → `12,345`.
pub fn bytes(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_by_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn columns_line_up() {
        let rows = [["a".to_owned(), "1".to_owned()], ["bcd".to_owned(), "1,000".to_owned()]];
        assert_eq!(
            render(["file", "raw"], rows),
            "file    raw\n────  ─────\na         1\nbcd   1,000\n"
        );
    }
}
