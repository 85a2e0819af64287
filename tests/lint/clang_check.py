#!/usr/bin/env python3
"""Every source file compiles with clang 14 without a warning, by itself: the second compiler reads what
g++ builds, with -fsyntax-only.   usage: clang_check.py BUILD-FOLDER [JOBS]
BUILD-FOLDER has been configured with CMAKE_EXPORT_COMPILE_COMMANDS."""

import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CLANG = "clang++-14"
WITH_VALUE = {"-o", "-MF", "-MT", "-MQ"}
WITHOUT_VALUE = {"-c", "-MD", "-MMD", "-Winvalid-pch"}


def clang_command(words):
    """The command of a compilation database, told to clang and without what it would write."""
    start = next(i for i, word in enumerate(words) if word.endswith("++"))
    kept, skip = [], False
    for word, following in zip(words[start + 1:], words[start + 2:] + [""]):
        if skip:
            skip = False
        elif word in WITH_VALUE or (word == "-include" and following.endswith("cmake_pch.hxx")):
            skip = True  # no precompiled header: a file that does not include what it uses is an error here
        elif word not in WITHOUT_VALUE:
            kept.append(word)
    return [CLANG, "-fsyntax-only", "-Werror", *kept]


def check(entry):
    """What clang complained of; empty if nothing."""
    words = entry["arguments"] if "arguments" in entry else shlex.split(entry["command"])
    run = subprocess.run(clang_command(words), cwd=entry["directory"], encoding="utf-8",
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return "" if run.returncode == 0 else run.stdout or f"{entry['file']}: exit status {run.returncode}\n"


def make_generated(build, database):
    """Sources that the build itself writes are made first."""
    files = [(Path(entry["directory"]) / entry["file"]).resolve() for entry in database]
    absent = [str(file.relative_to(build)) for file in files if file.is_relative_to(build) and not file.exists()]
    if absent:
        subprocess.run(["cmake", "--build", str(build), "--target", *absent], check=True, stdout=subprocess.DEVNULL)


def main(argv):
    database = json.loads((Path(argv[1]) / "compile_commands.json").read_text())
    make_generated(Path(argv[1]).resolve(), database)
    jobs = int(argv[2]) if len(argv) > 2 else os.cpu_count()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        complaints = [text for text in pool.map(check, database) if text]
    for text in complaints:
        print(text, end="")
    print(f"clang check: {len(database)} files, {len(complaints)} with errors")
    return 1 if complaints or not database else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
