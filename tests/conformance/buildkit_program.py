"""Runs BuildKit's buildctl with the words that `cooper build` was given."""

import json
import os
import re
import subprocess
import uuid
from pathlib import Path

SAME = {"--secret": "--secret", "--ssh": "--ssh", "--allow": "--allow"}
OPTIONS = {"--target": "target", "--platform": "platform", "--network": "force-network-mode"}
LISTS = {"--add-host": "add-hosts", "--ulimit": "ulimit"}
SHIFTS = {"k": 10, "m": 20, "g": 30}
IGNORED = {"--context-modes", "--progress", "-t"}  # what both do anyway, or what is no part of the result
REMOTE = re.compile(r"^(https?|git|ssh)://|^git@")


class NotComparable(Exception):
    """buildctl has no word for what the case asks for; the message says which."""


class BuildctlWords:
    """The words of one build: `folder` is where relative paths begin."""

    def __init__(self, folder: Path, environment: dict):
        self.folder = folder
        self.environment = environment
        self.words = []
        self.lists = {}
        self.dockerfile = ""
        self.context = ""

    def option(self, name: str, value: str):
        self.words += ["--opt", f"{name}={value}"]

    def local(self, name: str, path: Path):
        self.words += ["--local", f"{name}={path}"]

    def named_context(self, text: str):
        name, _, value = text.partition("=")
        if value.startswith("oci-layout://"):
            layout = Path(value[len("oci-layout://"):])
            digest = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
            store = f"layout{len(self.words)}"
            self.words += ["--oci-layout", f"{store}={layout}"]
            self.option(f"context:{name}", f"oci-layout://{store}@{digest}")
        elif REMOTE.match(value) or value.startswith("docker-image://"):
            self.option(f"context:{name}", value)
        else:
            self.local(f"named-{name}", (self.folder / value).resolve())
            self.option(f"context:{name}", f"local:named-{name}")

    def add(self, word: str, value):
        if word == "--build-arg":
            if value.startswith("BUILDKIT_SYNTAX="):
                raise NotComparable("BuildKit fetches the frontend that the argument names")
            name, equals, text = value.partition("=")
            if equals or self.environment.get(name):
                self.option(f"build-arg:{name}", text if equals else self.environment[name])
        elif word == "--label":
            self.option("label:" + value.partition("=")[0], value.partition("=")[2])
        elif word == "--build-context":
            self.named_context(value)
        elif word in SAME:
            self.words += [SAME[word], value]
        elif word in OPTIONS:
            self.option(OPTIONS[word], value)
        elif word == "--shm-size":
            self.option("shm-size", str(int(value[:-1]) << SHIFTS[value[-1]] if value[-1] in SHIFTS else value))
        elif word in LISTS:
            self.lists.setdefault(LISTS[word], []).append(self.in_buildctl(word, value))
        elif word in ("-f", "--file"):
            self.dockerfile = value
        elif word not in IGNORED:
            raise NotComparable(f"buildctl has no word for {word}")

    @staticmethod
    def in_buildctl(word: str, value: str) -> str:
        if word == "--add-host":
            name, _, address = value.replace("=", ":", 1).partition(":")
            return f"{name}={address.strip('[]')}"
        return value

    def add_all(self, words):
        """`words` as cooper gets them, without the command."""
        rest = list(words)
        while rest:
            word = rest.pop(0)
            word, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
            if word in ("--no-cache",):
                continue
            if not word.startswith("-"):
                self.context = word
            elif word == "-":
                raise NotComparable("buildctl reads no context from its standard input")
            else:
                self.add(word, value if equals else rest.pop(0))

    def finished(self):
        for name, values in self.lists.items():
            self.option(name, ",".join(values))
        if REMOTE.match(self.context):
            self.option("context", self.context)
            if self.dockerfile:
                self.option("filename", self.dockerfile)
            return self.words
        if self.dockerfile == "-":
            raise NotComparable("buildctl reads no Dockerfile from its standard input")
        path = (self.folder / (self.dockerfile or f"{self.context}/Dockerfile")).absolute()
        self.local("context", (self.folder / self.context).resolve())
        self.local("dockerfile", path.parent)
        self.option("filename", path.name)
        if any(re.match(rb"[ \t]*#[ \t]*syntax[ \t]*=", line, re.IGNORECASE) for line in path.read_bytes().splitlines()[:3]):
            raise NotComparable("BuildKit fetches the frontend that the file names")
        return self.words


class BuildKit:
    def __init__(self, buildctl: str, address: str):
        self.buildctl = buildctl
        self.address = address

    def words(self, folder: Path, words, environment: dict, epoch: str):
        made = BuildctlWords(folder, environment)
        if epoch and not any(word.startswith("SOURCE_DATE_EPOCH=") for word in words):
            made.option("build-arg:SOURCE_DATE_EPOCH", epoch)
        made.option("build-arg:BUILDKIT_CACHE_MOUNT_NS", uuid.uuid4().hex)
        made.add_all(words)
        return made.finished()

    def run(self, folder: Path, words):
        """`words` come after `build --frontend dockerfile.v0 --no-cache`."""
        clean = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        return subprocess.run(
            [self.buildctl, "--addr", self.address, "build", "--frontend", "dockerfile.v0", "--no-cache", "--progress", "plain",
             *words], cwd=folder, env=clean, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False)

    def build(self, folder: Path, words, layout: Path):
        """The image as an OCI layout; times of files as SOURCE_DATE_EPOCH asks, as cooper has them."""
        done = self.run(folder, [*words, "--output", f"type=oci,dest={layout},tar=false,rewrite-timestamp=true"])
        if b"is not allowed by build daemon configuration" in done.stderr:
            raise NotComparable("BuildKit's daemon does not allow it")
        return done
