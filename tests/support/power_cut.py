#!/usr/bin/env python3
"""Makes a store as a power cut may leave it, at each moment of what write_recorder.cc wrote down, and checks it.

A power cut loses what was not flushed. Which part of it is up to the file system, so each moment gives several
stores:

  kill    all is there: the process was killed, the machine stayed up
  strict  only what was flushed: bytes by an fsync of the file, names by an fsync of their directory
  names   all names, but files have only the bytes that were flushed
  zeros   all names and sizes, with zeros for the bytes that were not flushed
  torn    all names; of the bytes that were not flushed the first half, then zeros
  mixed   some of the names and of each file any of the above, by a random choice that --seed fixes

In each store `cooper fsck` must say "clean", images that a build had reported must be whole, and the same build
must give the same digest again. It is to be run where /proc/sys/kernel/random/boot_id is another than when
recording. Lines "mark<TAB>begin<TAB>CONTEXT<TAB>TAG<TAB>DIGEST" and "mark<TAB>done" in the recording say what
was being built.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

MODES = ("kill", "strict", "names", "zeros", "torn", "mixed", "mixed")
DIRECTORY = object()


class File:
    """One inode: its bytes, and those of them that an fsync has put on the disk."""

    def __init__(self):
        self.data = b""
        self.flushed = b""

    def after_cut(self, how):
        if how == "kill" or self.data == self.flushed:
            return self.data
        kept = self.flushed if self.data.startswith(self.flushed) else b""
        lost = self.data[len(kept) :]
        if how == "torn":
            half = len(lost) // 2
            return kept + lost[:half] + bytes(len(lost) - half)
        if how == "zeros":
            return kept + bytes(len(lost))
        return self.flushed


class Change:
    """One change of names: `file` gets the name `to` (DIRECTORY: a directory) and loses the name `gone`."""

    def __init__(self, to=None, file=None, gone=None):
        self.to, self.file, self.gone = to, file, gone
        self.flushed = False

    @property
    def parent(self):
        return os.path.dirname(self.to or self.gone) or "."


class Recording:
    def __init__(self, path):
        self.lines = [line.split("\t") for line in Path(path).read_text(encoding="utf-8").splitlines()]
        self.files = {}  # by inode
        self.names = {}
        self.changes = []
        self.begun = None
        self.done = {}  # digests by tag

    def change(self, change):
        self.changes.append(change)
        apply(self.names, change)

    def step(self, line):
        kind, *rest = line
        if kind in ("create", "nameless"):
            file = self.files[rest[-1]] = File()
            if kind == "create":
                self.change(Change(to=rest[0], file=file))
        elif kind == "write":
            # Files that were there before the recording, or that a step made, have no bytes here.
            self.files.setdefault(rest[0], File()).data += bytes.fromhex(rest[1])
        elif kind == "truncate":
            self.files.setdefault(rest[0], File()).data = b""
        elif kind == "sync":
            file = self.files.setdefault(rest[0], File())
            file.flushed = file.data
        elif kind == "syncdir":
            for change in self.changes:
                if change.parent == rest[0]:
                    change.flushed = True
        elif kind == "link":
            self.change(Change(to=rest[1], file=self.files.setdefault(rest[0], File())))
        elif kind == "rename":
            self.change(Change(to=rest[1], file=self.names.get(rest[0]), gone=rest[0]))
        elif kind == "mkdir":
            self.change(Change(to=rest[0], file=DIRECTORY))
        elif kind == "remove":
            self.change(Change(gone=rest[0]))
        elif kind == "mark" and rest[0] == "begin":
            self.begun = rest[1:]
        elif kind == "mark" and rest[0] == "done":
            self.done[self.begun[1]] = self.begun[2]
        else:
            sys.exit(f"the recording has the line {line}")

    def after_cut(self, how, choice):
        """The names and bytes of the store."""
        names = {}
        for change in self.changes:
            lost = how == "strict" or (how == "mixed" and choice.random() < 0.5)
            if change.flushed or not lost:
                apply(names, change)
        content = {}
        for name, file in names.items():
            if file is DIRECTORY:
                content[name] = None
            else:
                bytes_how = choice.choice(("kill", "names", "zeros", "torn")) if how == "mixed" else how
                content[name] = file.after_cut(bytes_how)
        return content


def apply(names, change):
    moved = {}
    if change.gone is not None:
        for name in [one for one in names if one == change.gone or one.startswith(change.gone + "/")]:
            file = names.pop(name)
            if change.to is not None:
                moved[change.to + name[len(change.gone) :]] = file
    if change.to is None:
        return
    parent = os.path.dirname(change.to)
    if parent and names.get(parent) is not DIRECTORY:
        return  # the directory itself was lost
    names.update(moved)
    if change.file is not None:
        names[change.to] = change.file


class Failure(Exception):
    pass


class Check:
    def __init__(self, cooper, store):
        self.cooper, self.store = cooper, Path(store)
        # No collection in the background, which would go on in a store that is removed.
        self.configuration = self.store.with_name(self.store.name + ".json")
        self.configuration.write_text('{"cache": {"automatic": false}}')

    def write(self, content):
        shutil.rmtree(self.store, ignore_errors=True)
        self.store.mkdir(mode=0o700)
        for name in sorted(content):
            path = self.store / name
            if content[name] is None:
                path.mkdir(mode=0o700)
            else:
                path.write_bytes(content[name])
                path.chmod(0o444 if name.startswith("blobs/") else 0o600)

    def run(self, *arguments):
        environment = {**os.environ, "COOPER_ROOT": str(self.store), "COOPER_CONFIG": str(self.configuration)}
        done = subprocess.run([self.cooper, *arguments], env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip(), done.stderr

    def fsck(self, when):
        status, out, err = self.run("fsck")
        if status != 0 or out != "clean":
            raise Failure(f"fsck {when}: exit status {status}\n{out}\n{err}")

    def blob(self, digest):
        path = self.store / "blobs/sha256" / digest.removeprefix("sha256:")
        data = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(data).hexdigest() != path.name:
            raise Failure(f"an image that was reported lacks {digest}")
        return data

    def images(self, done):
        if not done:
            return
        entries = json.loads((self.store / "index.json").read_text())["manifests"]
        tagged = {one["annotations"]["org.opencontainers.image.ref.name"]: one["digest"] for one in entries}
        for tag, digest in done.items():
            if tagged.get(tag) != digest:
                raise Failure(f"the image {tag} was reported as {digest}, and is {tagged.get(tag)}")
            manifest = json.loads(self.blob(digest))
            for part in [manifest["config"], *manifest["layers"]]:
                self.blob(part["digest"])

    def all(self, content, begun, done):
        self.write(content)
        self.images(done)
        self.fsck("after the power cut")
        self.images(done)
        if begun is None:
            return
        context, tag, digest = begun
        status, out, err = self.run("build", "--progress", "plain", "-t", tag, context)
        if status != 0 or out != digest:
            raise Failure(f"the build: exit status {status}, digest {out} instead of {digest}\n{err}")
        self.fsck("after the build")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("recording")
    parser.add_argument("--cooper", required=True)
    parser.add_argument("--store", required=True, help="is made and removed")
    parser.add_argument("--states", type=int, default=0, help="how many of all stores, evenly spread; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    recording = Recording(arguments.recording)
    total = (len(recording.lines) + 1) * len(MODES)
    wanted = arguments.states or total
    check = Check(arguments.cooper, arguments.store)
    checked = 0
    for moment in range(len(recording.lines) + 1):
        if moment > 0:
            recording.step(recording.lines[moment - 1])
        for place, how in enumerate(MODES):
            number = moment * len(MODES) + place
            if number * wanted // total == (number + 1) * wanted // total:
                continue
            choice = random.Random(f"{arguments.seed} {number}")
            try:
                check.all(recording.after_cut(how, choice), recording.begun, recording.done)
            except Failure as failure:
                last = "\t".join(recording.lines[moment - 1])[:200] if moment else "nothing"
                sys.exit(f"FAILED: {how} after operation {moment} ({last}): {failure}\nleft in {arguments.store}")
            checked += 1
    shutil.rmtree(arguments.store, ignore_errors=True)
    print(f"  {checked} stores of {total}: {len(recording.lines)} operations, {len(MODES)} ways to lose what was not flushed")


if __name__ == "__main__":
    main()
