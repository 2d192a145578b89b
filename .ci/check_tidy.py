#!/usr/bin/env python3
"""clang-tidy over the sources of a build folder; what passed once is not asked again.

    .ci/check_tidy.py BUILD_FOLDER [--all] [--jobs N] [--cache FOLDER] [PATH ...]

By default only the checks that .clang-tidy makes errors, without the static analyzer, whose paths take
four times as long; --all runs every check of .clang-tidy. PATH: only sources whose name contains one
of these. A pass is remembered under the hash of the preprocessed source, the checks and the tool.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

TOOL = "clang-tidy-19"
ROOT = pathlib.Path(__file__).resolve().parent.parent


def checks_made_errors():
    text = (ROOT / ".clang-tidy").read_text()
    block = re.search(r"^WarningsAsErrors: >-\n((?:  .*\n)+)", text, re.M).group(1)
    names = [name.strip(" ,") for name in block.splitlines()]
    return "-*," + ",".join(name for name in names if not name.startswith("clang-analyzer"))


def preprocessed(entry):
    words = shlex.split(entry["command"])
    while not os.path.basename(words[0]).startswith("clang++"):
        words.pop(0)  # a compiler cache
    for flag, count in (("-o", 2), ("-c", 1), ("-MF", 2), ("-MT", 2), ("-MD", 1)):
        while flag in words:
            at = words.index(flag)
            del words[at : at + count]
    if entry["file"] not in words:
        words.append(entry["file"])
    done = subprocess.run(words + ["-E", "-P"], cwd=entry["directory"], capture_output=True)
    return done.stdout if done.returncode == 0 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / "build" / "tidy")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_intermixed_args()

    database = json.loads((options.build / "compile_commands.json").read_text())
    sources = {}
    for entry in database:
        name = os.path.relpath(entry["file"], ROOT)
        if name.startswith(("src/", "roles/")) and (not options.paths or any(p in name for p in options.paths)):
            sources[name] = entry
    if not sources:
        sys.exit(f"{options.build} compiles nothing of src or roles")
    checks = [] if options.all else ["--checks=" + checks_made_errors()]
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    seed = hashlib.sha256(version + (ROOT / ".clang-tidy").read_bytes() + " ".join(checks).encode()).digest()
    options.cache.mkdir(parents=True, exist_ok=True)

    def check(name):
        text = preprocessed(sources[name])
        stamp = options.cache / hashlib.sha256(seed + (text or b"")).hexdigest() if text else None
        if stamp and stamp.exists():
            return name, True, ""
        done = subprocess.run(
            [TOOL, "-p", str(options.build), "--quiet", *checks, str(ROOT / name)], capture_output=True, text=True
        )
        if done.returncode == 0 and stamp:
            stamp.touch()
        findings = "\n".join(line for line in done.stdout.splitlines() if line.strip())
        return name, done.returncode == 0, findings or (done.stderr if done.returncode else "")

    failed = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, passed, findings in pool.map(check, sorted(sources)):
            if findings:
                print(findings, flush=True)
            if not passed:
                failed.append(name)
    if failed:
        sys.exit("clang-tidy: " + ", ".join(failed))
    print(f"clang-tidy: {len(sources)} sources, clean")


main()
