"""Sign-ups a second into SQLite, each answered only when it is on the disk (`synchronous=FULL`,
several in one commit), its mail handed to a server that takes everything; asked by `wrk` over 64
connections on the same machine. Beside it the same disk written by SQLite one durable row after
another, as a program without group commit would."""
import asyncio
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import measure

SECONDS = 10
CONNECTIONS = 64

LUA = """
local thread_number = 0
function setup(thread)
  thread:set("number", thread_number)
  thread_number = thread_number + 1
end
function init(arguments) counter = 0; refused = 0 end
function request()
  counter = counter + 1
  local body = "first_name=Sam&last_name=Signer&consent=yes&lang=en&email=s" .. number .. "x" .. counter .. "r@ROUND.example"
  return wrk.format("POST", "/petitions/safe-online/sign", {["content-type"] = "application/x-www-form-urlencoded"}, body)
end
"""


async def take_mail(reader, writer):
    """One SMTP session that takes every mail."""
    async def say(line):
        writer.write(line + b"\r\n")
        await writer.drain()

    try:
        await say(b"220 sink")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                await say(b"354 go on")
                while (await reader.readline()) not in (b".\r\n", b""):
                    pass
                await say(b"250 taken")
            elif word == b"QUIT":
                await say(b"221 bye")
                break
            else:
                await say(b"250 fine")
    except (ConnectionError, asyncio.CancelledError):
        pass
    writer.close()


def start_sink():
    """Starts the mail server in a thread; its port."""
    ready = threading.Event()
    port = []

    async def serve():
        server = await asyncio.start_server(take_mail, "127.0.0.1", 0, limit=1 << 20)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    ready.wait()
    return port[0]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def campaign(root, folder):
    """The demonstration site's campaign file, built in the folder."""
    for part in ("config.toml", "groundswell.toml", "content", "themes", "static"):
        source = root / part
        if source.is_dir():
            shutil.copytree(source, folder / part)
        else:
            shutil.copy(source, folder / part)
    subprocess.run([measure.program(root, "groundswell"), "--root", folder, "build"], check=True, capture_output=True)


def one_run(root, folder, sink, number):
    """Sign-ups a second in one run, on a fresh database."""
    port = free_port()
    (folder / "service.toml").write_text(f"""
public_url = "http://127.0.0.1:{port}"
listen = "127.0.0.1:{port}"
campaign_file = "campaign.json"
database.path = "bench{number}.sqlite"
sealing.public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
secrets.key = "0123456789abcdef0123456789abcdef"
captcha.provider = "none"
limits.per_network_per_hour = 4000000000
mail = {{ host = "127.0.0.1", port = {sink}, security = "none", sender = "petitions@kinderbaken.example" }}
""")
    script = folder / "sign.lua"
    script.write_text(LUA.replace("ROUND", f"round{number}"))
    service = subprocess.Popen([measure.program(root, "petition-service"), "serve", "--config", folder / "service.toml"],
                               env={**os.environ, "RUST_LOG": "error"}, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/readyz").read()
                break
            except OSError:
                time.sleep(0.1)
        done = subprocess.run(["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script, address],
                              capture_output=True, text=True, check=True)
        if "Non-2xx or 3xx" in done.stdout:
            sys.exit(f"some sign-ups were refused:\n{done.stdout}")
        database = sqlite3.connect(folder / f"bench{number}.sqlite")
        stored = database.execute("select count(*) from subjects").fetchone()[0]
        answered = int(re.search(r"(\d+) requests in", done.stdout)[1])
        if stored < answered:
            sys.exit(f"{answered} were answered, {stored} are stored")
        return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])
    finally:
        service.terminate()
        service.wait()


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
    sink = start_sink()
    ours, plain = [], []
    with tempfile.TemporaryDirectory(dir=root / "target") as folder:
        folder = pathlib.Path(folder)
        campaign(root, folder)
        for number in range(options.runs):
            ours.append(one_run(root, folder, sink, number))
            plain.append(row_by_row(folder, number))
    mine, other = statistics.median(ours), statistics.median(plain)
    yield ("sign (SQLite, 64 connections)", f"{mine:.0f}/s", f"one row after another {other:.0f}/s", mine / other)
