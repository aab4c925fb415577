"""A news site of 10,000 pages in four languages: cold builds beside Hugo, beside the Zola 0.22.1 that
ZOLA_BIN names, if it does, and beside the floor (`benches/floor.rs`, which reads the same sources, turns
the Markdown into HTML and writes the same number of files and bytes, on all cores); our peak memory against 250 MiB; the same site with a box of the
newest articles on every page against it without; a build with nothing changed against a cold one."""
import os
import pathlib
import statistics
import tempfile

import measure

ARTICLES = 2500
MOST_MEMORY = 250


def run(root, options):
    with tempfile.TemporaryDirectory(dir=measure.memory_folder()) as folder:
        folder = pathlib.Path(folder)
        measure.make(root, folder / "plain", ARTICLES)
        measure.make(root, folder / "latest", ARTICLES, "--latest")
        out = {name: folder / f"out-{name}" for name in ("ours", "latest", "Hugo", "Zola", "floor")}
        commands = {
            "ours": measure.groundswell(root, folder / "plain/zola", out["ours"]),
            "latest": measure.groundswell(root, folder / "latest/zola", out["latest"]),
            "Hugo": [options.hugo, "--source", folder / "plain/hugo", "--destination", out["Hugo"], "--quiet"],
        }
        if zola := os.environ.get("ZOLA_BIN"):
            site = folder / "plain/zola"
            commands["Zola"] = [zola, "--root", site, "build", "--output-dir", out["Zola"], "--force"]
        measure.cold(commands["ours"], out["ours"])
        commands["floor"] = measure.floor(root, folder / "plain/zola", out["ours"], folder)
        seconds = {name: [] for name in [*commands, "unchanged"]}
        memory = []
        for _ in range(options.runs):
            for name, command in commands.items():
                took, peak = measure.cold(command, out[name])
                seconds[name].append(took)
                if name == "ours":
                    memory.append(peak)
                    seconds["unchanged"].append(measure.warm(command)[0])
    median = {name: statistics.median(took) for name, took in seconds.items()}
    ours = f"{median['ours']:.2f} s"
    for other, bar in (("Hugo", 0.33), ("Zola", 0.25), ("floor", 2)):
        if other in median:
            yield (f"large, beside {other if other != 'floor' else 'the floor'}", ours, f"{other} {median[other]:.2f} s",
                   median["ours"] / median[other], (True, bar))
    peak = statistics.median(memory)
    yield "large, memory", f"{peak:.0f} MiB", f"{MOST_MEMORY} MiB", peak / MOST_MEMORY, (True, 1)
    yield ("large, newest articles on every page", f"{median['latest']:.2f} s", f"without {ours}",
           median["latest"] / median["ours"], (True, 1.05))
    yield ("large, nothing changed", f"{median['unchanged']:.2f} s", f"cold {ours}",
           median["unchanged"] / median["ours"], (True, 0.4))
