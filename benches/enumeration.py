"""What the time of an answer tells about an address: forms for addresses that are new, wait to confirm, rest, have
signed, or want no mail, in random order over one connection to an idle service. For each state beside new ones: the
median times, and how often a guess from one answer's time is better than another (AUC: 0.5 is chance, 1 is certainty), with
the bar on it; the Kolmogorov-Smirnov distance (what the best threshold guesses right beyond chance); and the same AUC
for the median of 25 answers, which nobody can have of one address, since the first form changes what the
second finds."""
import contextlib
import email
import email.policy
import http.client
import math
import random
import re
import socket
import statistics
import subprocess
import time
import urllib.parse

import measure
import postgres
import service
import sink

SAMPLES = 1200
# Between two answers: the service's mails leave meanwhile.
PAUSE = 0.012
TOGETHER = 25
STATES = ("waiting", "resting", "signed", "signed and told", "wants no mail")


class Visitor:
    """One connection that sends forms."""

    def __init__(self, address):
        self.place = urllib.parse.urlsplit(address)
        self.connect()

    def connect(self):
        """Anew: the service ends connections that are idle for long."""
        self.connection = http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, mailbox):
        """Seconds until the answer to a form for this mailbox."""
        try:
            return self.timed(mailbox)
        except (ConnectionError, http.client.HTTPException):
            self.connect()
            return self.timed(mailbox)

    def timed(self, mailbox):
        form = urllib.parse.urlencode({"first_name": "Sam", "last_name": "Signer", "consent": "yes", "lang": "en",
                                       "email": mailbox})
        headers = {"content-type": "application/x-www-form-urlencoded"}
        begun = time.perf_counter()
        self.connection.request("POST", "/petitions/safe-online/sign", form, headers)
        answer = self.connection.getresponse()
        answer.read()
        took = time.perf_counter() - begun
        if answer.status != 303:
            raise SystemExit(f"a form was answered {answer.status}")
        return took

    def press(self, link):
        self.connection.request("POST", urllib.parse.urlsplit(link).path)
        self.connection.getresponse().read()


def mailbox(state, number):
    # Of one length, whatever the state.
    return f"{STATES.index(state) if state in STATES else 9}s{number:06}@enumerated.example"


def links(mails):
    """The link to confirm in each mail, by its mailbox."""
    found = {}
    for mail in mails:
        message = email.message_from_bytes(mail, policy=email.policy.default)
        text = message.get_body(("plain",)).get_content()
        link = re.search(r"http://\S+/confirm/\S+", text)
        if link:
            found[message["to"]] = link[0]
    return found


def prepare(visitor, mails, suppress, samples):
    """Brings each state's mailboxes into it."""
    numbers = range(samples)
    for number in numbers:
        for state, forms in (("waiting", 1), ("resting", 4), ("signed", 1), ("signed and told", 1)):
            for _ in range(forms):
                visitor.send(mailbox(state, number))
    wanted = {mailbox(state, number) for state in ("signed", "signed and told") for number in numbers}
    for _ in range(600):
        found = links(list(mails))
        if wanted <= found.keys():
            break
        time.sleep(0.5)
    visitor.connect()
    for address in wanted:
        visitor.press(found[address])
    for number in numbers:
        visitor.send(mailbox("signed and told", number))
    suppress(mailbox("wants no mail", number) for number in range(20))
    visitor.connect()


def measured(visitor, samples):
    """Milliseconds by state."""
    times = {state: [] for state in ("new", *STATES)}
    for number in range(samples):
        for state in random.sample(list(times), len(times)):
            # Such a mailbox stays as it is: a few will do.
            of = number % 20 if state == "wants no mail" else number
            times[state].append(visitor.send(mailbox(state, of)) * 1000)
            time.sleep(PAUSE)
    return times


def ranks_above(first, second):
    """How often a value of the first is above one of the second, ties counting half; and the probability that as
    much comes by chance (Mann-Whitney, normal approximation)."""
    together = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    total, place = 0.0, 0
    while place < len(together):
        end = place
        while end < len(together) and together[end][0] == together[place][0]:
            end += 1
        total += sum(1 for _, which in together[place:end] if which == 0) * (place + end + 1) / 2
        place = end
    n, m = len(first), len(second)
    auc = (total - n * (n + 1) / 2) / (n * m)
    z = (auc - 0.5) / math.sqrt((n + m + 1) / (12 * n * m))
    return auc, math.erfc(abs(z) / math.sqrt(2))


def distance(first, second):
    """The greatest distance of the two distributions (Kolmogorov-Smirnov)."""
    first, second = sorted(first), sorted(second)
    i = j = 0
    most = 0.0
    for value in sorted(first + second):
        while i < len(first) and first[i] <= value:
            i += 1
        while j < len(second) and second[j] <= value:
            j += 1
        most = max(most, abs(i / len(first) - j / len(second)))
    return most


def guess(first, second):
    """The better of both guesses."""
    auc, by_chance = ranks_above(first, second)
    return max(auc, 1 - auc), by_chance


def medians(values):
    return [statistics.median(random.sample(values, TOGETHER)) for _ in range(400)]


def on(root, folder, database, port, mails, samples):
    """Rows of one engine."""
    with contextlib.ExitStack() as stack:
        address, _ = stack.enter_context(service.running(root, folder, database, port))
        configuration = max(folder.glob("service-*.toml"), key=lambda path: path.stat().st_mtime)

        def suppress(addresses):
            for one in addresses:
                subprocess.run([measure.program(root, "petition-service"), "suppress", "--config", configuration],
                               input=one, text=True, check=True, capture_output=True)

        visitor = Visitor(address)
        prepare(visitor, mails, suppress, samples)
        return measured(visitor, samples)


def report(engine, times):
    new = times["new"]
    for state in STATES:
        known = times[state]
        auc, by_chance = guess(new, known)
        many, _ = guess(medians(new), medians(known))
        middle = statistics.median(known)
        name = f"enumeration ({engine}), {state}: p {by_chance:.2g}, KS {distance(new, known):.2f}, of {TOGETHER} {many:.2f}"
        yield name, f"{middle:.2f} ms", f"new {statistics.median(new):.2f} ms", auc, (True, 0.6)


def run(root, options):
    samples = getattr(options, "samples", None) or SAMPLES
    mails = []
    port = sink.start(mails)
    with service.site(root) as folder, postgres.cluster() as cluster:
        databases = {"SQLite": f"sqlite:{folder / 'enumerated.sqlite'}", "PostgreSQL": cluster.fresh("enumerated")}
        for engine, database in databases.items():
            mails.clear()
            yield from report(engine, on(root, folder, database, port, mails, samples))
