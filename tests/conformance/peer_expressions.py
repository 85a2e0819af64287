#!/usr/bin/env python3
"""Expressions of HCL made from seeds: `cooper bake --print` and `docker buildx bake --print` must give the same value, or both refuse it.

    COOPER_BUILDX=/path/to/buildx peer_expressions.py --cooper PROGRAM FIRST COUNT
    COOPER_BUILDX=/path/to/buildx peer_expressions.py --cooper PROGRAM --file EXPRESSIONS

EXPRESSIONS holds one a line. bake/expression_differences lists what is different on purpose: a regular expression, a colon and a blank, and why."""

import argparse
import json
import os
import re
import sys
import tempfile
from pathlib import Path

from peer_bake import BakeCase, printed
from random_expressions import expression

HERE = Path(__file__).resolve().parent
SKIPPED = 77
AT_ONCE = 40


def bake_case(expressions) -> BakeCase:
    """Each expression's value as JSON and as text; one that is refused does not keep the others from being evaluated."""
    case = BakeCase("expressions")
    lines = [f'    e{i} = try(jsonencode({text}), "refused")\n    t{i} = try("${{{text}}}.", "refused")' for i, text in enumerate(expressions)]
    case.files["docker-bake.hcl"] = 'target "default" {\n  args = {\n' + "\n".join(lines) + "\n  }\n}\n"
    return case


def values(program, expressions, scratch: Path):
    """(as JSON, as text) of each."""
    folder, home = scratch / "bake", scratch / "home"
    folder.mkdir(exist_ok=True)
    home.mkdir(exist_ok=True)
    case = bake_case(expressions)
    for name, text in case.files.items():
        (folder / name).write_text(text)
    out, said = printed(program, case, folder, home)
    if not out and len(expressions) == 1:
        return [("not read", said.strip().splitlines()[-1])]
    if not out:  # one cannot even be read
        half = len(expressions) // 2
        return values(program, expressions[:half], scratch) + values(program, expressions[half:], scratch)
    arguments = json.loads(out)["target"]["default"].get("args", {})
    return [(arguments.get(f"e{i}"), arguments.get(f"t{i}")) for i in range(len(expressions))]


def known_reasons():
    lines = (HERE / "bake/expression_differences").read_text().splitlines()
    return [(re.compile(pattern), why) for pattern, _, why in (line.rpartition(": ") for line in lines if line and not line.startswith("#"))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cooper", type=Path, required=True)
    parser.add_argument("--file", type=Path)
    parser.add_argument("first", type=int, nargs="?", default=1)
    parser.add_argument("count", type=int, nargs="?", default=400)
    arguments = parser.parse_args()
    buildx = os.environ.get("COOPER_BUILDX", "")
    if not buildx:
        print("skipped: COOPER_BUILDX names no buildx")
        return SKIPPED
    if arguments.file:
        expressions = [line for line in arguments.file.read_text().splitlines() if line]
    else:
        expressions = [expression(seed) for seed in range(arguments.first, arguments.first + arguments.count)]
    known = known_reasons()
    counts = {"equal": 0, "wanted": 0, "DIFFERENT": 0}
    with tempfile.TemporaryDirectory() as scratch:
        for at in range(0, len(expressions), AT_ONCE):
            some = expressions[at:at + AT_ONCE]
            ours = values([arguments.cooper.resolve()], some, Path(scratch))
            theirs = values([buildx], some, Path(scratch))
            for text, mine, other in zip(some, ours, theirs):
                same = mine == other or (mine[0], other[0]) == ("not read", "not read")
                why = next((reason for pattern, reason in known if pattern.search(text)), "")
                kind = "equal" if same else "wanted" if why else "DIFFERENT"
                counts[kind] += 1
                if kind != "equal":
                    print(f"{kind}: {text}{': ' + why if kind == 'wanted' else ''}\n  buildx {other}\n  cooper {mine}", flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 1 if counts["DIFFERENT"] else 0


if __name__ == "__main__":
    sys.exit(main())
