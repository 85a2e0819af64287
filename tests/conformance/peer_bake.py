#!/usr/bin/env python3
"""Bake files: what `cooper bake --print` and `docker buildx bake --print` make of them must be the same JSON, or both refuse them.

    COOPER_BUILDX=/path/to/buildx peer_bake.py --cooper PROGRAM [--cases FILE] [NAME]...

bake/cases.txt holds the files; bake/differences the cases that differ on purpose, each with its reason."""

import argparse
import difflib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from peer_table import known_differences

HERE = Path(__file__).resolve().parent
SKIPPED = 77


class BakeCase:
    def __init__(self, header: str):
        words = shlex.split(header) if '"' not in header else header.split()
        self.name = words.pop(0)
        self.environment = {}
        while words and "=" in words[0] and not words[0].startswith("-"):
            name, _, value = words.pop(0).partition("=")
            self.environment[name] = value
        self.words = words
        self.files = {}


def read_cases(path: Path):
    cases, name = [], ""
    for line in path.read_text().splitlines():
        if line.startswith("=== "):
            cases.append(BakeCase(line[4:]))
        elif line.startswith("--- "):
            name = line[4:]
            cases[-1].files[name] = ""
        elif cases:
            cases[-1].files[name] += line + "\n"
    return cases


def printed(program, case: BakeCase, folder: Path, home: Path):
    """(the JSON of --print in sorted form, or ""; what was said)"""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "BUILDX_CONFIG": str(home), "COOPER_ROOT": str(home / "store")}
    done = subprocess.run([*program, "bake", "--print", *case.words], cwd=folder, env={**environment, **case.environment},
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    said = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        return "", said
    return json.dumps(json.loads(done.stdout), indent=1, sort_keys=True), said


def difference(case: BakeCase, cooper: Path, buildx: str):
    """(whether one of them printed something, what is not equal)"""
    with tempfile.TemporaryDirectory() as scratch:
        folder, home = Path(scratch) / "bake", Path(scratch) / "home"
        folder.mkdir()
        home.mkdir()
        for name, text in case.files.items():
            (folder / name).write_text(text)
        ours, our_words = printed([cooper], case, folder, home)
        theirs, their_words = printed([buildx], case, folder, home)
    if not ours and theirs:
        return True, f"cooper refuses it, buildx does not:\n{our_words}{theirs}"
    if ours and not theirs:
        return True, f"buildx refuses it, cooper does not:\n{their_words}"
    return bool(ours), "\n".join(difflib.unified_diff(theirs.splitlines(), ours.splitlines(), "buildx", "cooper", "", "", 1, lineterm=""))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cooper", type=Path, required=True)
    parser.add_argument("--cases", type=Path, default=HERE / "bake/cases.txt")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    buildx = os.environ.get("COOPER_BUILDX", "")
    if not buildx:
        print("skipped: COOPER_BUILDX names no buildx")
        return SKIPPED
    known = known_differences(HERE / "bake/differences")
    counts = {"equal": 0, "both refused": 0, "wanted": 0, "DIFFERENT": 0}
    for case in read_cases(arguments.cases):
        if arguments.names and case.name not in arguments.names:
            continue
        printed_one, text = difference(case, arguments.cooper.resolve(), buildx)
        kind = "equal" if printed_one else "both refused"
        if text or case.name in known:
            kind = "wanted" if text and case.name in known else "DIFFERENT"
        counts[kind] += 1
        reason = known.get(case.name, "") if kind == "wanted" else ""
        print(f"{kind}: {case.name}{': ' if reason else ''}{reason}", flush=True)
        if kind == "DIFFERENT":
            print(text or "listed as different, but is not")
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 1 if counts["DIFFERENT"] else 0


if __name__ == "__main__":
    sys.exit(main())
