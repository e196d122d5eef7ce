//! MCP servers that are programs on Baton's machine. Which ones there are is said in the settings by
//! whoever runs Baton: an administrator of the desk can only choose among their names.

use std::{
    collections::BTreeMap,
    path::Path,
    pin::Pin,
    process::Stdio,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, ReadBuf},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::{
    fault::McpFault,
    road::{ANSWER_BYTES, Below},
};

/// Most bytes that a program may say for one thing that it is asked.
const SAID_BYTES: usize = 4 * ANSWER_BYTES;

/// The programs that may be started, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands(BTreeMap<String, Vec<String>>);

/// What is no list of commands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a command must look like stock=/opt/stock/server --read-only, with `;` between two: {0}")]
pub struct InvalidCommand(String);

impl Commands {
    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Starts one.
    pub(super) fn start(&self, name: &str, below: &Below) -> Result<Running, McpFault> {
        let words = self.0.get(name).ok_or_else(|| McpFault::Unlisted(name.to_owned()))?;
        let failed = |why: String| McpFault::Start(name.to_owned(), why);
        let (program, args) =
            words.split_first().ok_or_else(|| failed("it is empty".to_owned()))?;
        let mut command = Command::new(program);
        command
            .args(args)
            // No secret of the desk's reaches it, and nothing that it writes reaches the log.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|why| failed(why.to_string()))?;
        let pipes = child.stdout.take().zip(child.stdin.take());
        let (stdout, stdin) = pipes.ok_or_else(|| failed("it has no pipes".to_owned()))?;
        let said = Arc::<AtomicUsize>::default();
        let says = Says { stdout, line: 0, said: said.clone(), below: below.clone() };
        Ok(Running { process: Process(child), says, hears: stdin, said })
    }
}

impl FromStr for Commands {
    type Err = InvalidCommand;

    /// Reads a list with semicolons between its entries.
    fn from_str(text: &str) -> Result<Self, InvalidCommand> {
        let mut all = BTreeMap::new();
        for entry in text.split([';', '\n']).map(str::trim).filter(|entry| !entry.is_empty()) {
            let wrong = || InvalidCommand(entry.chars().take(80).collect());
            let (name, line) = entry.split_once('=').ok_or_else(wrong)?;
            let name = name.trim();
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            // Without an environment there is no path to look a program up in.
            let is_path = words.first().is_some_and(|program| Path::new(program).is_absolute());
            let fits = !name.is_empty() && name.len() <= 64 && name.chars().all(plain) && is_path;
            if !fits || all.insert(name.to_owned(), words).is_some() {
                return Err(wrong());
            }
        }
        Ok(Self(all))
    }
}

/// A program that runs.
pub(super) struct Running {
    pub(super) process: Process,
    pub(super) says: Says,
    pub(super) hears: ChildStdin,
    /// How much it has said; set to nothing whenever something is asked.
    pub(super) said: Arc<AtomicUsize>,
}

/// Ends the program, and what it has started, when it is dropped.
pub(super) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Nobody has waited for it, so its id is still its own.
        #[cfg(unix)]
        if let Some(id) = self.0.id().and_then(|id| i32::try_from(id).ok())
            && let Some(group) = rustix::process::Pid::from_raw(id)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.start_kill();
    }
}

/// What a program says, as long as it is not too much.
pub(super) struct Says {
    stdout: ChildStdout,
    line: usize,
    said: Arc<AtomicUsize>,
    below: Below,
}

impl AsyncRead for Says {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.stdout).poll_read(cx, into);
        let new = &into.filled()[before..];
        self.line = match new.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => new.len() - end,
            None => self.line + new.len(),
        };
        let said = self.said.fetch_add(new.len(), Ordering::Relaxed) + new.len();
        let most = if self.line > ANSWER_BYTES { ANSWER_BYTES } else { SAID_BYTES };
        if self.line > ANSWER_BYTES || said > SAID_BYTES {
            let _ = self.below.set(McpFault::TooMuch(most));
            return Poll::Ready(Err(std::io::Error::other("too much")));
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_names_and_programs() {
        let list: Commands = "stock=/opt/stock --ro 1;\n crm = /opt/crm ;".parse().unwrap();
        assert_eq!(list.names().collect::<Vec<_>>(), ["crm", "stock"]);
        assert_eq!(list.0["stock"], ["/opt/stock", "--ro", "1"]);
        assert_eq!("".parse(), Ok(Commands::default()));
        for bad in ["stock", "=/x", "stock=", "stock=sh -c x", "a b=/x", "a=/x;a=/y", "a=./x"] {
            assert!(bad.parse::<Commands>().is_err(), "{bad}");
        }
    }
}
