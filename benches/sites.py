"""Cold builds of each site below the folder that SITES names (the conformance set as `assemble.py` lays
it out, `CORPUS/_sites`), beside the Zola 0.22.1 that ZOLA_BIN names, in turns. Without SITES or
ZOLA_BIN there is nothing to run."""
import os
import pathlib
import statistics
import tempfile

import measure


def run(root, options):
    sites, zola = os.environ.get("SITES"), os.environ.get("ZOLA_BIN")
    if not sites or not zola:
        return
    for site in sorted(pathlib.Path(sites).iterdir()):
        if not any((site / name).exists() for name in ("config.toml", "zola.toml")):
            continue
        with tempfile.TemporaryDirectory(dir=measure.memory_folder()) as folder:
            out = {name: pathlib.Path(folder) / name for name in ("ours", "Zola")}
            commands = {
                "ours": measure.groundswell(root, site, out["ours"]),
                "Zola": [zola, "--root", site, "build", "--output-dir", out["Zola"], "--force"],
            }
            seconds = {name: [] for name in commands}
            for _ in range(options.runs):
                for name, command in commands.items():
                    seconds[name].append(measure.cold(command, out[name])[0])
        mine, other = (statistics.median(seconds[name]) for name in ("ours", "Zola"))
        yield f"sites, {site.name}", f"{mine:.3f} s", f"Zola {other:.3f} s", mine / other, (True, 1)
