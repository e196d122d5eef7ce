//! Builds, runs, tests and measures Baton: `cargo xtask --help`.

mod assets;
mod bench;
mod browser;
mod budget;
mod build;
mod cache;
mod compress;
mod error;
mod externrefs;
mod pages;
mod run;
mod server;
mod slim;
mod table;
mod tally;
mod test;
mod tools;
mod torture;
mod wasm;
mod workspace;

use clap::{Parser, ValueEnum};
use std::process::ExitCode;

use build::Mode;
use error::Result;
use workspace::Workspace;

/// Builds, runs, tests and measures Baton.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Build `target/release/baton`: one file, pages embedded.
    Build {
        /// Quicker and bigger: pages little optimised, the server in debug (it reads the pages
        /// from `target/pages` as it runs, so only a reload is needed after the next build).
        #[arg(long)]
        dev: bool,
        /// Only the pages, not the server.
        #[arg(long)]
        pages: bool,
    },
    /// Build, then start Baton with demo data on <http://127.0.0.1:8080>.
    Run {
        /// Run the quick build of `build --dev`.
        #[arg(long)]
        dev: bool,
        /// More arguments for `baton serve`, after `--`.
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Run everything that must pass.
    Test {
        /// Only one part, to iterate.
        #[arg(long, value_enum)]
        only: Option<Part>,
        /// Browser tests on the quick pages of `build --dev` instead of the ones users get.
        #[arg(long)]
        dev: bool,
    },
    /// Measure, and print one table each.
    Bench {
        /// Only this: `brain`, with its own arguments after it.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Crash it, race it, lie to it, many times over: see `cargo xtask torture --help`.
    #[command(disable_help_flag = true)]
    Torture {
        /// `--seed N`, `--only crashes,races,evil,gateway`, `--scale FACTOR` …
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Format, clippy on both targets, licences.
    Lint,
    /// Unit, property, integration and documentation tests.
    Rust,
    /// The pages, in Chromium.
    Browser,
}

fn main() -> ExitCode {
    match dispatch(Command::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<ExitCode> {
    let workspace = Workspace::locate();
    match command {
        Command::Build { dev, pages: true } => build::pages(&workspace, Mode::from_dev(dev))?,
        Command::Build { dev, pages: false } => {
            build::all(&workspace, Mode::from_dev(dev))?;
        }
        Command::Run { dev, args } => return run::run(&workspace, Mode::from_dev(dev), &args),
        Command::Test { only, dev } => return Ok(test::run(&workspace, only, Mode::from_dev(dev))),
        Command::Bench { args } => return bench::run(&workspace, &args),
        Command::Torture { args } => return torture::run(&workspace, &args),
    }
    Ok(ExitCode::SUCCESS)
}
