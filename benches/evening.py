"""The evening of a broadcast, by `petition-service rehearse` (64 visitors, on the same machine) on SQLite and on
PostgreSQL: confirmations a second against sign-ups a second; the 99th percentile of a sign-up's time
against its median at seven tenths of the top rate while the count is asked for ten times as often;
the service's peak memory against 120 MiB; mails a second to a mail server that takes everything against
1,000."""
import json
import statistics
import subprocess

import measure
import postgres
import service
import sink

SECONDS = 10


def rehearse(root, folder, database, port):
    configuration = folder / "rehearse.toml"
    configuration.write_text(service.CONFIGURATION.format(
        port=service.free_port(), database=database, sink=port, per_minute=0, captcha=service.NO_CAPTCHA))
    done = subprocess.run([measure.program(root, "petition-service"), "rehearse", "--config", configuration, "--json",
                           "--seconds", str(SECONDS)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def rows(engine, runs):
    figures = {name: statistics.median(run[name] for run in runs) for name in runs[0] if name.endswith(("second", "_ms", "_mib"))}
    signs, confirms = figures["signs_per_second"], figures["confirms_per_second"]
    yield (f"evening, confirm ({engine})", f"{confirms:.0f}/s", f"sign {signs:.0f}/s", confirms / signs, (False, 1))
    # Of each run by itself: a run that was disturbed is so in both.
    ratio = statistics.median(run["sign_p99_ms"] / run["sign_median_ms"] for run in runs)
    yield (f"evening, p99 ({engine}, {figures['steady_per_second']:.0f} signs/s)", f"{figures['sign_p99_ms']:.1f} ms",
           f"median {figures['sign_median_ms']:.1f} ms", ratio, (True, 10))
    memory, mails = figures["memory_mib"], figures["mails_per_second"]
    yield f"evening, memory ({engine})", f"{memory:.0f} MiB", "120 MiB", memory / 120, (True, 1)
    yield f"evening, mails ({engine})", f"{mails:.0f}/s", "1000/s", mails / 1000, (False, 1)


def run(root, options):
    port = sink.start()
    with service.site(root) as folder, postgres.cluster() as cluster:
        file, server = [], []
        for _ in range(options.runs):
            file.append(rehearse(root, folder, f"sqlite:{folder}/petitions.sqlite", port))
            server.append(rehearse(root, folder, cluster.url("postgres"), port))
        yield from rows("SQLite", file)
        yield from rows("PostgreSQL", server)
