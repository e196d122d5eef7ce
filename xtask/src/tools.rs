//! Starting other programs.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    error::{Error, Result},
    workspace::Workspace,
};

/// The target the pages are built for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A command in the checkout, without standard input: no step may wait for a person.
pub fn command(workspace: &Workspace, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&workspace.root).stdin(Stdio::null());
    command
}

/// The cargo that started us, so that `cargo +toolchain xtask` stays on its toolchain.
pub fn cargo(workspace: &Workspace) -> Command {
    command(workspace, env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end; anything but success is an error. `hint` says where to get the program.
pub fn run(command: &mut Command, hint: &'static str) -> Result<()> {
    let status = command.status().map_err(|source| Error::Start {
        program: command.get_program().to_string_lossy().into_owned(),
        hint,
        source,
    })?;
    if status.success() { Ok(()) } else { Err(Error::Failed { command: spelled(command), status }) }
}

/// The command as a person would type it.
pub fn spelled(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Where `program` is on the `PATH`, if it is.
pub fn find(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(&name)).find(|path| path.is_file())
}

/// Adds the WASM target where rustup manages the toolchain.
pub fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    if has_wasm_target(workspace) {
        return Ok(());
    }
    let mut rustup = command(workspace, "rustup");
    rustup.args(["target", "add", WASM_TARGET]);
    run(
        &mut rustup,
        "Install the standard library for wasm32-unknown-unknown the way you installed Rust \
         (Debian: `apt-get install libstd-rust-dev-wasm32`), or use rustup (https://rustup.rs)",
    )
}

/// Asks the compiler rather than rustup: a distribution's Rust has no rustup, and rustup is slow.
fn has_wasm_target(workspace: &Workspace) -> bool {
    let mut rustc = command(workspace, env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--print", "target-libdir", "--target", WASM_TARGET]);
    rustc.output().is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout);
        output.status.success() && Path::new(folder.trim()).is_dir()
    })
}
