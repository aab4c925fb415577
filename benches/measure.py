"""Runs a whole process and says what it took."""
import os
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


def groundswell(root, site, out):
    """The command that builds a site into a folder."""
    return [root / "target/release/groundswell", "--root", site, "build", "--output-dir", out, "--force"]


def make(root, folder, articles, *flags):
    """Writes the benchmark's site for both programs, `articles` for each of four languages."""
    maker = [sys.executable, root / "benches/make_site.py", folder, "--articles", str(articles), *flags]
    subprocess.run(maker, check=True, stdout=subprocess.DEVNULL)


def memory_folder():
    """Where files cost least: a memory file system, if there is one."""
    return "/dev/shm" if os.path.isdir("/dev/shm") else None
