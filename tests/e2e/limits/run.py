#!/usr/bin/env python3
"""Each limit of docs/security.md is reached: exit status 4, an error whose hint names it, nothing left in tmp; and what reached it
goes through without that limit.   usage: run.py COOPER [LIMIT...]"""

import importlib.util
import os
import re
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
from server import Servers  # noqa: E402

MEMORY = 256 << 10  # KiB: of any process of cooper
TABLE = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def load_cases():
    # hostile/ has a cases.py too
    place = importlib.util.spec_from_file_location("limit_cases", HERE / "cases.py")
    module = importlib.util.module_from_spec(place)
    sys.path.remove(str(HERE))
    place.loader.exec_module(module)
    return module.cases


def run(cooper: str, store: Path, command, options=()):
    words, stdin = command if isinstance(command, tuple) else (command, None)
    with open(stdin or os.devnull, "rb") as source:
        made = subprocess.run([cooper, "--root", store, *options, *words], stdin=source, capture_output=True, timeout=120, check=False)
    return made.returncode, (made.stdout + made.stderr).decode("utf-8", "replace")


def reach(cooper: str, work: Path, name: str, case):
    store = work / (name + ".store")
    if case.check:
        case.check(lambda command, options=(): run(cooper, store, command, options), work / name, case.most)
        return
    command = case.make(work / name)
    status, text = run(cooper, store, command, ["--limit", f"{name}={case.most}"])
    assert status == case.status, f"exit status {status}:\n{text}"
    assert f"the limit {name} is {case.most}" in text and f"--limit {name}=NUMBER" in text, f"the limit is not named:\n{text}"
    left = list(store.glob("cooper/tmp/*"))
    assert not left, f"left in tmp: {left}"
    if case.again:
        status, text = run(cooper, store, command, case.options)
        assert status == 0, f"refused without it, exit status {status}:\n{text}"


def attempt(cooper: str, work: Path, name: str, case) -> bool:
    try:
        reach(cooper, work, name, case)
    except (AssertionError, subprocess.TimeoutExpired) as error:
        print(f"FAILED: {name}: {error}")
        return False
    return True


def main():
    cooper, only = sys.argv[1], sys.argv[2:]
    table = TABLE.findall((HERE.parents[2] / "docs/security.md").read_text(encoding="utf-8"))
    make_cases = load_cases()
    with Servers() as servers, tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        rows = make_cases(servers.address, servers.busy)
        assert table and list(rows) == table, f"the page has {table}, the cases are {list(rows)}"
        # What waits for a time goes first, beside the others.
        order = sorted(only or rows, key=lambda name: not name.endswith("Seconds"))
        passed = list(pool.map(lambda name: attempt(cooper, Path(folder), name, rows[name]), order))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{len(passed)} limits, {passed.count(False)} failed, largest process {peak >> 10} MiB")
    assert peak < MEMORY, "too much memory"
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
