"""Runs the named benchmarks and prints a line for each.

Each figure and the one it is held against are measured in the same run, in turns, so that a noisy
machine disturbs both; the medians are compared.
"""
import argparse
import datetime
import os
import pathlib
import platform
import subprocess
import sys

import enumeration
import evening
import growth
import hanging
import millions
import sign
import site_build
import site_large
import sites

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCHMARKS = {
    "site": site_build.run,
    "large": site_large.run,
    "growth": growth.run,
    "sites": sites.run,
    "sign": sign.run,
    "evening": evening.run,
    "hanging": hanging.run,
    "enumeration": enumeration.run,
    "millions": millions.run,
}
HEADER = ("name", "ours", "other", "ratio", "bar", "verdict")


def machine():
    """The machine in a line: cores, processor, memory, system."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) // 1024 // 1024
    return f"{os.cpu_count()} cores ({model}), {memory} GiB, {platform.system()} {platform.release()}"


def judged(name, ours, other, ratio, bar=None):
    """A row of texts. `bar` is the ratio that is to be reached; where none is set there is no verdict."""
    if bar is None:
        return name, ours, other, f"{ratio:.2f}", "none", "no bar"
    at_most, value = bar
    reached = ratio <= value if at_most else ratio >= value
    return name, ours, other, f"{ratio:.2f}", f"{'at most' if at_most else 'at least'} {value}", "ok" if reached else "short"


DOCUMENT = ROOT / "docs/benchmarks.md"


def kept(names):
    """The document's rows of benchmarks that were not run now, each with when it was measured."""
    for line in DOCUMENT.read_text().splitlines():
        cells = tuple(line.strip("| ").split(" | "))
        if len(cells) == len(HEADER) + 1 and name_of(cells) in BENCHMARKS and name_of(cells) not in names:
            yield cells


def name_of(row):
    """The benchmark that a row is of: its first word."""
    return row[0].replace(",", " ").split()[0]


def write_document(rows, names, runs):
    revision = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                              text=True, check=False).stdout.strip()
    measured = f"{datetime.date.today()}, {revision}, {runs} run{'s' if runs > 1 else ''}"
    rows = [*kept(names), *((*row, measured) for row in rows)]
    order = list(BENCHMARKS)
    rows.sort(key=lambda row: order.index(name_of(row)))
    lines = [
        "# Benchmarks",
        "",
        f"The last outputs of `./bench --write`, or of `./bench --write NAME` for some, on {machine()}.",
        "Ratios are medians of runs taken in turns; figures of different runs do not compare.",
        "",
        "| " + " | ".join((*HEADER, "measured")) + " |",
        "|" + "---|" * (len(HEADER) + 1),
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    lines += ["", "What each name measures:", ""]
    for name in BENCHMARKS:
        document = sys.modules[BENCHMARKS[name].__module__].__doc__
        lines += [f"- **{name}**: {' '.join(document.split())}"]
    DOCUMENT.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description="Runs the benchmarks named, or all of them.")
    parser.add_argument("names", nargs="*", help=", ".join(BENCHMARKS))
    parser.add_argument("--hugo", default="hugo", help="path of the Hugo to compare with")
    parser.add_argument("--runs", type=int, default=5, help="runs of each; the document tells how many")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    names = options.names or list(BENCHMARKS)
    rows = []
    for name in names:
        for row in BENCHMARKS[name](ROOT, options):
            row = judged(*row)
            rows.append(row)
            print("  ".join(row), flush=True)
    if options.write:
        write_document(rows, names, options.runs)
    if any(row[-1] == "short" for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
