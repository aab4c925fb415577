"""A service under load: its configuration, its start, and the site that it serves."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import measure

CONFIGURATION = """
public_url = "http://127.0.0.1:{port}"
listen = "127.0.0.1:{port}"
campaign_file = "campaign.json"
database.url = "{database}"
sealing.public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
secrets.key = "0123456789abcdef0123456789abcdef"
{captcha}limits.per_network_per_hour = 4000000000
mail = {{ host = "127.0.0.1", port = {sink}, security = "none", sender = "petitions@kinderbaken.example", per_minute = {per_minute} }}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def site(root):
    """A folder, on a disk, with the demonstration site's campaign file."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="groundswell-bench-") as folder:
        folder = pathlib.Path(folder)
        for part in ("config.toml", "groundswell.toml", "content", "themes", "static"):
            source = root / part
            if source.is_dir():
                shutil.copytree(source, folder / part)
            else:
                shutil.copy(source, folder / part)
        subprocess.run([measure.program(root, "groundswell"), "--root", folder, "build"], check=True, capture_output=True)
        yield folder


NO_CAPTCHA = 'captcha.provider = "none"\n'


@contextlib.contextmanager
def running(root, folder, database, sink, per_minute=0, captcha=NO_CAPTCHA):
    """A service on this database; its address and its process."""
    port = free_port()
    configuration = folder / f"service-{port}.toml"
    configuration.write_text(CONFIGURATION.format(port=port, database=database, sink=sink, per_minute=per_minute,
                                                  captcha=captcha))
    process = subprocess.Popen([measure.program(root, "petition-service"), "serve", "--config", configuration],
                               env={**os.environ, "RUST_LOG": "off"}, stderr=subprocess.PIPE)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            if process.poll() is not None:
                sys.exit(f"the service does not start:\n{process.stderr.read().decode()}")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/readyz").read()
                break
            time.sleep(0.1)
        else:
            sys.exit("the service does not answer")
        yield address, process
    finally:
        process.terminate()
        process.wait()
