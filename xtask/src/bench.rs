//! `cargo xtask bench`: figures, one table each.

use std::{
    fs,
    process::{Command, ExitCode},
    time::Duration,
};

use crate::{
    assets::Files,
    build::{self, Mode},
    error::{AtPath, Error, Result},
    server::Server,
    table, tools,
    workspace::Workspace,
};

/// Starts of each kind; the table shows the middle one.
const STARTS: usize = 5;

/// Long enough after start for every task that runs once to have run.
const QUIET: Duration = Duration::from_secs(3);

/// Measures everything, or what `args` name.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<ExitCode> {
    match args.split_first() {
        Some((what, args)) if what == "brain" => return brain(workspace, args),
        Some((what, _)) => {
            eprintln!(
                "error: there is no bench `{what}`; there is `brain`, and all without a name"
            );
            return Ok(ExitCode::FAILURE);
        }
        None => product(workspace)?,
    }
    println!("\nThe built-in brain");
    if std::env::var_os("BATON_INTENTS").is_none() {
        println!("not measured: name the folder of the public messages in BATON_INTENTS");
        return Ok(ExitCode::SUCCESS);
    }
    brain(workspace, &[])
}

/// Builds what measures the brain, then is it.
fn brain(workspace: &Workspace, args: &[String]) -> Result<ExitCode> {
    let mut cargo = tools::cargo(workspace);
    cargo.args(["build", "--release", "--package", "bench"]);
    tools::run(&mut cargo, "Install Rust from https://rustup.rs")?;
    let mut bench = Command::new(workspace.program("release", "bench"));
    tools::become_it(bench.args(args).current_dir(&workspace.root)).map_err(|source| Error::Start {
        program: "bench".to_owned(),
        hint: "It was built just now; is `target` on a file system mounted `noexec`?",
        source,
    })
}

/// Builds in release, measures binary, start, memory and pages, and prints.
fn product(workspace: &Workspace) -> Result<()> {
    let files = build::all(workspace, Mode::Release)?;
    let baton = workspace.baton(Mode::Release.server_profile());
    let size = fs::metadata(&baton).at("read", &baton)?.len();

    let scratch = workspace.target.join("bench");
    let (mut first, mut again, mut memory) = (Vec::new(), Vec::new(), None);
    for _ in 0..STARTS {
        match fs::remove_dir_all(&scratch) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).at("remove", &scratch);
            }
            _ => {}
        }
        first.push(Server::start(workspace, &baton, &scratch)?.ready_after);
        let server = Server::start(workspace, &baton, &scratch)?;
        again.push(server.ready_after);
        memory = memory.or_else(|| server.idle_memory(QUIET));
    }

    println!("\nThe binary");
    table::print(["figure", "bytes"], [["target/release/baton".to_owned(), table::bytes(size)]]);

    println!("\nFrom start to listening, median of {STARTS}");
    let starts =
        [("with an empty data folder, demo data written", first), ("with that data", again)];
    table::print(["start", "ms"], starts.map(|(name, times)| [name.to_owned(), median(times)]));

    println!("\nResident memory, idle {} s after start, demo data", QUIET.as_secs());
    let memory = memory.map_or_else(|| "not known on this system".to_owned(), table::bytes);
    table::print(["figure", "bytes"], [["resident".to_owned(), memory]]);

    println!("\nWhat a visitor's browser loads");
    build::print_sizes(&widget(&files));
    Ok(())
}

/// The files of the widget: all but the console's and the demo shop's.
fn widget(files: &Files) -> Files {
    let is_widgets = |name: &str| !name.starts_with("demo/") && !name.contains("console");
    files
        .iter()
        .filter(|(name, _)| is_widgets(name))
        .map(|(name, content)| (name.clone(), content.clone()))
        .collect()
}

fn median(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    format!("{:.1}", middle.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_taken() {
        let times = [9, 1, 5].map(Duration::from_millis).to_vec();
        assert_eq!(median(times), "5.0");
    }
}
