"""A PostgreSQL of its own: a cluster in a temporary folder, reached by its socket, gone at the end. It is
tuned as docs/scaling.md tells, and every commit is on the disk before it is answered."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SETTINGS = ("listen_addresses=", "max_connections=200", "shared_buffers=512MB", "max_wal_size=4GB",
            "fsync=on", "synchronous_commit=on")


def programs():
    """The folder of `initdb`, `pg_ctl`, `pgbench` and `psql`."""
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        sys.exit("PostgreSQL is missing: on Debian, apt-get install postgresql")
    return folders[-1].parent


def as_postgres(command):
    """It refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


class Cluster:
    """A running cluster; `folder` holds its socket."""

    def __init__(self, folder):
        self.folder = folder

    def url(self, database):
        return f"postgres://groundswell@{str(self.folder).replace('/', '%2F')}/{database}"

    def psql(self, sql, database="postgres"):
        """What a statement answers, as text."""
        done = subprocess.run([programs() / "psql", "-XqAt", "-h", self.folder, "-U", "groundswell", "-c", sql, database],
                              check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def fresh(self, database):
        """An empty database of this name; its address."""
        self.psql(f'drop database if exists "{database}"')
        self.psql(f'create database "{database}"')
        return self.url(database)


@contextlib.contextmanager
def cluster():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="groundswell-pg-", dir="/var/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data, log = folder / "data", folder / "log"
    try:
        subprocess.run(as_postgres([programs() / "initdb", "-D", data, "-U", "groundswell", "-A", "trust", "-E", "UTF8",
                                    "--locale=C"]), check=True, capture_output=True, cwd=folder)
        options = " ".join(f"-c {setting}" for setting in SETTINGS) + f" -k {folder}"
        subprocess.run(as_postgres([programs() / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start"]),
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        yield Cluster(folder)
    finally:
        subprocess.run(as_postgres([programs() / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"]),
                       check=False, capture_output=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)
