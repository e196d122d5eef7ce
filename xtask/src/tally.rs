//! Counting tests from what test runners print.

use std::{fmt, ops::AddAssign};

/// How many checks went which way.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Tally {
    /// As they should.
    pub passed: usize,
    /// Not so.
    pub failed: usize,
    /// Not run.
    pub skipped: usize,
}

impl Tally {
    /// One check that passed.
    pub const PASSED: Self = Self { passed: 1, failed: 0, skipped: 0 };
    /// One check that failed.
    pub const FAILED: Self = Self { passed: 0, failed: 1, skipped: 0 };
    /// One check that was not made.
    pub const SKIPPED: Self = Self { passed: 0, failed: 0, skipped: 1 };

    /// Reads one line of `cargo test`, such as
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
    pub fn of_cargo_line(line: &str) -> Option<Self> {
        let counts = line.split_once("test result:")?.1;
        let mut tally = Self::default();
        for part in counts.split([';', '.']) {
            match part.trim().split_once(' ') {
                Some((count, "passed")) => tally.passed = count.parse().ok()?,
                Some((count, "failed")) => tally.failed = count.parse().ok()?,
                Some((count, "ignored")) => tally.skipped = count.parse().ok()?,
                _ => {}
            }
        }
        Some(tally)
    }

    /// Reads the closing lines of a TAP report by Node's test runner, such as `# pass 3`. They
    /// come after the plan; before it, such a line would be something that a test said.
    pub fn of_tap(report: &str) -> Self {
        let mut tally = Self::default();
        for line in report.lines().rev().take_while(|line| !line.starts_with("1..")) {
            let Some((word, count)) = line.strip_prefix("# ").and_then(|rest| rest.split_once(' '))
            else {
                continue;
            };
            let Ok(count) = count.parse::<usize>() else { continue };
            match word {
                "pass" => tally.passed += count,
                "fail" | "cancelled" => tally.failed += count,
                "skipped" | "todo" => tally.skipped += count,
                _ => {}
            }
        }
        tally
    }

    /// Holds a runner to its exit status: one that failed without a failed test (it did not
    /// compile, it crashed) counts as one failure, and so does one that found nothing to run.
    pub fn held_to(mut self, success: bool) -> Self {
        if self.failed == 0 && (!success || self.passed == 0) {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn tally(passed: usize, failed: usize, skipped: usize) -> Tally {
        Tally { passed, failed, skipped }
    }

    #[test]
    fn reads_cargo_test() {
        let line = "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(Tally::of_cargo_line(line), Some(tally(3, 2, 1)));
        assert_eq!(
            Tally::of_cargo_line("test result: ok. 3 passed; 0 failed; 0 ignored;"),
            Some(tally(3, 0, 0))
        );
        assert_eq!(Tally::of_cargo_line("test id::tests::reads ... ok"), None);
    }

    #[test]
    fn reads_tap() {
        let report = "TAP version 13\n# Subtest: a\nok 1 - a\n# pass 99\n1..4\n# tests 4\n# suites 0\n# pass 1\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n# duration_ms 27.1\n";
        assert_eq!(Tally::of_tap(report), tally(1, 2, 1));
    }

    #[test]
    fn a_failure_is_never_lost() {
        assert_eq!(tally(3, 0, 0).held_to(true), tally(3, 0, 0));
        assert_eq!(tally(3, 0, 0).held_to(false), tally(3, 1, 0));
        assert_eq!(tally(3, 2, 0).held_to(false), tally(3, 2, 0));
        assert_eq!(tally(0, 0, 0).held_to(true), tally(0, 1, 0));
    }

    #[test]
    fn reads_well() {
        assert_eq!(tally(2, 0, 0).to_string(), "2 passed, 0 failed");
        assert_eq!(tally(2, 1, 3).to_string(), "2 passed, 1 failed, 3 skipped");
    }
}
