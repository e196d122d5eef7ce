//! `cargo xtask build`: the pages, then the server around them.

use std::fs;

use crate::{
    assets::Files,
    cache::sha256_hex,
    error::{AtPath, Error, Result},
    pages, table, tools,
    workspace::Workspace,
};

/// Told to the backend's build script: another value means other pages to embed.
const PAGES_VARIABLE: &str = "BATON_PAGES";

/// Stands in every binary that has failpoints: `baton::failpoint::MARKER`.
const FAILPOINTS: &[u8] = b"this binary has failpoints and is for tests only";

/// How much time a build may take for how good a result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// What users get.
    Release,
    /// Ready sooner.
    Dev,
}

impl Mode {
    /// From the `--dev` flag.
    pub fn from_dev(dev: bool) -> Self {
        if dev { Self::Dev } else { Self::Release }
    }

    /// Also names the folder of cached results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }

    /// The cargo profile of the pages.
    pub fn wasm_profile(self) -> &'static str {
        match self {
            Self::Release => "wasm",
            Self::Dev => "wasm-dev",
        }
    }

    /// The folder cargo puts the server in.
    pub fn server_profile(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "debug",
        }
    }

    /// Whether wasm-opt runs.
    pub fn optimises(self) -> bool {
        self == Self::Release
    }

    /// How hard brotli tries, up to 11.
    pub fn brotli_quality(self) -> i32 {
        match self {
            Self::Release => 11,
            Self::Dev => 5,
        }
    }
}

/// Builds pages and server, and says what they weigh; gives the page files.
pub fn all(workspace: &Workspace, mode: Mode) -> Result<Files> {
    let files = pages::build(workspace, mode)?;
    server(workspace, mode, &fingerprint(&files))?;
    println!();
    print_sizes(&files);
    let baton = workspace.baton(mode.server_profile());
    let size = fs::metadata(&baton).at("read", &baton)?.len();
    println!("\n{}  {} bytes", workspace.relative(&baton).display(), table::bytes(size));
    Ok(files)
}

/// Builds the pages alone.
pub fn pages(workspace: &Workspace, mode: Mode) -> Result<()> {
    let files = pages::build(workspace, mode)?;
    println!();
    print_sizes(&files);
    Ok(())
}

/// Builds the server; in release with the pages of this `fingerprint` inside. A server that tests
/// could end at a failpoint is never let out.
pub fn server(workspace: &Workspace, mode: Mode, fingerprint: &str) -> Result<()> {
    let mut cargo = tools::cargo(workspace);
    cargo.args(["build", "--package", "backend", "--bin", "baton"]);
    if mode == Mode::Release {
        cargo.arg("--release").env(PAGES_VARIABLE, fingerprint);
    }
    tools::run(&mut cargo, "Install Rust from https://rustup.rs")?;
    let path = workspace.baton(mode.server_profile());
    let binary = fs::read(&path).at("read", &path)?;
    let marked = |marker: &[u8]| binary.windows(marker.len()).any(|window| window == marker);
    if marked(FAILPOINTS) { Err(Error::Failpoints(path)) } else { Ok(()) }
}

fn fingerprint(files: &Files) -> String {
    let parts: Vec<&[u8]> =
        files.iter().flat_map(|(name, content)| [name.as_bytes(), content]).collect();
    sha256_hex(&parts)
}

/// What each page file weighs, as it is and over the wire.
pub fn print_sizes(files: &Files) {
    let rows = files.iter().filter(|(name, _)| !is_sibling(name, files)).map(|(name, content)| {
        let brotli = files.get(&format!("{name}.br")).unwrap_or(content);
        [name.clone(), table::bytes(content.len() as u64), table::bytes(brotli.len() as u64)]
    });
    table::print(["page file", "raw", "brotli"], rows);
}

/// Whether it is the compressed form of another.
fn is_sibling(name: &str, files: &Files) -> bool {
    name.strip_suffix(".br")
        .or_else(|| name.strip_suffix(".gz"))
        .is_some_and(|original| files.contains_key(original))
}
