#!/usr/bin/env python3
"""Builds the cases with a real Zola 0.22.1 and compares what they expect with what it makes.

    python3 generator/tests/cases/check.py --zola PATH [--write] [NAME ...]

Without names, all cases. `--write` fills in what is expected of the cases marked `zola: same`.
README.md beside this file tells how a case is written.
"""

import argparse
import base64
import concurrent.futures
import difflib
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
EXPECTATIONS = {"expect", "contains", "lacks", "files", "absent", "error"}


def parse(text):
    """The lines before the first part, and the parts: [words, text]."""
    head, parts = [], []
    for line in text.splitlines(keepends=True):
        if line.startswith("--- "):
            parts.append([line[4:].split(), ""])
        elif parts:
            parts[-1][1] += line
        else:
            head.append(line)
    return head, parts


def source(words, text):
    data = text
    for mark in words[1:]:
        if mark == "[crlf]":
            data = data.replace("\n", "\r\n")
        elif mark == "[bom]":
            data = "\ufeff" + data
        elif mark == "[bare]":
            data = data.rstrip("\n")
        elif mark == "[base64]":
            return base64.b64decode(data)
        else:
            sys.exit(f"no such mark: {mark}")
    return data.encode()


def header(head, key):
    for line in head:
        if line.startswith(key + ":"):
            return line[len(key) + 1 :].strip()
    return ""


def build(zola, head, parts, folder):
    """Zola's files by their paths, or its words if it fails."""
    defaults = parse((HERE / "defaults.txt").read_text())[1]
    for words, text in defaults + parts:
        if words[0] not in EXPECTATIONS:
            path = folder / words[0].replace("␣", " ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source(words, text))
    flags = ["--" + flag for flag in header(head, "flags").split()]
    command = [zola, "--root", str(folder), "build", *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return None, done.stderr
    out = folder / "public"
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): path for path in files}, ""


def judge(part, files, write):
    """What is wrong with one expectation; `write` mends it instead."""
    words, text = part
    lines = [line for line in text.splitlines() if line.strip()]
    if words[0] == "files":
        made = "\n".join(sorted(files)) + "\n"
        if write:
            part[1] = made
        return [] if made.strip() == part[1].strip() else [f"files:\n{made}"]
    if words[0] == "absent":
        return [f"{line} is there" for line in lines if line in files]
    path = words[1].replace("␣", " ")
    if path not in files:
        return [f"{path} is not among {sorted(files)}"]
    made = files[path].read_text(errors="replace")
    if words[0] == "contains":
        return [f"{path} lacks: {line}\n{made}" for line in lines if line not in made]
    if words[0] == "lacks":
        return [f"{path} has: {line}\n{made}" for line in lines if line in made]
    if write:
        part[1] = made.rstrip() + "\n" if made.strip() else ""
    if made.rstrip() == part[1].rstrip():
        return []
    diff = difflib.unified_diff(
        part[1].splitlines(), made.splitlines(), "expected", "Zola", lineterm=""
    )
    return [path + "\n" + "\n".join(diff)]


def check(zola, file, write):
    """What is wrong with a case."""
    head, parts = parse(file.read_text())
    verdict = header(head, "zola")
    kind = verdict.split(" ")[0].rstrip(":")
    if kind not in ("same", "differs", "varies"):
        return ["its head says neither `zola: same` nor `differs: WHY` nor `varies: WHY`"]
    if kind != "same" and len(verdict.split()) < 3:
        return ["its head does not say why"]
    write = write and kind == "same"
    with tempfile.TemporaryDirectory() as folder:
        files, words = build(zola, head, parts, pathlib.Path(folder))
        fails = any(part[0][0] == "error" for part in parts)
        if files is None:
            wrong = [] if fails else [words]
        elif fails:
            wrong = ["Zola builds it"]
        else:
            expectations = [part for part in parts if part[0][0] in EXPECTATIONS]
            wrong = [w for part in expectations for w in judge(part, files, write)]
    if kind == "varies":
        return []
    if kind == "differs":
        return [] if wrong else ["does not differ from Zola any more"]
    if write and not wrong:
        text = "".join(head)
        for words, body in parts:
            text += "--- " + " ".join(words) + "\n" + body
        file.write_text(text)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zola", required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("names", nargs="*", help="GROUP or GROUP/NAME")
    options = parser.parse_args()
    files = sorted(HERE.glob("*/*.txt"))
    if options.names:
        files = [
            file
            for file in files
            if any(str(file.relative_to(HERE)).startswith(name) for name in options.names)
        ]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda file: check(options.zola, file, options.write), files)
        bad = 0
        for file, wrong in zip(files, results):
            if wrong:
                bad += 1
                print(f"{file.relative_to(HERE)}\n  " + "\n".join(wrong).replace("\n", "\n  "))
    print(f"{len(files)} cases, {bad} not as they say")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
