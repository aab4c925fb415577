"""Cold build of a news site of 1,000 pages in four languages (250 articles each), whole process,
beside Hugo on the same input; output on a memory file system where there is one. The input comes
from `benches/make_site.py`, which writes one site for both programs."""
import pathlib
import statistics
import tempfile

import measure

ARTICLES = 250


def run(root, options):
    with tempfile.TemporaryDirectory(dir=measure.memory_folder()) as folder:
        folder = pathlib.Path(folder)
        measure.make(root, folder, ARTICLES)
        ours = measure.groundswell(root, folder / "zola", folder / "out-ours")
        hugo = [options.hugo, "--source", folder / "hugo", "--destination", folder / "out-hugo", "--quiet"]
        ours_seconds, hugo_seconds = [], []
        for _ in range(options.runs):
            ours_seconds.append(measure.cold(ours, folder / "out-ours")[0])
            hugo_seconds.append(measure.cold(hugo, folder / "out-hugo")[0])
        pages = [len(list((folder / out).rglob("index.html"))) for out in ("out-ours", "out-hugo")]
    mine, other = statistics.median(ours_seconds), statistics.median(hugo_seconds)
    yield (f"site ({pages[0]} pages; Hugo writes {pages[1]})", f"{mine:.3f} s", f"Hugo {other:.3f} s",
           mine / other)
