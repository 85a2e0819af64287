"""The builders that are compared, each through the same few verbs. A verb is a list of commands."""

import shutil
import subprocess
from pathlib import Path


class Cooper:
    name = "cooper"

    def __init__(self, program: Path):
        self.program = str(program)

    def _run(self, store: Path, *arguments):
        return ["env", f"COOPER_ROOT={store}", self.program, *map(str, arguments)]

    def build(self, store, context, dockerfile, tag, push=False, target=None, no_cache=False):
        options = ["--progress", "quiet", "-f", dockerfile, "-t", tag]
        options += ["--push"] if push else []
        options += ["--target", target] if target else []
        options += ["--no-cache"] if no_cache else []
        return [self._run(store, "build", *options, context)]

    def build_all(self, store, bake_file, context, dockerfile, tags):
        return [self._run(store, "bake", "--progress", "quiet", "-f", bake_file, *tags)]

    def push(self, store, context, dockerfile, tag):
        # Everything is in the cache: what is left is the push.
        return self.build(store, context, dockerfile, tag, push=True)

    def forget(self, store):
        shutil.rmtree(store, ignore_errors=True)


class Buildah:
    name = "buildah"

    @staticmethod
    def available() -> bool:
        return shutil.which("buildah") is not None

    def _run(self, store: Path, *arguments):
        return ["buildah", "--root", str(store / "root"), "--runroot", str(store / "run"),
                "--storage-driver", "overlay", *map(str, arguments)]

    def build(self, store, context, dockerfile, tag, push=False, target=None, no_cache=False):
        options = ["--layers", "--quiet", "--tls-verify=false", "-f", dockerfile, "-t", tag]
        options += ["--target", target] if target else []
        options += ["--no-cache"] if no_cache else []
        commands = [self._run(store, "build", *options, context)]
        return commands + (self.push(store, context, dockerfile, tag) if push else [])

    def build_all(self, store, bake_file, context, dockerfile, tags):
        return [command for target, tag in tags.items()
                for command in self.build(store, context, dockerfile, tag, target=target)]

    def push(self, store, context, dockerfile, tag):
        return [self._run(store, "push", "--quiet", "--tls-verify=false", tag)]

    def forget(self, store):
        if store.exists():
            subprocess.run(self._run(store, "rm", "--all"), stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(store, ignore_errors=True)
