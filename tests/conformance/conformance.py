#!/usr/bin/env python3
"""The conformance suite of the Dockerfile language; docs/conformance.md explains it.

    conformance.py bases --work DIR                     make the base images, once
    conformance.py row ROW --work DIR --cooper PROGRAM  run the cases of a row ("R*": of all that begin so; none: all)
    conformance.py peer ROW --work DIR --cooper PROGRAM the same cases, compared with what BuildKit makes of them
    conformance.py random FIRST COUNT --work DIR --cooper PROGRAM  Dockerfiles made from seeds, compared with what BuildKit makes of them
    conformance.py foreign --cooper PROGRAM --dockerfiles DIR [--base NAME=LAYOUT]... --output DIR

COOPER_REGENERATE=1 writes what came out as what is expected. COOPER_ISOLATION chooses how RUN steps are isolated, COOPER_SNAPSHOTS how layers lie
on the disk; tests/modes.txt says what a way cannot give. --once: each case is built cold only, since the cache is the same everywhere.
COOPER_BUILDCTL names the program buildctl and BUILDKIT_HOST the address of its BuildKit, for peer."""

import argparse
import os
import sys
from pathlib import Path

from base_images import make_bases, web_owner
from case_folder import CaseError, find_cases
from cooper_program import Cooper
from foreign import build_all
from mode_table import TableError, mark_of
from peer_commands import command_peer, command_random
from run_case import Failure, run_case, run_refusal

HERE = Path(__file__).resolve().parent
SKIPPED = 77


def command_bases(arguments) -> int:
    if not Path("/bin/busybox").exists():
        print("skipped: /bin/busybox (package busybox-static) is not there")
        return SKIPPED
    descriptions = sorted((HERE / "bases").glob("*.json"))
    make_bases(descriptions, arguments.work / "bases")
    make_bases(descriptions, arguments.work / "bases-of-root", owner=0)  # for a user namespace of one id
    return 0


def command_row(arguments) -> int:
    cooper = Cooper(arguments.cooper, os.environ.get("COOPER_ISOLATION", ""), os.environ.get("COOPER_SNAPSHOTS", ""))
    made = "bases" if web_owner(os.environ) else "bases-of-root"
    bases = {path.name: path.resolve() for path in (arguments.work / made).iterdir()}
    failed = ran = 0
    for case in find_cases(HERE / "cases", arguments.row):
        mark = mark_of("conformance", case.name)
        if mark and not mark.refused:
            print(f"not here: {case.name}: {mark.text}")
            continue
        ran += 1
        try:
            if mark:
                run_refusal(case, cooper, bases, arguments.work / "runs", mark.text)
            else:
                run_case(case, cooper, bases, arguments.work / "runs", arguments.once)
            print(f"ok: {case.name}")
        except (Failure, RuntimeError) as error:
            print(f"FAILED: {case.name}\n{error}")
            failed += 1
    if not ran:
        print("skipped: no case of this row is for this way of isolation")
        return SKIPPED
    return 1 if failed else 0


def command_foreign(arguments) -> int:
    bases = []
    for text in arguments.base:
        name, _, layout = text.partition("=")
        bases.append((name, Path(layout).resolve()))
    count = build_all(Cooper(arguments.cooper), arguments.dockerfiles, bases, arguments.output)
    print(f"{count} builds, results in {arguments.output}")
    return 0 if count else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    bases = commands.add_parser("bases")
    bases.set_defaults(action=command_bases)
    row = commands.add_parser("row")
    row.add_argument("row", nargs="?", default="")
    row.add_argument("--once", action="store_true")
    row.set_defaults(action=command_row)
    peer = commands.add_parser("peer")
    peer.add_argument("row", nargs="?", default="")
    peer.set_defaults(action=command_peer)
    seeds = commands.add_parser("random")
    seeds.add_argument("first", type=int)
    seeds.add_argument("count", type=int)
    seeds.set_defaults(action=command_random)
    foreign = commands.add_parser("foreign")
    foreign.add_argument("--dockerfiles", type=Path, required=True)
    foreign.add_argument("--base", action="append", default=[], metavar="NAME=LAYOUT")
    foreign.add_argument("--output", type=Path, required=True)
    foreign.set_defaults(action=command_foreign)
    for command in (bases, row, peer, seeds):
        command.add_argument("--work", type=Path, required=True)
    for command in (row, peer, seeds, foreign):
        command.add_argument("--cooper", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        return arguments.action(arguments)
    except (CaseError, TableError) as error:
        print(f"error: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
