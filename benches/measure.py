"""Runs a whole process and says what it took."""
import os
import pathlib
import shutil
import subprocess
import sys
import time


def cold(command, out):
    """Seconds and peak memory in MiB of a build, its output folder removed first."""
    shutil.rmtree(out, ignore_errors=True)
    return warm(command)


def warm(command):
    """Seconds and peak memory in MiB of a command."""
    start = time.perf_counter()
    child = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{said}")
    return seconds, used.ru_maxrss / 1024


def program(root, name):
    """Where cargo put a program of a release build."""
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target")) / "release" / name


def groundswell(root, site, out):
    """The command that builds a site into a folder."""
    return [program(root, "groundswell"), "--root", site, "build", "--output-dir", out, "--force"]


def floor(root, site, built, folder):
    """The command of `benches/floor.rs`: the same sources read, as many files and bytes written as in `built`."""
    files = sorted(path for path in built.rglob("*") if path.is_file())
    listed = folder / "floor.list"
    listed.write_text("".join(f"{path.stat().st_size} {path.relative_to(built)}\n" for path in files))
    return [program(root, "examples/floor"), site / "content", listed, folder / "out-floor"]


def make(root, folder, articles, *flags):
    """Writes the benchmark's site for both programs, `articles` for each of four languages."""
    maker = [sys.executable, root / "benches/make_site.py", folder, "--articles", str(articles), *flags]
    subprocess.run(maker, check=True, stdout=subprocess.DEVNULL)


def memory_folder():
    """Where files cost least: a memory file system, if there is one."""
    return "/dev/shm" if os.path.isdir("/dev/shm") else None
