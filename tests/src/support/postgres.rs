//! A PostgreSQL of a test's own, in a temporary folder: killed, started again and held up at will.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Starts a server, prints the folder of its socket, then does what it is told, a word a line, and
/// answers each with a line. Ends with its input: the system closes that when the test is gone.
///
/// Nothing is flushed to the disk: what a killed process wrote is the system's to keep; these tests cut
/// no power.
const SCRIPT: &str = r#"
for bin in "$(pg_config --bindir 2>/dev/null)" /usr/lib/postgresql/*/bin /usr/local/pgsql/bin; do
    [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && break
done
if ! [ -x "$bin/initdb" ]; then echo missing; exit; fi
folder=$(mktemp -d /tmp/groundswell-pg-XXXXXX) || exit 1
cd "$folder"
"$bin/initdb" -D data -U groundswell -A trust -E UTF8 --locale=C --no-sync >log 2>&1 \
    || { cat log >&2; rm -rf "$folder"; exit 1; }
start() {
    while :; do
        "$bin/postgres" -D data -k "$folder" -c listen_addresses= -c fsync=off \
            -c full_page_writes=off -c max_connections=100 -c shared_buffers=64MB >>log 2>&1 </dev/null &
        server=$!
        while kill -0 "$server" 2>/dev/null; do
            "$bin/pg_isready" -q -h "$folder" -U groundswell && return
            sleep 0.05
        done
        # The children of the one before still hold its memory.
        sleep 0.1
    done
}
start
echo "$folder"
while read -r word; do
    case "$word" in
        kill) kill -KILL "$server"; wait "$server" 2>/dev/null; start ;;
        restart) kill -QUIT "$server"; wait "$server" 2>/dev/null; start ;;
        hold) held="$server $(pgrep -P "$server")"; kill -STOP $held ;;
        release) kill -CONT $held 2>/dev/null ;;
    esac
    echo done
done
[ -z "$held" ] || kill -CONT $held 2>/dev/null
kill -QUIT "$server"
wait "$server" 2>/dev/null
cd /
rm -rf "$folder"
"#;

/// A running server, gone with this value.
pub(crate) struct Postgres {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    url: String,
    _shell: Child,
}

impl Postgres {
    /// Starts it.
    pub(crate) fn start() -> Self {
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
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = command.spawn().expect("a shell");
        let input = shell.stdin.take().expect("its input");
        let mut output = BufReader::new(shell.stdout.take().expect("its output"));
        let mut folder = String::new();
        output.read_line(&mut folder).expect("its folder");
        assert!(
            folder.starts_with('/'),
            "PostgreSQL is needed for these tests. Install it first, on Debian or Ubuntu: \
             sudo apt-get install postgresql"
        );
        let host = folder.trim().replace('/', "%2F");
        Self {
            input,
            output,
            url: format!("postgres://groundswell@{host}/postgres"),
            _shell: shell,
        }
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Kills it (-9), and starts it again.
    pub(crate) fn kill(&mut self) {
        self.tell("kill");
    }

    /// Ends it at once, as `pg_ctl restart -m immediate` does, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.tell("restart");
    }

    /// Lets it take connections and answer nothing.
    pub(crate) fn hold(&mut self) {
        self.tell("hold");
    }

    /// Lets it go on.
    pub(crate) fn release(&mut self) {
        self.tell("release");
    }

    fn tell(&mut self, word: &str) {
        writeln!(self.input, "{word}").expect("told");
        let mut done = String::new();
        self.output.read_line(&mut done).expect("an answer");
        assert_eq!(done.trim(), "done");
    }
}
