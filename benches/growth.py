"""A news site of 100,000 pages in four languages against one of 10,000: how many times as long the
cold build takes, in turns, and the peak memory of both against 2 GiB and 250 MiB. Needs some 4 GiB
for both sites and what is built of them, on a memory file system where there is one."""
import pathlib
import shutil
import statistics
import tempfile

import measure

ARTICLES = {"10,000": 2500, "100,000": 25000}
MOST_MEMORY = {"10,000": 250, "100,000": 2048}


def run(root, options):
    seconds = {name: [] for name in ARTICLES}
    memory = {name: [] for name in ARTICLES}
    with tempfile.TemporaryDirectory(dir=measure.memory_folder()) as folder:
        folder = pathlib.Path(folder)
        for name, articles in ARTICLES.items():
            measure.make(root, folder / name, articles)
            shutil.rmtree(folder / name / "hugo")
        for _ in range(options.runs):
            for name in ARTICLES:
                command = measure.groundswell(root, folder / name / "zola", folder / "out")
                took, peak = measure.cold(command, folder / "out")
                seconds[name].append(took)
                memory[name].append(peak)
    small, large = (statistics.median(seconds[name]) for name in ARTICLES)
    yield "growth, 100,000 pages", f"{large:.2f} s", f"10,000 pages {small:.2f} s", large / small, (True, 10.5)
    for name, most in MOST_MEMORY.items():
        peak = statistics.median(memory[name])
        yield f"growth, memory at {name} pages", f"{peak:.0f} MiB", f"{most} MiB", peak / most, (True, 1)
