//! The browser tests in `e2e/`: what they need, and running them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    build::{self, Mode},
    error::{AtPath, Error, Result},
    pages,
    tally::Tally,
    tools,
    workspace::Workspace,
};

/// Names Chromium goes by.
const CHROMIUM: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A file of tests that takes longer has hung (a single wait ends much sooner); in milliseconds.
const TIMEOUT: &str = "--test-timeout=300000";

/// Builds the pages of `mode` and a debug server, which reads them as it runs.
pub fn build(workspace: &Workspace, mode: Mode) -> Result<()> {
    pages::build(workspace, mode)?;
    build::server(workspace, Mode::Dev, "")
}

/// Runs every `e2e/*.test.mjs`.
pub fn test(workspace: &Workspace) -> Result<Tally> {
    let folder = workspace.root.join("e2e");
    let chromium = chromium(workspace)?;
    let node = tools::find_or_install(workspace, &["node"], "nodejs")?;
    install_packages(workspace, &folder)?;

    let out = folder.join("out");
    fs::create_dir_all(&out).at("create", &out)?;
    let report = out.join("results.tap");
    let mut command = Command::new(node);
    command.current_dir(&folder);
    command.args(["--test", TIMEOUT, "--test-concurrency=2"]);
    command.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
    command.arg("--test-reporter=tap");
    command.arg(format!("--test-reporter-destination={}", report.display()));
    command.args(test_files(&folder)?);
    command.env("CHROME", chromium);
    command.env("BATON_BIN", workspace.baton(Mode::Dev.server_profile()));
    let status = tools::stream(&mut command, tools::FOUND, |_| {})?;
    let report = fs::read_to_string(&report).at("read", &report)?;
    Ok(Tally::of_tap(&report).held_to(status.success()))
}

fn chromium(workspace: &Workspace) -> Result<PathBuf> {
    match env::var_os("CHROME") {
        Some(path) => Ok(path.into()),
        None => tools::find_or_install(workspace, &CHROMIUM, "chromium"),
    }
}

/// `npm ci`, unless what is there is newer than what the lock file asks for.
fn install_packages(workspace: &Workspace, folder: &Path) -> Result<()> {
    let changed = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified());
    let wanted = changed("package-lock.json").at("read", folder.join("package-lock.json"))?;
    if changed("node_modules/.package-lock.json").is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    let npm = tools::find_or_install(workspace, &["npm"], "npm")?;
    let mut command = tools::command(workspace, npm);
    command.args(["ci", "--no-audit", "--no-fund"]).current_dir(folder);
    tools::run(&mut command, "Install Node.js 20 or later with npm")
}

/// Named one by one, because Node's own search differs between its versions.
fn test_files(folder: &Path) -> Result<Vec<String>> {
    let mut files: Vec<String> = fs::read_dir(folder)
        .at("read", folder)?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".test.mjs"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Error::NoBrowserTests);
    }
    Ok(files)
}
