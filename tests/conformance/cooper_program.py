"""Runs the cooper program under test."""

import os
import re
import subprocess
from pathlib import Path

EPOCH_TEXT = "1000000000"
IMAGE = "conformance.invalid/case:1"  # the name of what is built
DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")


class Cooper:
    def __init__(self, binary: Path, isolation: str = "", snapshots: str = ""):
        self.binary = binary.resolve()
        self.isolation = ["--isolation", isolation] if isolation else []
        if snapshots:
            self.isolation += ["--snapshots", snapshots]

    def run(self, store: Path, folder: Path, arguments, environment=None, stdin=b""):
        """Only PATH, HOME and `environment` reach the program; a variable set to "" is unset."""
        clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "SOURCE_DATE_EPOCH": EPOCH_TEXT,
                 "COOPER_ROOT": str(store)}
        clean.update(environment or {})
        clean = {name: value for name, value in clean.items() if value}
        return subprocess.run([self.binary, *self.isolation, *arguments], cwd=folder, env=clean, input=stdin,
                              capture_output=True, timeout=300, check=False)

    def tree(self, store: Path, folder: Path, image: str, options=()):
        """(config, tree) as `cooper tree` prints them: JSON text, list of lines."""
        done = self.run(store, folder, ["tree", image, *options])
        if done.returncode != 0:
            raise RuntimeError(f"cooper tree {image}: {done.stderr.decode(errors='replace')}")
        tree, _, config = done.stdout.decode("utf-8", "surrogateescape").partition("\n\n")
        return config, tree.splitlines()


def digest_of(done) -> str:
    text = done.stdout.decode(errors="replace").strip()
    if done.returncode != 0 or not DIGEST.match(text):
        raise RuntimeError(f"exit code {done.returncode}, stdout '{text}'\n{done.stderr.decode(errors='replace')}")
    return text


def remove_half_of_the_steps(store: Path) -> int:
    """Every second step result of the store, the first one always; returns how many went."""
    folder = store / "cooper/records/steps"
    records = sorted(folder.iterdir())[::2] if folder.exists() else []
    for record in records:
        record.unlink()
    return len(records)
