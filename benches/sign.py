"""Sign-ups a second, each answered only when it is on the disk, asked by `wrk` over 64 connections on the
same machine while mails leave at a relay's pace of one a second. On PostgreSQL, beside pgbench doing the
same two inserts (subject and attempt, the same tables and indexes) as one transaction for each signature
with 64 clients on the same cluster (`synchronous_commit=on`); on SQLite (`synchronous=FULL`), beside the
same on PostgreSQL; and beside the same disk written by SQLite one durable row after another."""
import json
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

import postgres
import service
import sink

SECONDS = 10
CONNECTIONS = 64

LUA = """
local thread_number = 0
function setup(thread)
  thread:set("number", thread_number)
  thread_number = thread_number + 1
end
function init(arguments) counter = 0 end
function request()
  counter = counter + 1
  local body = "first_name=Sam&last_name=Signer&consent=yes&lang=en&email=s" .. number .. "x" .. counter .. "r@ROUND.example"
  return wrk.format("POST", "/petitions/safe-online/sign", {["content-type"] = "application/x-www-form-urlencoded"}, body)
end
"""

# As many bytes in each column as a form of the load has there.
TWO_INSERTS = r"""
\set a random(1, 9000000000000000000)
\set b random(1, 9000000000000000000)
begin;
insert into subjects (id, form_id, kind, dedupe_key, state, mails, last_mail_at, last_form_at, created_at)
  values (int8send(:a) || int8send(:b), 'safe-online', 'petition', int8send(:b) || int8send(:a), 'pending', 1, :a, :a, :a);
insert into attempts (id, subject_id, sealed, key_id, says, lang, form_page, nonce_hash, consent_sha256, consent_version, created_at)
  values (int8send(:b) || int8send(:b), int8send(:a) || int8send(:b), decode(repeat('ab', SEALED), 'hex'), int8send(:a),
          int8send(:a) || int8send(:a), 'en', repeat('p', PAGE), repeat('n', 32)::bytea, repeat('0', 64), '2026-11', :a);
commit;
"""


def wrk(address, script, seconds=SECONDS):
    """Requests a second, and how many were answered; none may be refused."""
    done = subprocess.run(["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script, address],
                          capture_output=True, text=True, check=True)
    if "Non-2xx or 3xx" in done.stdout:
        sys.exit(f"some requests were refused:\n{done.stdout}")
    answered = int(re.search(r"(\d+) requests in", done.stdout)[1])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]), answered


def sign(address, folder, number, stored):
    """Sign-ups a second; `stored()` tells how many the database holds."""
    script = folder / "sign.lua"
    script.write_text(LUA.replace("ROUND", f"round{number}"))
    before = stored()
    rate, answered = wrk(address, script)
    if stored() - before < answered:
        sys.exit(f"{answered} were answered, {stored() - before} are stored")
    return rate


def on_sqlite(root, folder, port, number):
    file = folder / f"bench{number}.sqlite"

    def stored():
        return sqlite3.connect(file).execute("select count(*) from subjects").fetchone()[0]

    with service.running(root, folder, f"sqlite:{file}", port, per_minute=60) as (address, _):
        return sign(address, folder, number, stored)


def on_postgres(root, folder, port, cluster, number):
    """Our rate and pgbench's, in one database, one after the other."""
    database = f"bench{number}"

    def stored():
        return int(cluster.psql("select count(*) from subjects", database))

    with service.running(root, folder, cluster.fresh(database), port, per_minute=60) as (address, _):
        ours = sign(address, folder, number, stored)
    cluster.psql("checkpoint", database)
    sealed, page = cluster.psql("select max(length(sealed)), max(length(form_page)) from attempts", database).split("|")
    script = folder / "pgbench.sql"
    script.write_text(TWO_INSERTS.replace("SEALED", sealed).replace("PAGE", page))
    done = subprocess.run([postgres.programs() / "pgbench", "-h", cluster.folder, "-U", "groundswell", "-n", "-M", "prepared",
                           "-c", str(CONNECTIONS), "-j", "2", "-T", str(SECONDS), "-f", script, database],
                          capture_output=True, text=True, check=True)
    cluster.psql(f'drop database "{database}"')
    return ours, float(re.search(r"tps = ([\d.]+)", done.stdout)[1])


def row_by_row(folder, number):
    """Durable rows a second, one transaction each."""
    database = sqlite3.connect(folder / f"plain{number}.sqlite", isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    database.execute("create table signatures (id text primary key, body text)")
    body = json.dumps({"first_name": "Sam", "last_name": "Signer", "consent": "x" * 64})
    start, rows = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS / 2:
        database.execute("insert into signatures values (?, ?)", (f"s{rows}@round.example", body))
        rows += 1
    return rows / (time.perf_counter() - start)


def run(root, options):
    if shutil.which("wrk") is None:
        sys.exit("`wrk` is missing: on Debian, apt-get install wrk")
    port = sink.start()
    server, bench, file, plain = [], [], [], []
    with service.site(root) as folder, postgres.cluster() as cluster:
        for number in range(options.runs):
            ours, other = on_postgres(root, folder, port, cluster, number)
            server.append(ours)
            bench.append(other)
            file.append(on_sqlite(root, folder, port, number))
            plain.append(row_by_row(folder, number))
    server, bench, file, plain = map(statistics.median, (server, bench, file, plain))
    yield "sign (PostgreSQL, 64 connections)", f"{server:.0f}/s", f"pgbench {bench:.0f}/s", server / bench, (False, 1.5)
    yield "sign (SQLite, 64 connections)", f"{file:.0f}/s", f"PostgreSQL {server:.0f}/s", file / server, (False, 1)
    yield "sign (SQLite), beside single rows", f"{file:.0f}/s", f"one row after another {plain:.0f}/s", file / plain
