//! `cargo xtask torture`: the long run of the `torture` crate, optimised.

use std::process::{Command, ExitCode};

use crate::{
    error::{Error, Result},
    tools,
    workspace::Workspace,
};

/// Builds quickly, and looks for what must never happen; see `Cargo.toml`.
const PROFILE: &str = "torture";

/// Builds torture and the server that it kills, then is torture.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<ExitCode> {
    let mut cargo = tools::cargo(workspace);
    cargo.args(["build", "--profile", PROFILE, "--package", "torture", "--package", "backend"]);
    cargo.args(["--bin", "torture", "--bin", "baton"]);
    tools::run(&mut cargo, "Install Rust from https://rustup.rs")?;
    let mut torture = Command::new(workspace.program(PROFILE, "torture"));
    torture.args(args).arg("--baton").arg(workspace.program(PROFILE, "baton"));
    tools::become_it(torture.current_dir(&workspace.root)).map_err(|source| Error::Start {
        program: "torture".to_owned(),
        hint: "It was built just now; is `target` on a file system mounted `noexec`?",
        source,
    })
}
