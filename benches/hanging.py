"""A captcha provider that takes every question and never answers: sign-ups a second of those who do not need it
(on their small budget, here without end), with 32 visitors who wait for it and come again, against the
same without them. SQLite, asked by `wrk` over 64 connections."""
import contextlib
import http.client
import socket
import statistics
import threading
import time
import urllib.parse

import service
import sign
import sink

WAITING = 32

CAPTCHA = """
captcha = {{ provider = "hcaptcha", hcaptcha = {{ sitekey = "8f7d2b1e-5c3a-4e9d-9b6f-1a2c3d4e5f60", secret = "ES_0123456789abcdef0123456789abcdef", hostnames = ["kinderbaken.example"], verify_url = "http://127.0.0.1:{provider}/siteverify" }} }}
"""


def silent():
    """A server that accepts and says nothing; its port."""
    server = socket.create_server(("127.0.0.1", 0), backlog=1024)
    kept = []

    def take():
        with contextlib.suppress(OSError):
            while True:
                kept.append(server.accept())

    threading.Thread(target=take, daemon=True).start()
    return server.getsockname()[1]


def waits(address, number, over):
    """A visitor whose captcha nobody checks: asks, gets an answer, comes again after a second."""
    place = urllib.parse.urlsplit(address)
    turn = 0
    while not over.is_set():
        turn += 1
        form = urllib.parse.urlencode({"first_name": "Sam", "last_name": "Signer", "consent": "yes", "lang": "en",
                                       "email": f"w{number}x{turn}@waiting.example", "h-captcha-response": "x" * 40})
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
            connection.request("POST", "/petitions/safe-online/sign", form, {"content-type": "application/x-www-form-urlencoded"})
            connection.getresponse().read()
            connection.close()
        over.wait(1)


def one_run(root, folder, port, number, waiting):
    provider = silent()
    database = f"sqlite:{folder}/hanging{number}-{waiting}.sqlite"
    extra = CAPTCHA.format(provider=provider) + "limits.unproven_per_hour = 4000000000\n"
    over = threading.Event()
    with service.running(root, folder, database, port, per_minute=60, captcha=extra) as (address, _):
        threads = [threading.Thread(target=waits, args=(address, one, over), daemon=True) for one in range(waiting)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        script = folder / "sign.lua"
        script.write_text(sign.LUA.replace("ROUND", f"hanging{number}x{waiting}"))
        rate, _ = sign.wrk(address, script)
        over.set()
    for thread in threads:
        thread.join()
    return rate


def run(root, options):
    port = sink.start()
    without, hanging = [], []
    with service.site(root) as folder:
        for number in range(options.runs):
            without.append(one_run(root, folder, port, number, 0))
            hanging.append(one_run(root, folder, port, number, WAITING))
    without, hanging = statistics.median(without), statistics.median(hanging)
    yield "hanging, sign while the captcha provider hangs", f"{hanging:.0f}/s", f"without {without:.0f}/s", hanging / without, (False, 0.95)
