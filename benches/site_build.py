"""Cold build of a news site of 1,000 pages in four languages (250 articles each), whole process,
beside Hugo on the same input; output on a memory file system where there is one. The input comes
from `benches/make_site.py`, which writes one site for both programs."""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ARTICLES = 250


def timed(command, out):
    """Seconds that the command takes, its output folder removed first."""
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return seconds


def run(root, options):
    maker = root / "benches/make_site.py"
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        folder = pathlib.Path(folder)
        subprocess.run([sys.executable, maker, folder, "--articles", str(ARTICLES)], check=True,
                       stdout=subprocess.DEVNULL)
        ours = [root / "target/release/groundswell", "--root", folder / "zola", "build", "--output-dir", folder / "out-ours", "--force"]
        hugo = [options.hugo, "--source", folder / "hugo", "--destination", folder / "out-hugo", "--quiet"]
        ours_seconds, hugo_seconds = [], []
        for _ in range(options.runs):
            ours_seconds.append(timed(ours, folder / "out-ours"))
            hugo_seconds.append(timed(hugo, folder / "out-hugo"))
        pages = [len(list((folder / out).rglob("index.html"))) for out in ("out-ours", "out-hugo")]
    mine, other = statistics.median(ours_seconds), statistics.median(hugo_seconds)
    yield (f"site ({pages[0]} pages; Hugo writes {pages[1]})", f"{mine:.3f} s", f"Hugo {other:.3f} s",
           mine / other)
