//! A server of our own for a measurement: on a free port, stopped when dropped.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use crate::{
    error::{Error, Result},
    tools,
    workspace::Workspace,
};

/// What the server prints as soon as it listens, before the address.
const LISTENING: &str = "listening on http://";

/// A running server.
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    /// From its start until it listened.
    pub ready_after: Duration,
}

impl Server {
    /// Starts `baton` on the data folder `data`, and waits until it listens.
    pub fn start(workspace: &Workspace, baton: &Path, data: &Path) -> Result<Self> {
        let mut command = tools::command(workspace, baton);
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        command.env("BATON_ADMIN_EMAIL", "bench@example.com");
        command.env("BATON_ADMIN_PASSWORD", "not a secret, only a bench");
        command.stdout(Stdio::piped());
        let begin = Instant::now();
        let mut child = command.spawn().map_err(|source| Error::Start {
            program: "baton".to_owned(),
            hint: "Run `cargo xtask build` first",
            source,
        })?;
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            // Reads on to the end, so that the server never writes into a full or closed pipe.
            thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(std::result::Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        let mut server = Self { child, lines, ready_after: Duration::ZERO };
        while let Ok(line) = server.lines.recv() {
            if line.contains(LISTENING) {
                server.ready_after = begin.elapsed();
                return Ok(server);
            }
        }
        Err(Error::NotListening)
    }

    /// Resident memory in bytes once nothing has happened for `quiet`; `None` where the system
    /// has no `/proc`.
    pub fn idle_memory(&self, quiet: Duration) -> Option<u64> {
        while self.lines.recv_timeout(quiet).is_ok() {}
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        resident_bytes(&status)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing to tell anybody: it may have ended by itself, and its data is thrown away.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `VmRSS` of a `/proc/PID/status`.
fn resident_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::resident_bytes;

    #[test]
    fn reads_resident_memory() {
        assert_eq!(resident_bytes("Name:\tbaton\nVmRSS:\t   12340 kB\n"), Some(12_636_160));
        assert_eq!(resident_bytes("Name:\tbaton\n"), None);
    }
}
