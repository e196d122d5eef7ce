//! How far a trial has come, for whoever waits for it.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::Mutex,
    time::{Duration, Instant},
};

/// Hears how far a trial has come.
pub trait Progress: Sync {
    /// `done` trials are over, with so many `faults` caused.
    fn tell(&self, done: u64, faults: u64);
}

/// Nobody waits.
pub struct Silent;

impl Progress for Silent {
    fn tell(&self, _: u64, _: u64) {}
}

/// How often a terminal's line is drawn anew.
const REDRAW: Duration = Duration::from_millis(100);
/// How often a plain line is written where there is no terminal.
const PLAIN: Duration = Duration::from_secs(15);
/// Cells of the bar.
const CELLS: u64 = 24;

/// One line on standard error: drawn anew on a terminal, written now and then elsewhere.
pub struct Line {
    name: String,
    of: u64,
    began: Instant,
    is_terminal: bool,
    drawn: Mutex<Instant>,
}

impl Line {
    /// For `of` trials of `name`.
    pub fn new(name: &str, of: u64) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let began = Instant::now();
        Self { name: name.to_owned(), of, began, is_terminal, drawn: Mutex::new(began) }
    }

    /// Wipes the line off a terminal.
    pub fn clear(&self) {
        if self.is_terminal {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}

impl Progress for Line {
    fn tell(&self, done: u64, faults: u64) {
        // Whoever comes while another draws has nothing newer to say.
        let Ok(mut drawn) = self.drawn.try_lock() else { return };
        let pause = if self.is_terminal { REDRAW } else { PLAIN };
        if drawn.elapsed() < pause {
            return;
        }
        *drawn = Instant::now();
        let line = render(&self.name, done, self.of, faults, self.began.elapsed());
        // Nobody may be reading; the trial goes on all the same.
        let _ = if self.is_terminal {
            write!(io::stderr(), "\r\x1b[2K{line}")
        } else {
            writeln!(io::stderr(), "{line}")
        };
    }
}

fn render(name: &str, done: u64, of: u64, faults: u64, elapsed: Duration) -> String {
    let done = done.min(of);
    let full = done * CELLS / of.max(1);
    let bar: String = (0..CELLS).map(|cell| if cell < full { '█' } else { '░' }).collect();
    let left = elapsed.as_secs() * (of - done) / done.max(1);
    format!(
        "{name:<12} {bar} {done}/{of}, {faults} faults, {} min {:02} s left",
        left / 60,
        left % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_and_how_long() {
        let line = render("kills", 250, 1000, 251, Duration::from_mins(1));
        assert_eq!(
            line,
            "kills        ██████░░░░░░░░░░░░░░░░░░ 250/1000, 251 faults, 3 min 00 s left"
        );
        assert!(render("x", 0, 0, 0, Duration::ZERO).contains("0/0"));
        assert!(render("x", 9, 3, 0, Duration::ZERO).contains("3/3"));
    }
}
