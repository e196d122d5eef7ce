//! Measures the built-in brain: `cargo xtask bench brain`.

mod brain;
mod data;
mod measure;
mod python;

use std::{path::PathBuf, process::ExitCode, thread};

use clap::Parser;

/// Measures the built-in brain on public messages, which are read from a folder and kept nowhere.
#[derive(Parser)]
#[command(name = "cargo xtask bench brain", bin_name = "cargo xtask bench brain")]
struct Options {
    /// The folder with `banking77_train.csv`, `banking77_test.csv` and `clinc150.json`.
    #[arg(long, env = "BATON_INTENTS")]
    data: PathBuf,
    /// Measure on a fifth of the examples to learn from instead of the test messages: what one may
    /// look at while changing the brain.
    #[arg(long)]
    development: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut sets = match data::load(&options.data) {
        Ok(sets) => sets,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    if options.development {
        sets.iter_mut().for_each(data::Set::hold_out);
    }
    let rows: Vec<brain::Row> = thread::scope(|scope| {
        let works: Vec<_> = sets.iter().map(|set| scope.spawn(|| brain::rows(set))).collect();
        works.into_iter().filter_map(|work| work.join().ok()).flatten().collect()
    });
    print(&rows);
    let whole = rows.iter().map(|row| &row[0]).collect::<std::collections::BTreeSet<_>>().len();
    if whole == sets.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print(rows: &[brain::Row]) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let [set, figure, value] = [0, 1, 2].map(|column| width(column).unwrap_or(0));
    for row in rows {
        println!("{:<set$}  {:<figure$}  {:>value$}", row[0], row[1], row[2]);
    }
}
