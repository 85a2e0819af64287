"""The same case built by BuildKit: configuration and files must be equal, or both refuse it, at the same line."""

import difflib
import json
import os
import random
import re
import shutil
import tempfile
from pathlib import Path

from buildkit_program import BuildKit, NotComparable
from case_folder import Case
from cooper_program import IMAGE, Cooper, digest_of
from expectation import stable_config
from recipe import EPOCH
from run_case import CaseRun, run_folder

OURS = re.compile(r"^ *--> [^\n]*?:(\d+)", re.MULTILINE)
THEIRS = re.compile(r"^ *(\d+) \| +>>> ", re.MULTILINE)
THEIRS_PARSE = re.compile(r"parse error on line (\d+)")


NOW = EPOCH + 1  # SOURCE_DATE_EPOCH: after the times of a context, so that what BuildKit took from the clock can be told
MTIME = re.compile(r" mtime=\d+")
MOUNT_POINTS = re.compile(r"^(/[^ ]+)?/(dev|proc|sys) dir 0755 0:0 0( |$)")


def without_mount_points(tree, other):
    """Without the directories that runc makes for its mounts in an image that has none: cooper leaves none behind."""
    there = {line.split(" ", 1)[0] for line in other}
    return [line for line in tree if not MOUNT_POINTS.match(line) or line.split(" ", 1)[0] in there]


def without_clock(tree, theirs):
    """Without the time of what BuildKit takes from the clock: files of RUN, here-documents, directories made on the way."""
    clock = {line.split(" ", 1)[0] for line in theirs if f" mtime={NOW}" in line}
    return [MTIME.sub("", line) if line.split(" ", 1)[0] in clock else line for line in tree]


class PeerResult:
    """What one builder made of a case: `image` is its text, or "" when it was refused with `stderr` at `lines`."""

    def __init__(self, image: str, stderr: str, lines):
        self.image = image
        self.stderr = stderr
        self.lines = lines


def error_lines(stderr: str):
    begin = max(stderr.rfind("\nerror: "), 0)
    ours = OURS.findall(stderr[begin:])[:1]
    theirs = THEIRS.findall(stderr) or THEIRS_PARSE.findall(stderr)
    return {int(line) for line in ours or theirs}


def comparable_config(text: str, address: str) -> str:
    """Without what is a builder's own affair: when it was made."""
    config = json.loads(stable_config(text, True))
    config.pop("created", None)
    config["history"] = config.get("history") or []
    for entry in config["history"]:
        entry.pop("created", None)
    text = json.dumps(config, indent=1, sort_keys=True, ensure_ascii=False)
    return text.replace(address, "@HTTP@") if address else text


def touch(folder: Path):
    """Gives files a time that none had, within their second: BuildKit does not read a file again whose name, size and time it knows."""
    part = random.randrange(1_000_000_000)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            seconds = int(path.stat().st_mtime)
            os.utime(path, ns=(seconds * 1_000_000_000 + part, seconds * 1_000_000_000 + part))


class PeerRun:
    def __init__(self, case: Case, cooper: Cooper, buildkit: BuildKit, bases: dict, folder: Path):
        self.case = case
        self.cooper = cooper
        self.buildkit = buildkit
        self.folder = folder
        self.run = CaseRun(case, cooper, bases, folder)
        touch(folder / "context")

    def image(self, image: str) -> str:
        config, tree = self.cooper.tree(self.run.store, self.folder, image, ["--times"])
        return "\n".join(tree) + "\n\n" + comparable_config(config, self.run.address)

    def ours(self) -> PeerResult:
        self.case.environment.setdefault("SOURCE_DATE_EPOCH", str(NOW))
        done = self.run.build("quiet")
        if done.returncode == 0:
            digest_of(done)
            return PeerResult(self.image(IMAGE), "", set())
        stderr = done.stderr.decode(errors="replace")
        return PeerResult("", stderr, error_lines(stderr))

    def theirs(self) -> PeerResult:
        words = self.run.words()[1:]
        if "@CONTEXT@" in words:
            words.remove("@CONTEXT@")
        else:
            words.append("context")
        epoch = self.case.environment.get("SOURCE_DATE_EPOCH", str(NOW))
        layout = self.folder / "peer.layout"
        done = self.buildkit.build(self.folder, self.buildkit.words(self.folder, words, self.case.environment, epoch), layout)
        if done.returncode == 0:
            return PeerResult(self.image(f"oci-layout://{layout}"), "", set())
        stderr = done.stderr.decode(errors="replace")
        return PeerResult("", stderr, error_lines(stderr))


def difference(ours: PeerResult, theirs: PeerResult, lines: bool) -> str:
    """What is not equal, as text; "" if all is."""
    if ours.image and theirs.image:
        mine, other = ours.image.splitlines(), theirs.image.splitlines()
        mine, other = without_clock(mine, other), without_mount_points(without_clock(other, other), mine)
        return "\n".join(difflib.unified_diff(other, mine, "BuildKit", "cooper", "", "", 1, lineterm=""))
    if ours.image:
        return f"BuildKit refuses it, cooper does not:\n{theirs.stderr[-1500:]}"
    if theirs.image:
        return f"cooper refuses it, BuildKit does not:\n{ours.stderr[-1500:]}"
    if lines and theirs.lines and not ours.lines & theirs.lines:
        return f"both refuse it, cooper at line {sorted(ours.lines)}, BuildKit at {sorted(theirs.lines)}:\n" \
               f"{ours.stderr[-800:]}\n{theirs.stderr[-800:]}"
    return ""


def peer_difference(case: Case, cooper: Cooper, buildkit: BuildKit, bases: dict, work: Path, lines=True) -> str:
    """Throws NotComparable; "" when both give the same. `lines`: what both refuse they must refuse at the same line."""
    if case.steps:
        raise NotComparable("it compares steps and caches, not images")
    if "stdout" in case.shown:
        raise NotComparable("it compares what checks print")
    folder = Path(tempfile.mkdtemp(prefix=f"cooper.peer.{case.name}.", dir=run_folder(work))).resolve()
    try:
        run = PeerRun(case, cooper, buildkit, bases, folder)
        with run.run.surroundings():
            return difference(run.ours(), run.theirs(), lines)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
