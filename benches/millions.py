"""Ten million confirmed signatures stored (subjects, attempts, a token each, the log), against an empty database:
sign-ups a second, asked by `wrk` over 64 connections, and the time that the count takes, on PostgreSQL and on
SQLite. MILLIONS=1 takes a tenth of them."""
import os
import sqlite3
import statistics
import subprocess
import time
import urllib.request

import postgres
import service
import sign
import sink

MILLION = 1_000_000
FORM = "safe-online"

# As many bytes in each column as a confirmed form has, in the words of either engine.
FILL = {
    "subjects": ("id, form_id, kind, dedupe_key, state, attempt_id, mails, last_mail_at, last_form_at, created_at, confirmed_at",
                 "ID, 'safe-online', 'petition', RANDOM16, 'confirmed', ID, 1, N, N, N, N"),
    "attempts": ("id, subject_id, sealed, key_id, says, lang, form_page, country, consent_sha256, consent_version, created_at, "
                 "confirmed_at, confirmed_how",
                 "ID, ID, SEALED, KEY, RANDOM16, 'nl', 'https://kinderbaken.example/petitions/safe-online/', 'NL', TEXT64, '2026-11', "
                 "N, N, 'link'"),
    "tokens": ("hash, attempt_id, purpose, created_at, expires_at", "RANDOM32, ID, 'withdraw', N, 9000000000000"),
    "confirmations": ("form_id, subject_id, delta, country, at", "'safe-online', ID, 1, 'NL', N"),
}

ON_POSTGRES = {"ID": "int8send(n) || int8send(n)", "RANDOM16": "uuid_send(gen_random_uuid())",
               "RANDOM32": "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())", "SEALED": "decode(repeat('ab', 220), 'hex')",
               "KEY": "int8send(n)", "TEXT64": "repeat('0', 64)", "N": "n"}
ON_SQLITE = {"ID": "cast(printf('%016d', n) as blob)", "RANDOM16": "randomblob(16)", "RANDOM32": "randomblob(32)",
             "SEALED": "randomblob(220)", "KEY": "cast(printf('%08d', n) as blob)", "TEXT64": "printf('%064d', 0)", "N": "n"}


def values(text, words):
    for name in sorted(words, key=len, reverse=True):
        text = text.replace(name, words[name])
    return text


def fill_postgres(cluster, database, rows):
    for table, (columns, row) in FILL.items():
        cluster.psql(f"set session_replication_role = replica; set synchronous_commit = off; "
                     f"insert into {table} ({columns}) select {values(row, ON_POSTGRES)} from generate_series(1::bigint, {rows}) n", database)
    cluster.psql(f"insert into counts (form_id, total, at) values ('{FORM}', {rows}, 1)", database)
    cluster.psql("vacuum analyze", database)
    cluster.psql("checkpoint", database)


def fill_sqlite(file, rows):
    database = sqlite3.connect(file, isolation_level=None)
    for pragma in ("cache_size=-4000000", "synchronous=off", "foreign_keys=off", "journal_mode=wal", "wal_autocheckpoint=100000"):
        database.execute(f"pragma {pragma}")
    for table, (columns, row) in FILL.items():
        for start in range(1, rows + 1, MILLION):
            database.execute(f"with recursive c(n) as (select {start} union all select n + 1 from c where n < {min(start + MILLION - 1, rows)}) "
                             f"insert into {table} ({columns}) select {values(row, ON_SQLITE)} from c")
    database.execute(f"insert into counts (form_id, total, at) values ('{FORM}', {rows}, 1)")
    database.execute("analyze")
    database.execute("pragma wal_checkpoint(truncate)")
    database.close()
    # A new installation's pages may still be on their way to the disk.
    subprocess.run(["sync"], check=True)


def count_time(address):
    """Milliseconds of a look at the count that reads the database: the median of several, a second apart."""
    times = []
    for _ in range(5):
        time.sleep(1.1)
        start = time.perf_counter()
        urllib.request.urlopen(f"{address}/petitions/{FORM}/count").read()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def measure_one(root, folder, port, database, label, stored):
    with service.running(root, folder, database, port, per_minute=60) as (address, _):
        took = count_time(address)
        rate = sign.sign(address, folder, label, stored)
    return rate, took


def compare(engine, runs):
    """Rows from pairs of (full, empty), each (rate, time of the count)."""
    median = lambda place, what: statistics.median(run[place][what] for run in runs)
    yield (f"millions, sign ({engine})", f"{median(0, 0):.0f}/s", f"empty {median(1, 0):.0f}/s", median(0, 0) / median(1, 0), (False, 0.8))
    yield (f"millions, count ({engine})", f"{median(0, 1):.2f} ms", f"empty {median(1, 1):.2f} ms", median(0, 1) / median(1, 1), (True, 1.25))


def run(root, options):
    rows = int(float(os.environ.get("MILLIONS", "10")) * MILLION)
    port = sink.start()
    with service.site(root) as folder:
        with postgres.cluster() as cluster:
            full = cluster.fresh("full")
            with service.running(root, folder, full, port):
                pass
            fill_postgres(cluster, "full", rows)
            runs = []
            for number in range(options.runs):
                pair = []
                for name in ("full", f"empty{number}"):
                    url = full if name == "full" else cluster.fresh(name)
                    stored = lambda name=name: int(cluster.psql("select count(*) from subjects where state = 'pending'", name))
                    pair.append(measure_one(root, folder, port, url, f"{name}{number}", stored))
                runs.append(pair)
            yield from compare("PostgreSQL", runs)
        file = folder / "full.sqlite"
        with service.running(root, folder, f"sqlite:{file}", port):
            pass
        fill_sqlite(file, rows)
        runs = []
        for number in range(options.runs):
            pair = []
            for path in (file, folder / f"empty{number}.sqlite"):
                stored = lambda path=path: sqlite3.connect(path).execute("select count(*) from subjects where state = 'pending'").fetchone()[0]
                pair.append(measure_one(root, folder, port, f"sqlite:{path}", f"{path.stem}{number}", stored))
            runs.append(pair)
        yield from compare("SQLite", runs)
