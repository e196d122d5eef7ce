//! The vault's keys: a file beside the database, or wherever the settings say, that only its owner
//! can read. One key a line; the first one seals.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use sha2::{Digest, Sha256};

use super::random;
use crate::hex::hex;

/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;
/// Most keys of one file.
const KEYS: usize = 20;

/// A key, and the name by which what it sealed refers to it.
pub(super) struct Key {
    pub(super) id: String,
    pub(super) bytes: [u8; KEY_BYTES],
}

impl Key {
    fn new(bytes: [u8; KEY_BYTES]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"the name of a key of Baton's vault");
        hash.update(bytes);
        let digest: [u8; 32] = hash.finalize().into();
        Self { id: hex(&digest[..6]), bytes }
    }
}

/// Why there are no keys; one sentence.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or made.
    #[error("cannot use the key file {path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// A line is no key.
    #[error("line {line} of the key file {path} is no key: it must be 32 bytes in base64")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Which line; the first is 1.
        line: usize,
    },
    /// There is no key in it, or too many.
    #[error("the key file {0} must hold 1 to {KEYS} keys, one a line")]
    Empty(PathBuf),
    /// Others can read it.
    #[error("others can read the key file {0}: take their permission away (chmod 600)")]
    Open(PathBuf),
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    Random,
}

/// The keys of a file, one at least. A file that is missing is made.
pub(super) fn read_or_make(path: &Path) -> Result<Vec<Key>, KeysError> {
    let failed = |cause| KeysError::File { path: path.to_owned(), cause };
    match fs::read_to_string(path) {
        Ok(text) => {
            private(path)?;
            parse(&text, path)
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            let bytes = random().map_err(|_| KeysError::Random)?;
            make(path, &bytes).map_err(failed)?;
            Ok(vec![Key::new(bytes)])
        }
        Err(cause) => Err(failed(cause)),
    }
}

fn parse(text: &str, path: &Path) -> Result<Vec<Key>, KeysError> {
    let lines = text.lines().zip(1..).map(|(text, line)| (text.trim(), line));
    let lines = lines.filter(|(text, _)| !text.is_empty() && !text.starts_with('#'));
    let key = |(text, line): (&str, usize)| {
        let bytes = BASE64.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Key::new).ok_or_else(|| KeysError::Malformed { path: path.to_owned(), line })
    };
    let keys: Vec<Key> = lines.map(key).collect::<Result<_, _>>()?;
    if keys.is_empty() || keys.len() > KEYS {
        return Err(KeysError::Empty(path.to_owned()));
    }
    Ok(keys)
}

/// Writes a new file whole or not at all: half a key would lock everything away.
fn make(path: &Path, bytes: &[u8; KEY_BYTES]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    writeln!(
        file,
        "# Seals the secrets in Baton's database; keep a copy, but not beside the database's.\n\
         # One key a line: the first one seals, all of them open.\n{}",
        BASE64.encode(bytes)
    )?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(unix)]
fn private(path: &Path) -> Result<(), KeysError> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |cause| KeysError::File { path: path.to_owned(), cause };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    // A group may share it, as secrets that an orchestrator mounts often are.
    if mode % 0o10 == 0 { Ok(()) } else { Err(KeysError::Open(path.to_owned())) }
}

#[cfg(not(unix))]
fn private(_path: &Path) -> Result<(), KeysError> {
    Ok(())
}
