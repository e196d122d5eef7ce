//! `torture`: the long run, and the programs that its trials start and kill.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use torture::{
    Programs, crashes,
    run::{self, Wanted},
};

/// Tries what Baton promises, by force, and prints a table of what came of it.
#[derive(Parser)]
#[command(bin_name = "cargo xtask torture", args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    child: Option<Child>,
    /// Where chance begins; printed first, so that a run can be repeated.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Only these: crashes, races, evil, gateway, or the name of a trial.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = known)]
    only: Vec<String>,
    /// Multiplies the long counts: 0.1 is a tenth of them.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    scale: f64,
    /// So many of each trial instead.
    #[arg(long, value_name = "N")]
    trials: Option<u64>,
    /// The server that is killed, instead of this program's own.
    #[arg(long, value_name = "FILE")]
    baton: Option<PathBuf>,
}

/// The programs that trials start and kill.
#[derive(Subcommand)]
enum Child {
    /// The server, as `baton serve` runs it.
    #[command(hide = true)]
    Serve(crashes::server::Options),
    /// One life of a story on a desk.
    #[command(hide = true)]
    Journey(crashes::walk::journey::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.child {
        Some(Child::Serve(options)) => crashes::server::serve(options),
        Some(Child::Journey(options)) => crashes::walk::journey::play(&options),
        None => long_run(cli),
    }
}

fn long_run(cli: Cli) -> ExitCode {
    let torture = match std::env::current_exe() {
        Ok(path) => path,
        Err(cause) => {
            eprintln!("torture: cannot find this program: {cause}");
            return ExitCode::FAILURE;
        }
    };
    let wanted = Wanted {
        seed: cli.seed.unwrap_or_else(|| u64::from(fastrand::u32(..))),
        only: cli.only,
        scale: cli.scale,
        trials: cli.trials,
    };
    run::run(&wanted, &Programs { torture, baton: cli.baton })
}

fn known(name: &str) -> Result<String, String> {
    let name = name.trim();
    if run::is_known(name) { Ok(name.to_owned()) } else { Err("there is no such trial".to_owned()) }
}
