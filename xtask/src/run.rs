//! `cargo xtask run`: build, then be the server.

use std::process::{Command, ExitCode};

use crate::{
    build::{self, Mode},
    error::{Error, Result},
    workspace::Workspace,
};

/// Builds and starts Baton with demo data; ends when it ends.
pub fn run(workspace: &Workspace, mode: Mode, args: &[String]) -> Result<ExitCode> {
    build::all(workspace, mode)?;
    println!();
    let mut baton = Command::new(workspace.baton(mode.server_profile()));
    // Not `tools::command`: this one talks with a person, so it keeps standard input.
    baton.args(["serve", "--demo"]).args(args).current_dir(&workspace.root);
    become_it(&mut baton).map_err(|source| Error::Start {
        program: "baton".to_owned(),
        hint: "It was built just now; is `target` on a file system mounted `noexec`?",
        source,
    })
}

/// Takes the server's place, so that Ctrl-C and every other signal reach it, and it alone.
#[cfg(unix)]
fn become_it(command: &mut Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn become_it(command: &mut Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}
