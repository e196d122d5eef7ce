//! Results of slow steps, kept by the hash of their inputs.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use crate::error::{AtPath, Result};

/// One folder of results; what a build does not ask for is forgotten at its end.
pub struct Cache {
    folder: PathBuf,
    used: Mutex<BTreeSet<String>>,
}

impl Cache {
    /// Opens, and creates if need be.
    pub fn open(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).at("create", &folder)?;
        Ok(Self { folder, used: Mutex::default() })
    }

    /// The folder, for programs that want to read and write files of their own.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What `make` made of the same `key` before, or makes now.
    pub fn get_or(&self, key: &str, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        let path = self.folder.join(key);
        if let Ok(bytes) = fs::read(&path) {
            return Ok(bytes);
        }
        let bytes = make()?;
        // Through a rename, so that an interrupted build leaves no half result to trust later.
        let partial = self.folder.join(format!("{key}.partial"));
        fs::write(&partial, &bytes).at("write", &partial)?;
        fs::rename(&partial, &path).at("write", &path)?;
        Ok(bytes)
    }

    /// Forgets every result that was not asked for since opening.
    pub fn prune(self) -> Result<()> {
        let used = self.used.into_inner().unwrap_or_else(PoisonError::into_inner);
        for entry in fs::read_dir(&self.folder).at("read", &self.folder)?.flatten() {
            if !used.contains(entry.file_name().to_string_lossy().as_ref()) {
                fs::remove_file(entry.path()).at("remove", entry.path())?;
            }
        }
        Ok(())
    }
}

/// The SHA-256 of the parts one after the other, in hexadecimal.
pub fn sha256_hex(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        for nibble in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_parts_as_one_whole() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(&[b"abc"]), abc);
        assert_eq!(sha256_hex(&[b"a", b"bc"]), abc);
    }
}
