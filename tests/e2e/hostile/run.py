#!/usr/bin/env python3
"""Builds on images whose layers are hostile (cases.py) and looks at a canary outside after each.

    run.py COOPER [--isolation WAY] [--snapshots FORM] [GROUP...]

Each case: an OCI layout of a busybox layer and the case's own, a RUN step on it (so that the layers are
unpacked for a root file system) and an export of its files (so that they are applied to a directory). Streams that are
no layers are given to the other commands that read layers too. Afterwards nothing of the canary has changed, and nothing refused has left a layer directory.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "conformance"))
from base_images import Layout, add_manifest, layer_tar  # noqa: E402
from cases import GROUPS  # noqa: E402
from mode_table import mark_of  # noqa: E402

LIMITS = ("times its size", "without content", "zstd window")  # texts of refusals that are of a limit
MEMORY = 256 << 10  # KiB: of a case's cooper


class Canary:
    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "dir").mkdir(parents=True)
        (folder / "secret").write_text("do not touch")
        (folder / "secret").chmod(0o600)
        self.before = self.state()

    def state(self):
        found = {}
        for path in [self.folder, *sorted(self.folder.rglob("*"))]:
            status = path.lstat()
            found[str(path)] = (status.st_mode, status.st_nlink, status.st_uid, status.st_size, status.st_mtime_ns)
        return found

    def check(self):
        assert self.state() == self.before, "the canary changed"


def layout_of(layers, busybox: bytes, folder: Path, plain: bytes = b""):
    layout = Layout(folder)
    manifest = add_manifest(layout, {}, [busybox], "amd64", "linux")
    document = json.loads((folder / "blobs/sha256" / manifest["digest"][7:]).read_bytes())
    config = json.loads((folder / "blobs/sha256" / document["config"]["digest"][7:]).read_bytes())
    for blob in layers:
        kind, diff_id = "application/vnd.oci.image.layer.v1.tar", hashlib.sha256(plain or blob)
        if blob.startswith(b"\x1f\x8b"):
            kind, diff_id = kind + "+gzip", hashlib.sha256()
            with gzip.open(io.BytesIO(blob)) as plain:
                while data := plain.read(1 << 20):
                    diff_id.update(data)
        elif blob.startswith((b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18")):
            kind = kind + "+zstd"
        document["layers"].append(layout.blob(kind, blob))
        config["rootfs"]["diff_ids"].append("sha256:" + diff_id.hexdigest())
        config["history"].append({"created_by": "case"})
    document["config"] = layout.document(document["config"]["mediaType"], config)
    layout.finish(layout.document(document["mediaType"], document))


class File:
    """A member of the exported tar; a further name of a file is a file."""

    def __init__(self, archive, member):
        self.member = member
        self.text = archive.extractfile(member).read() if member.isreg() or member.islnk() else b""

    def isreg(self):
        return self.member.isreg() or self.member.islnk()

    def __getattr__(self, name):
        return getattr(self.member, name)


def files_of(tar_path: Path):
    with tarfile.open(tar_path, errors="surrogateescape") as archive:
        return {member.name.removeprefix("./"): File(archive, member) for member in archive}


def attempt(arguments, work: Path, number: int, busybox: bytes, layers, expected, command="true"):
    case, out = work / f"case{number}", work / "out.tar"
    shutil.rmtree(work / "context", ignore_errors=True)
    (work / "context").mkdir()
    (work / "context/Dockerfile").write_text(f"FROM base\nRUN {json.dumps(['/bin/busybox', *command.split()])}\n")
    layout_of(layers, busybox, case)
    out.unlink(missing_ok=True)
    made = subprocess.run(
        [arguments.cooper, "--root", work / "store", "--isolation", arguments.isolation, "--snapshots", arguments.snapshots,
         "build", "--progress", "plain", "--build-context", f"base=oci-layout://{case}", "--output", f"type=tar,dest={out}",
         work / "context"], capture_output=True, timeout=60, check=False)
    errors = made.stderr.decode("utf-8", "replace")
    shutil.rmtree(case)
    if callable(expected):
        assert made.returncode == 0, f"refused:\n{errors}"
        expected(files_of(out))
    else:
        assert made.returncode in (1, 2, 4), f"exit status {made.returncode}:\n{errors}"
        assert "error: " in errors and expected in errors, f"no word of '{expected}':\n{errors}"
    assert not any(byte < 32 and byte not in (9, 10) for byte in made.stderr), "control bytes in the output"
    left = list((work / "store/cooper/tmp").iterdir())
    assert not left, f"left in tmp: {left}"


# The other commands that decompress layers from outside, and parse them, but for the last.
READERS = {
    "validate": lambda layout, _: ["validate", layout],
    "tree": lambda layout, _: ["tree", layout],
    "compress": lambda layout, to: ["build", "--progress", "plain", "--build-context", f"base={layout}", "--compression", to,
                                    "--force-compression", "--output", "type=oci,dest=again.tar", "context"],
}


def read_otherwise(arguments, work: Path, number: int, busybox: bytes, layers, expected):
    layout = work / f"again{number}"
    layout_of(layers, busybox, layout)
    (work / "context/Dockerfile").write_text("FROM base\nLABEL again=yes\n")
    for reader, command in READERS.items():
        if reader == "compress" and expected not in LIMITS:
            continue
        to = "zstd" if layers[0].startswith(b"\x1f\x8b") else "gzip"
        made = subprocess.run([arguments.cooper, "--root", work / "store", *command(f"oci-layout://{layout}", to)], cwd=work,
                              capture_output=True, timeout=60, check=False)
        text = (made.stdout + made.stderr).decode("utf-8", "replace")
        invalid = reader == "validate" and expected not in LIMITS
        assert made.returncode in ({4} if expected in LIMITS else {1, 2}), f"{reader}: exit status {made.returncode}:\n{text}"
        assert ("NOT VALID" if invalid else expected) in text, f"{reader}: no word of '{expected}':\n{text}"
    shutil.rmtree(layout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cooper")
    parser.add_argument("--isolation", default=os.environ.get("COOPER_ISOLATION", "auto"))
    parser.add_argument("--snapshots", default=os.environ.get("COOPER_SNAPSHOTS", "auto"))
    parser.add_argument("--only")
    parser.add_argument("groups", nargs="*")
    arguments = parser.parse_intermixed_args()
    busybox, failed, number = layer_tar("busybox", 0), 0, 0
    with tempfile.TemporaryDirectory(prefix="cooper-hostile.") as folder:
        work = Path(folder)
        canary = Canary(work / "canary")
        for group in arguments.groups or GROUPS:
            for name, *case in GROUPS[group](str(canary.folder)):
                if arguments.only and not name.startswith("security." + arguments.only):
                    continue
                number += 1
                if mark := mark_of("hostile", name):
                    print(f"not here: {name}: {mark.text}")
                    continue
                try:
                    attempt(arguments, work, number, busybox, *case)
                    if group == "streams" and not callable(case[1]):
                        read_otherwise(arguments, work, number, busybox, *case)
                    canary.check()
                except (AssertionError, KeyError, subprocess.TimeoutExpired) as error:
                    failed += 1
                    print(f"FAILED: {name} (case {number}): {error}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{number} cases, {failed} failed, largest process {peak >> 10} MiB")
    assert number > 0, "no case"
    assert peak < MEMORY, "too much memory"
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
