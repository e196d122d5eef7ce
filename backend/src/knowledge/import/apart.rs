//! Reads a file in a process of its own: whatever it does to its reader (a panic, a stack that runs
//! over, gigabytes out of kilobytes, a loop without an end), the desk goes on.

use std::{
    io::{self, Read, Write},
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::Semaphore,
    time::timeout,
};

use super::{Kind, Piece, Unreadable, read};

/// How long a file may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much memory the process may have, in bytes.
#[cfg(unix)]
const MEMORY: u64 = 1024 * 1024 * 1024;
/// How much computing it may do, in seconds.
#[cfg(unix)]
const COMPUTING: u64 = 30;
/// Most that it may answer, in bytes.
const ANSWER: u64 = 32 * 1024 * 1024;
/// Files that are read at the same time.
const AT_ONCE: usize = 2;
/// The command of the process.
pub const COMMAND: &str = "read-document";

/// Reads files apart.
#[derive(Debug)]
pub struct Apart {
    program: io::Result<PathBuf>,
    places: Semaphore,
}

impl Apart {
    /// Reads with `program`, which must know [`COMMAND`]; by default with the one that runs.
    pub fn with(program: Option<PathBuf>) -> Self {
        let program = program.map_or_else(std::env::current_exe, Ok);
        Self { program, places: Semaphore::new(AT_ONCE) }
    }

    /// The articles of a file.
    pub async fn read(
        &self,
        kind: Kind,
        name: &str,
        bytes: &[u8],
    ) -> Result<Vec<Piece>, Unreadable> {
        // It is never closed.
        let _place = self.places.acquire().await;
        let answer = match timeout(PATIENCE, self.ask(kind, name, bytes)).await {
            Err(_) => return Err(Unreadable::Costly),
            Ok(Err(cause)) => {
                tracing::error!(%cause, "a file could not be read in a process of its own");
                return Err(Unreadable::Costly);
            }
            Ok(Ok(answer)) => answer,
        };
        // Whatever a library prints comes before; no answer is what a process leaves that was ended.
        let last = answer.rsplit(|byte| *byte == b'\n').find(|line| !line.is_empty());
        let found = last.and_then(|line| serde_json::from_slice(line).ok());
        found.unwrap_or(Err(Unreadable::Costly))
    }

    async fn ask(&self, kind: Kind, name: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let program = self.program.as_ref().map_err(|cause| io::Error::other(cause.to_string()))?;
        let kind = serde_json::to_value(kind).map_err(io::Error::other)?;
        let mut child = Command::new(program)
            .arg(COMMAND)
            .arg(kind.as_str().unwrap_or_default())
            .arg(format!("--name={name}"))
            // No secret of the desk's reaches it.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let send = async {
            if let Some(mut stdin) = stdin {
                // It may have ended before it has read all.
                let _ = stdin.write_all(bytes).await;
            }
        };
        let mut answer = Vec::new();
        let hear = async {
            match stdout {
                Some(stdout) => stdout.take(ANSWER).read_to_end(&mut answer).await,
                None => Ok(0),
            }
        };
        let ((), heard) = tokio::join!(send, hear);
        heard?;
        Ok(answer)
    }
}

/// What the process does: limits itself, reads a file from `input`, writes what it came to.
pub fn run(kind: Kind, name: &str, mut input: impl Read, mut out: impl Write) -> io::Result<()> {
    #[cfg(unix)]
    {
        rlimit::Resource::AS.set(MEMORY, MEMORY)?;
        rlimit::Resource::CPU.set(COMPUTING, COMPUTING)?;
        rlimit::Resource::CORE.set(0, 0)?;
        rlimit::Resource::FSIZE.set(0, 0)?;
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let found = read(kind, name, &bytes);
    writeln!(out)?;
    serde_json::to_writer(&mut out, &found)?;
    writeln!(out)
}
