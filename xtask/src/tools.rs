//! Starting other programs.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitCode, ExitStatus, Output, Stdio},
};

use crate::{
    error::{Error, Result},
    workspace::Workspace,
};

/// The target the pages are built for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The hint for a program that was on the `PATH` a moment ago.
pub const FOUND: &str = "It is there, so see whether it may be executed";

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
    let status = command.status().map_err(|source| not_started(command, hint, source))?;
    if status.success() { Ok(()) } else { Err(Error::Failed { command: spelled(command), status }) }
}

/// Runs to the end, silently; gives what it said.
pub fn output(command: &mut Command, hint: &'static str) -> Result<Output> {
    command.output().map_err(|source| not_started(command, hint, source))
}

/// Runs to the end; shows its standard output line by line, to `see` too.
pub fn stream(
    command: &mut Command,
    hint: &'static str,
    mut see: impl FnMut(&str),
) -> Result<ExitStatus> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|source| not_started(command, hint, source))?;
    if let Some(stdout) = child.stdout.take() {
        let mut stdout = BufReader::new(stdout);
        let mut line = Vec::new();
        // Bytes, not `lines()`: a test may print what is not UTF-8, and still be counted.
        while stdout.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line);
            print!("{text}");
            see(&text);
            line.clear();
        }
    }
    child.wait().map_err(|source| not_started(command, hint, source))
}

/// Takes our place, so that Ctrl-C and every other signal reach it, and it alone.
#[cfg(unix)]
pub fn become_it(command: &mut Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
pub fn become_it(command: &mut Command) -> io::Result<ExitCode> {
    let status = command.status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}

fn not_started(command: &Command, hint: &'static str, source: io::Error) -> Error {
    Error::Start { program: program(command), hint, source }
}

/// The command as a person would type it.
fn spelled(command: &Command) -> String {
    let args = command.get_args().map(|arg| arg.to_string_lossy().into_owned());
    std::iter::once(program(command)).chain(args).collect::<Vec<_>>().join(" ")
}

fn program(command: &Command) -> String {
    let path = Path::new(command.get_program());
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Where `program` is on the `PATH`, if it is.
pub fn find(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(&name)).find(|path| path.is_file())
}

/// The first of `names` on the `PATH`. On Debian, as root, `package` is installed if there is
/// none: that is how a fresh machine of a CI looks. Elsewhere, a person is asked to.
pub fn find_or_install(
    workspace: &Workspace,
    names: &[&str],
    package: &'static str,
) -> Result<PathBuf> {
    let look = || names.iter().find_map(|name| find(name));
    if let Some(path) = look() {
        return Ok(path);
    }
    if is_root() && find("apt-get").is_some() {
        apt_get(workspace, &["update"])?;
        apt_get(workspace, &["install", "--yes", "--no-install-recommends", package])?;
    }
    look().ok_or_else(|| Error::Missing {
        program: names.first().copied().unwrap_or_default().to_owned(),
        package,
    })
}

fn apt_get(workspace: &Workspace, args: &[&str]) -> Result<()> {
    let mut apt_get = command(workspace, "apt-get");
    apt_get.arg("--quiet").args(args).env("DEBIAN_FRONTEND", "noninteractive");
    run(&mut apt_get, FOUND)
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // Who owns our process: the system call would need `unsafe`.
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
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
