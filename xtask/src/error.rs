//! What can go wrong while building, and what a person can do about it.

use std::{io, path::PathBuf, process::ExitStatus};

/// The result of a task.
pub type Result<T> = std::result::Result<T, Error>;

/// A task failed; the message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program is not there, or may not be executed.
    #[error("cannot start `{program}`: {source}. {hint}")]
    Start {
        /// Its name.
        program: String,
        /// Where to get it.
        hint: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A program ran and did not succeed; it has said why above.
    #[error("`{command}` failed ({status}); see its output above")]
    Failed {
        /// The command as typed.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// `read`, `write`, …
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of ours is not what it should be.
    #[error("cannot make sense of {}: {source}", path.display())]
    Garbled {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// wasm-bindgen could not make sense of a WASM file.
    #[error(
        "wasm-bindgen refused `{page}.wasm`: {reason}. A page that shows nothing yet is refused, too; if it speaks of a schema version, run `cargo update -p wasm-bindgen -p wasm-bindgen-cli-support` so that both agree"
    )]
    Bindgen {
        /// `widget` or `console`.
        page: &'static str,
        /// In wasm-bindgen's words.
        reason: String,
    },
    /// A dependency of the pages brings a JavaScript file of its own.
    #[error(
        "`{page}` pulls in the JavaScript snippet `{snippet}`; pages are one glue file each, so replace the dependency or call the browser through web-sys"
    )]
    Snippet {
        /// `widget` or `console`.
        page: &'static str,
        /// The module it belongs to.
        snippet: String,
    },
    /// `asset:NAME` names nothing.
    #[error(
        "{file} refers to `asset:{name}`, but there is no such file in frontend/static, nor is it a page's .js or .wasm"
    )]
    UnknownAsset {
        /// Where the reference stands.
        file: String,
        /// What it names.
        name: String,
    },
    /// Assets refer to one another in a circle, so no hash can come first.
    #[error(
        "these assets refer to one another in a circle, so none can be named by its content: {0}"
    )]
    CircularAssets(String),
    /// Two sources want the same place.
    #[error("`{0}` comes from two places; rename one of them")]
    Duplicate(String),
    /// Nothing would be tested, which must not look like success.
    #[error("there is no e2e/*.test.mjs to run")]
    NoBrowserTests,
    /// A program is missing, and this is not the place to install it unasked.
    #[error(
        "`{program}` is not on the PATH. Install it (Debian: `apt-get install {package}`) and try again"
    )]
    Missing {
        /// The first name it goes by.
        program: String,
        /// The Debian package.
        package: &'static str,
    },
    /// A binary for users has what only tests may have.
    #[error(
        "{} has failpoints: build the server alone, with `cargo build --package backend`",
        .0.display()
    )]
    Failpoints(PathBuf),
    /// The started server did not come up.
    #[error("the server stopped before it listened; its own words stand above")]
    NotListening,
}

/// Attaches what was tried, and on what, to an I/O error.
pub trait AtPath<T> {
    /// `action` completes "cannot … the file".
    fn at(self, action: &'static str, path: impl Into<PathBuf>) -> Result<T>;
}

impl<T> AtPath<T> for io::Result<T> {
    fn at(self, action: &'static str, path: impl Into<PathBuf>) -> Result<T> {
        self.map_err(|source| Error::File { action, path: path.into(), source })
    }
}
