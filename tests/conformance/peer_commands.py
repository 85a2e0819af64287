"""The commands of conformance.py that need a BuildKit."""

import os
import tempfile
from pathlib import Path

from buildkit_program import BuildKit, NotComparable
from case_folder import Case, find_cases
from cooper_program import Cooper
from peer import peer_difference
from peer_table import known_differences
from random_dockerfiles import make

HERE = Path(__file__).resolve().parent
SKIPPED = 77


def open_peer():
    """BuildKit, or nothing when the environment names none."""
    buildctl, address = os.environ.get("COOPER_BUILDCTL", ""), os.environ.get("BUILDKIT_HOST", "")
    if not buildctl or not address:
        print("skipped: COOPER_BUILDCTL and BUILDKIT_HOST name no BuildKit")
        return None
    return BuildKit(buildctl, address)


class Tally:
    def __init__(self):
        self.counts = {"equal": 0, "wanted": 0, "not compared": 0, "DIFFERENT": 0}

    def add(self, name: str, wanted: str, compare):
        """`wanted`: why the case may differ, which it then must, unless that begins with "at times: "; `compare` gives what is not equal."""
        reason = wanted
        try:
            text = compare()
            kind = "equal" if not text else "wanted" if wanted else "DIFFERENT"
        except NotComparable as error:
            kind, text, reason = "not compared", "", str(error)
        if kind == "equal" and wanted and not wanted.startswith("at times: "):
            kind, text = "DIFFERENT", "peer_differences says that they differ, but they do not"
        self.counts[kind] += 1
        print(f"{kind}: {name}{': ' if reason else ''}{reason}" + (f"\n{text}" if kind == "DIFFERENT" else ""), flush=True)

    def finish(self) -> int:
        print(", ".join(f"{count} {kind}" for kind, count in self.counts.items()))
        return 1 if self.counts["DIFFERENT"] else 0


def bases_of(work: Path) -> dict:
    return {path.name: path.resolve() for path in (work / "bases").iterdir()}


def command_peer(arguments) -> int:
    buildkit = open_peer()
    if buildkit is None:
        return SKIPPED
    cooper, bases = Cooper(arguments.cooper), bases_of(arguments.work)
    known = known_differences(HERE / "peer_differences")
    tally = Tally()
    for case in find_cases(HERE / "cases", arguments.row):
        tally.add(case.name, known.get(case.name, ""),
                  lambda case=case: peer_difference(case, cooper, buildkit, bases, arguments.work / "runs"))
    return tally.finish()


def write_case(folder: Path, seed: int) -> Case:
    dockerfile, recipe, ignore = make(seed)
    folder.mkdir()
    (folder / "Dockerfile").write_text(dockerfile)
    (folder / "context.recipe").write_text(recipe)
    if ignore:
        (folder / "Dockerfile.dockerignore").write_text(ignore)
    return Case(folder)


def command_random(arguments) -> int:
    buildkit = open_peer()
    if buildkit is None:
        return SKIPPED
    cooper, bases = Cooper(arguments.cooper), bases_of(arguments.work)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.first, arguments.first + arguments.count):
            case = write_case(Path(folder) / f"seed-{seed}", seed)

            def compare(case=case):
                # Of several things that are wrong each finds another one first.
                text = peer_difference(case, cooper, buildkit, bases, arguments.work / "runs", lines=False)
                return text and text + "\n" + (case.folder / "Dockerfile").read_text()

            tally.add(case.name, "", compare)
    return tally.finish()
