//! `cargo xtask run`: build, then be the server.

use std::process::{Command, ExitCode};

use crate::{
    build::{self, Mode},
    error::{Error, Result},
    tools,
    workspace::Workspace,
};

/// Builds and starts Baton with demo data; ends when it ends.
pub fn run(workspace: &Workspace, mode: Mode, args: &[String]) -> Result<ExitCode> {
    build::all(workspace, mode)?;
    println!();
    let mut baton = Command::new(workspace.baton(mode.server_profile()));
    // Not `tools::command`: this one talks with a person, so it keeps standard input.
    baton.args(["serve", "--demo"]).args(args).current_dir(&workspace.root);
    tools::become_it(&mut baton).map_err(|source| Error::Start {
        program: "baton".to_owned(),
        hint: "It was built just now; is `target` on a file system mounted `noexec`?",
        source,
    })
}
