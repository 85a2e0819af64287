#!/usr/bin/env python3
"""Every source file compiles with clang 14 without a warning, by itself: the second compiler reads what
g++ builds, with -fsyntax-only.   usage: clang_check.py BUILD-FOLDER [JOBS]
BUILD-FOLDER has been configured with CMAKE_EXPORT_COMPILE_COMMANDS.

clang_check.py --tidy BUILD-FOLDER JOBS [FOLDER...]: clang-tidy instead, by .clang-tidy; of the sources below
the FOLDERs only. It takes some five seconds a file, so no test runs it."""

import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CLANG = "clang++-14"
CLANG_TIDY = "clang-tidy-14"
WITH_VALUE = {"-o", "-MF", "-MT", "-MQ"}
WITHOUT_VALUE = {"-c", "-MD", "-MMD", "-Winvalid-pch"}


def arguments(words):
    """The words of a command of a compilation database after the compiler, without what it would write."""
    start = next(i for i, word in enumerate(words) if word.endswith("++"))
    kept, skip = [], False
    for word, following in zip(words[start + 1:], words[start + 2:] + [""]):
        if skip:
            skip = False
        elif word in WITH_VALUE or (word == "-include" and following.endswith("cmake_pch.hxx")):
            skip = True  # no precompiled header: a file that does not include what it uses is an error here
        elif word not in WITHOUT_VALUE:
            kept.append(word)
    return kept


def compiler(entry, words):
    return [CLANG, "-fsyntax-only", "-Werror", *arguments(words)]


def tidy(entry, words):
    return [CLANG_TIDY, "--quiet", entry["file"], "--", *arguments(words)]


def check(entry, tool):
    """What the tool complained of; empty if nothing."""
    words = entry["arguments"] if "arguments" in entry else shlex.split(entry["command"])
    run = subprocess.run(tool(entry, words), cwd=entry["directory"], encoding="utf-8",
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return "" if run.returncode == 0 else run.stdout or f"{entry['file']}: exit status {run.returncode}\n"


def make_generated(build, database):
    """Sources that the build itself writes are made first."""
    files = [(Path(entry["directory"]) / entry["file"]).resolve() for entry in database]
    absent = [str(file.relative_to(build)) for file in files if file.is_relative_to(build) and not file.exists()]
    if absent:
        subprocess.run(["cmake", "--build", str(build), "--target", *absent], check=True, stdout=subprocess.DEVNULL)


def is_below(entry, folders):
    file = (Path(entry["directory"]) / entry["file"]).resolve()
    return not folders or any(file.is_relative_to(Path(folder).resolve()) for folder in folders)


def main(argv):
    tool = tidy if "--tidy" in argv else compiler
    build, *more = [word for word in argv[1:] if word != "--tidy"]
    database = json.loads((Path(build) / "compile_commands.json").read_text())
    make_generated(Path(build).resolve(), database)
    jobs = int(more[0]) if more else os.cpu_count()
    chosen = [entry for entry in database if is_below(entry, more[1:])]
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        complaints = [text for text in pool.map(lambda entry: check(entry, tool), chosen) if text]
    for text in complaints:
        print(text, end="")
    print(f"clang check: {len(chosen)} files, {len(complaints)} with errors")
    return 1 if complaints or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
