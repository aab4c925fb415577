//! A PostgreSQL of the tests' own: started once by a test process, gone with it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::store::Address;

/// Starts a cluster in a temporary folder, prints the folder of its socket, and ends with its input:
/// the system closes that when the test process is gone, however it ends.
const SCRIPT: &str = r#"
for bin in "$(pg_config --bindir 2>/dev/null)" /usr/lib/postgresql/*/bin /usr/local/pgsql/bin; do
    [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && break
done
if ! [ -x "$bin/initdb" ]; then echo missing; exit; fi
folder=$(mktemp -d /tmp/groundswell-pg-XXXXXX) || exit 1
cd "$folder"
"$bin/initdb" -D "$folder/data" -U groundswell -A trust -E UTF8 --locale=C --no-sync >log 2>&1 \
    || { cat log >&2; rm -rf "$folder"; exit 1; }
"$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off \
    -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB \
    -c autovacuum=off >>log 2>&1 </dev/null &
server=$!
for _ in $(seq 300); do
    "$bin/pg_isready" -q -h "$folder" -U groundswell && break
    sleep 0.1
done
echo "$folder"
cat >/dev/null
kill -QUIT "$server"
wait "$server" 2>/dev/null
cd /
rm -rf "$folder"
"#;

struct Cluster {
    folder: String,
    _input: Child,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
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
        let mut child = command.spawn().expect("a shell");
        let mut folder = String::new();
        let output = child.stdout.take().expect("its output");
        let said = BufReader::new(output).read_line(&mut folder);
        said.expect("the folder of the cluster");
        let folder = folder.trim().to_owned();
        assert!(
            folder.starts_with('/'),
            "PostgreSQL is needed for these tests. Install it first, on Debian or Ubuntu: \
             sudo apt-get install postgresql"
        );
        Cluster {
            folder,
            _input: child,
        }
    })
}

/// An empty database.
pub(crate) async fn database() -> Address {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let folder = &tokio::task::spawn_blocking(cluster)
        .await
        .expect("a cluster")
        .folder;
    let host = folder.replace('/', "%2F");
    let url = format!("postgres://groundswell@{host}/postgres");
    let schema = format!("test{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut conn = PgConnection::connect(&url).await.expect("connected");
    sqlx::query(AssertSqlSafe(format!("create schema {schema}")))
        .execute(&mut conn)
        .await
        .expect("a schema");
    conn.close().await.expect("closed");
    let url = format!("{url}?options[search_path]={schema}");
    Address::parse(&url, Path::new("")).expect("an address")
}
