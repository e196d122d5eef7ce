//! `cargo xtask test`: everything that must pass, and one line at the end that says whether.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::{
    Part, browser, budget,
    build::Mode,
    error::Result,
    tally::Tally,
    tools::{self, WASM_TARGET},
    workspace::Workspace,
};

/// Where cargo and its parts come from.
const RUSTUP: &str =
    "Install Rust from https://rustup.rs, with `rustup component add rustfmt clippy`";

/// What cargo-deny says when it has no way out to the list of known faults.
const NO_ADVISORIES: &str = "failed to fetch advisory database";

/// Runs the tests of `only` or of every part; the exit code says whether all passed.
pub fn run(workspace: &Workspace, only: Option<Part>, mode: Mode) -> ExitCode {
    let wanted = |part| only.is_none_or(|only| only == part);
    let mut report = Report::default();
    if wanted(Part::Lint) {
        lint(workspace, &mut report);
    }
    if wanted(Part::Rust) {
        report.step("unit, property, integration and documentation tests", || rust(workspace));
    }
    if wanted(Part::Browser) {
        report.step("pages and server for the browser", || {
            browser::build(workspace, mode).map(|()| Tally::PASSED)
        });
        match mode {
            Mode::Release => report.step("weight of the widget", || budget::check(workspace)),
            Mode::Dev => report.skip("weight of the widget", "quick pages are not what users get"),
        }
        report.step("browser tests", || browser::test(workspace));
    }
    report.finish()
}

fn lint(workspace: &Workspace, report: &mut Report) {
    let check = |args: &[&str]| {
        tools::run(tools::cargo(workspace).args(args), RUSTUP).map(|()| Tally::PASSED)
    };
    report.step("format", || check(&["fmt", "--all", "--check"]));
    report.step("clippy", || {
        // The pages are looked at as WASM, below: sizes that clippy minds differ there.
        check(&[
            "clippy",
            "--workspace",
            "--exclude",
            "frontend",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])
    });
    report.step("clippy, pages as WASM", || {
        tools::ensure_wasm_target(workspace)?;
        check(&["clippy", "--package", "frontend", "--target", WASM_TARGET, "--", "-D", "warnings"])
    });
    deny(workspace, report);
}

/// Licences and sources; known faults where the list of them can be fetched.
fn deny(workspace: &Workspace, report: &mut Report) {
    if tools::find("cargo-deny").is_none() {
        let why = "cargo-deny is not installed, and building it takes minutes: `cargo install --locked cargo-deny`";
        report.skip("licences and sources", why);
        report.skip("known faults in dependencies", why);
        return;
    }
    report.step("licences and sources", || {
        let mut deny = tools::cargo(workspace);
        deny.args(["deny", "--log-level", "error", "check", "bans", "licenses", "sources"]);
        tools::run(&mut deny, RUSTUP).map(|()| Tally::PASSED)
    });
    let mut no_list = false;
    report.step("known faults in dependencies", || {
        let mut deny = tools::cargo(workspace);
        deny.args(["deny", "check", "advisories"]);
        let output = tools::output(&mut deny, RUSTUP)?;
        let words = String::from_utf8_lossy(&output.stderr);
        no_list = words.contains(NO_ADVISORIES);
        if no_list {
            return Ok(Tally::SKIPPED);
        }
        eprint!("{words}");
        Ok(if output.status.success() { Tally::PASSED } else { Tally::FAILED })
    });
    if no_list {
        report.note("known faults in dependencies", "the list could not be fetched from here");
    }
}

fn rust(workspace: &Workspace) -> Result<Tally> {
    // Plain `cargo test` rather than nextest: it is there on every machine, counts documentation
    // tests in the same run, and one runner means one result.
    let mut cargo = tools::cargo(workspace);
    cargo.args(["test", "--workspace", "--no-fail-fast"]);
    let mut tally = Tally::default();
    let status = tools::stream(&mut cargo, RUSTUP, |line| {
        if let Some(more) = Tally::of_cargo_line(line) {
            tally += more;
        }
    })?;
    Ok(tally.held_to(status.success()))
}

/// What ran, how long it took and how it went.
#[derive(Default)]
struct Report {
    steps: Vec<(&'static str, Duration, Tally)>,
    notes: Vec<String>,
}

impl Report {
    /// Runs one step under its heading. A step that could not finish is one failure.
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<Tally>) {
        println!("\n── {name} ──");
        let begin = Instant::now();
        let tally = work().unwrap_or_else(|error| {
            eprintln!("error: {error}");
            Tally::FAILED
        });
        let time = begin.elapsed();
        println!("   {name}: {tally} ({:.1} s)", time.as_secs_f64());
        self.steps.push((name, time, tally));
    }

    /// Leaves a step out, and says so.
    fn skip(&mut self, name: &'static str, why: &str) {
        println!("\n── {name} ──\n   skipped: {why}");
        self.steps.push((name, Duration::ZERO, Tally::SKIPPED));
        self.note(name, why);
    }

    fn note(&mut self, name: &str, why: &str) {
        self.notes.push(format!("skipped: {name}: {why}"));
    }

    /// Prints the whole and its sum; the sum is the last line, alone.
    fn finish(self) -> ExitCode {
        let mut sum = Tally::default();
        println!("\n── all ──");
        for (name, time, tally) in &self.steps {
            println!("{:>7.1} s  {name}: {tally}", time.as_secs_f64());
            sum += *tally;
        }
        for note in &self.notes {
            println!("{note}");
        }
        println!("\n{sum}");
        if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
