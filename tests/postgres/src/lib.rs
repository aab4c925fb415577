//! A PostgreSQL of a test's own, in a temporary folder: killed, started again and held up at will.
//!
//! For tests only: nothing that is shipped depends on it.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const SCRIPT: &str = include_str!("cluster.sh");

/// A running server, gone with this value or with the process, whichever is first.
#[derive(Debug)]
pub struct Postgres {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    url: String,
    _shell: Child,
}

impl Postgres {
    /// Makes a cluster and starts it; some seconds.
    ///
    /// # Errors
    /// PostgreSQL is not installed, with what to do; or it does not start.
    pub fn start() -> io::Result<Self> {
        Self::start_in(Path::new("/tmp"))
    }

    /// The same with all it has below that folder, which everybody may write to.
    ///
    /// # Errors
    /// The same.
    pub fn start_in(parent: &Path) -> io::Result<Self> {
        // It refuses to run as root.
        let root = Path::new("/root").read_dir().is_ok();
        let mut command = if root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh", "-c", SCRIPT]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", SCRIPT]);
            command
        };
        let command = command.arg("sh").arg(parent);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = command.spawn()?;
        let none = || io::Error::other("the shell has no input or output");
        let input = shell.stdin.take().ok_or_else(none)?;
        let mut output = BufReader::new(shell.stdout.take().ok_or_else(none)?);
        let mut folder = String::new();
        output.read_line(&mut folder)?;
        if !folder.starts_with('/') {
            return Err(io::Error::other(
                "PostgreSQL is needed for these tests. Install it first, on Debian or Ubuntu: \
                 sudo apt-get install postgresql",
            ));
        }
        let host = folder.trim().replace('/', "%2F");
        Ok(Self {
            input,
            output,
            url: format!("postgres://groundswell@{host}/postgres"),
            _shell: shell,
        })
    }

    /// The address of its database `postgres`, for a user who may do everything.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Kills it (-9), and starts it again.
    ///
    /// # Errors
    /// The shell that looks after it is gone.
    pub fn kill(&mut self) -> io::Result<()> {
        self.tell("kill")
    }

    /// Ends it at once, as `pg_ctl restart -m immediate` does, and starts it again.
    ///
    /// # Errors
    /// The same.
    pub fn restart(&mut self) -> io::Result<()> {
        self.tell("restart")
    }

    /// Lets it take connections and answer nothing.
    ///
    /// # Errors
    /// The same.
    pub fn hold(&mut self) -> io::Result<()> {
        self.tell("hold")
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// The same.
    pub fn release(&mut self) -> io::Result<()> {
        self.tell("release")
    }

    fn tell(&mut self, word: &str) -> io::Result<()> {
        writeln!(self.input, "{word}")?;
        let mut done = String::new();
        self.output.read_line(&mut done)?;
        if done.trim() == "done" {
            Ok(())
        } else {
            Err(io::Error::other(format!("told to {word}, it said {done}")))
        }
    }
}
