//! Where things are.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The folders of this checkout.
pub struct Workspace {
    /// The top of the repository.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Workspace {
    /// The checkout this xtask was built from.
    pub fn locate() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().unwrap_or(here).to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |dir| root.join(dir));
        Self { root, target }
    }

    /// The pages as they are served. Always in the checkout, wherever cargo's target folder is:
    /// the backend embeds them by a path relative to itself.
    pub fn pages(&self) -> PathBuf {
        self.root.join("target/pages")
    }

    /// The server's binary, of the cargo profile folder `profile`.
    pub fn baton(&self, profile: &str) -> PathBuf {
        self.program(profile, "baton")
    }

    /// The binary `name`, of the cargo profile folder `profile`.
    pub fn program(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// `path` as seen from the top of the repository, for people to read.
    pub fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}
