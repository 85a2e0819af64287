#!/usr/bin/env python3
"""Build checks, outlines and targets: `cooper build --call=...,format=json` and `docker buildx build --call=...,format=json` must print the same.

    COOPER_BUILDX=/path/to/buildx BUILDKIT_HOST=ADDRESS peer_checks.py --cooper PROGRAM --work DIR [--dockerfiles DIRECTORY] [NAME]...

The Dockerfiles are those of the cases, or DIRECTORY/NAME.Dockerfile. Checks of cooper's own are left out; checks/differences lists the
rest that differs on purpose: NAME or NAME/CALL, and why."""

import argparse
import difflib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from base_images import make_bases
from case_folder import find_cases
from peer_table import known_differences
from recipe import make_context

HERE = Path(__file__).resolve().parent
SKIPPED = 77
CALLS = ["check", "outline", "targets"]
BUILDKIT_RULE = "https://docs.docker.com/go/dockerfile/rule/"


class Calls:
    def __init__(self, cooper: Path, buildx: str, address: str, work: Path, home: Path):
        self.cooper, self.buildx, self.home = cooper, buildx, home
        self.bases = {path.name: path.resolve() for path in (work / "bases").iterdir()}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "BUILDX_CONFIG": str(home), "COOPER_ROOT": str(home / "store")}
        subprocess.run([buildx, "create", "--name", "peer", "--driver", "remote", address], env=self.environment, check=True,
                       capture_output=True)

    def ask(self, program, call: str, folder: Path, words):
        named = []
        own = folder / "bases"
        bases = dict(self.bases, **({path.name: path for path in own.iterdir()} if own.exists() else {}))
        for name, layout in sorted(bases.items()):
            digest = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
            named += ["--build-context", f"{name}=oci-layout://{layout}@{digest}"]
        done = subprocess.run([*program, f"--call={call},format=json", *named, *words, "-f", "Dockerfile", "context"], cwd=folder,
                              env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
        try:
            return json.loads(done.stdout), done
        except ValueError:
            return None, done

    def compare(self, call: str, folder: Path, words) -> str:
        ours, our_run = self.ask([self.cooper, "build"], call, folder, words)
        theirs, their_run = self.ask([self.buildx, "build", "--builder", "peer"], call, folder, words)
        refused = our_run.returncode != 0 and their_run.returncode != 0
        if refused and (ours is None or theirs is None):
            return ""
        if ours is None or theirs is None:
            one = "buildx" if theirs is None else "cooper"
            return f"{one} gives no JSON:\n{our_run.stderr.decode(errors='replace')[-600:]}\n{their_run.stderr.decode(errors='replace')[-600:]}"
        own = any(not each.get("url", "").startswith(BUILDKIT_RULE) for each in ours.get("warnings") or [])
        a, b = (json.dumps(stable(each), indent=1, sort_keys=True).splitlines() for each in (theirs, ours))
        text = "\n".join(difflib.unified_diff(a, b, "buildx", "cooper", "", "", 4, lineterm=""))
        if not text and not own and bool(our_run.returncode) != bool(their_run.returncode):
            text = f"exit code of buildx {their_run.returncode}, of cooper {our_run.returncode}"
        return text


def stable(value: dict) -> dict:
    """Without cooper's own checks and the text of errors; warnings by line."""
    for warning in value.get("warnings") or []:
        warning.get("location", {}).pop("sourceIndex", None)
    for source in value.get("sources") or []:
        if isinstance(source, dict):
            source.pop("definition", None)
    warnings = [each for each in value.get("warnings") or [] if each.get("url", "").startswith(BUILDKIT_RULE)]
    if "warnings" in value:
        # BuildKit tells one for each word that it is true of, cooper once.
        value["warnings"] = [json.loads(text) for text in sorted({json.dumps(each, sort_keys=True) for each in warnings})]
    for name in ("args", "secrets", "ssh"):  # of one line buildx prints them in any order
        if value.get(name):
            value[name] = sorted(value[name], key=lambda each: (each["location"]["ranges"][0]["start"]["line"], each["name"]))
    if "buildError" in value:
        value["buildError"] = sorted(value["buildError"].get("location", {}).get("ranges") or [], key=json.dumps)
    return value


def folders(arguments, scratch: Path):
    """(name, folder with Dockerfile and context, arguments)"""
    if arguments.dockerfiles:
        for path in sorted(arguments.dockerfiles.glob("*.Dockerfile")):
            folder = scratch / path.stem
            (folder / "context").mkdir(parents=True)
            (folder / "Dockerfile").write_bytes(path.read_bytes())
            yield path.stem, folder, []
        return
    for case in find_cases(HERE / "cases", ""):
        skip = ("-f", "--file", "@CONTEXT@", "-", "--build-context", "--ssh", "--secret")
        if not (case.folder / "Dockerfile").exists() or any(word in skip or word.startswith("--call") or "@" in word for word in case.arguments):
            continue
        folder = scratch / case.name
        folder.mkdir()
        for path in case.folder.iterdir():
            if path.is_file() and path.name.startswith("Dockerfile"):
                (folder / path.name).write_bytes(path.read_bytes())
        make_context(case.folder / "context", case.recipe, folder / "context")
        make_bases(case.own_bases(), folder / "bases")
        yield case.name, folder, [word for word in case.arguments]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cooper", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--dockerfiles", type=Path)
    parser.add_argument("--call", action="append", choices=CALLS)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    buildx, address = os.environ.get("COOPER_BUILDX", ""), os.environ.get("BUILDKIT_HOST", "")
    if not buildx or not address:
        print("skipped: COOPER_BUILDX and BUILDKIT_HOST name no BuildKit")
        return SKIPPED
    known = known_differences(HERE / "checks_differences")
    counts = {"equal": 0, "wanted": 0, "DIFFERENT": 0}
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        home.mkdir()
        calls = Calls(arguments.cooper.resolve(), buildx, address, arguments.work, home)
        (Path(scratch) / "cases").mkdir()
        for name, folder, words in folders(arguments, Path(scratch) / "cases"):
            if arguments.names and name not in arguments.names:
                continue
            for call in arguments.call or CALLS:
                why = known.get(name) or known.get(f"{name}/{call}")
                if why and why.startswith("not asked: "):
                    continue
                text = calls.compare(call, folder, words)
                kind = "equal" if not text else "wanted" if why else "DIFFERENT"
                counts[kind] += 1
                if kind != "equal":
                    print(f"{kind}: {name}/{call}: {why if kind == 'wanted' else chr(10) + text}", flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 1 if counts["DIFFERENT"] else 0


if __name__ == "__main__":
    sys.exit(main())
