"""Directories in which examples of the documentation run. Each has cooper in PATH, a store and a home of its own, and a
registry with https that answers as registry.example and git.example; the examples see no other network."""
import json
import os
import pathlib
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

DOCKERFILE = """FROM scratch AS base
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/bin
COPY content /srv/content
FROM base AS app
CMD ["sh", "-c", "trap 'exit 0' TERM; echo app: started; while :; do sleep 0.1; done"]
FROM base AS horizon
CMD ["sh", "-c", "trap 'exit 0' TERM; echo horizon: started; while :; do sleep 0.1; done"]
"""


def bake_file(context):
    return {"variable": {"VERSION": {"default": "dev"}, "REGISTRY": {"default": "registry.example"},
                         "IMAGE": {"default": "team/site"}},
            "group": {"default": {"targets": ["app", "horizon"]}},
            "target": {"_role": {"context": context},
                       **{role: {"inherits": ["_role"], "target": role,
                                 "tags": ["${REGISTRY}/${IMAGE}:" + role + "-${VERSION}", "${REGISTRY}/${IMAGE}:" + role + "-latest"]}
                          for role in ("app", "horizon")}}}


SMOKE = {"targets": {role: {"steps": [{"wait_output": {"regex": f"{role}: started"}},
                                      {"exec": ["cat", "/srv/content"], "expect_output": "made of"},
                                      {"signal": "stop"}, {"expect_exit": 0}]} for role in ("app", "horizon")}}

POD = {"items": [{"spec": {"containers": [{"image": "registry.example/team/site:app-v1.3.0"}]}}]}


class Fixture:
    def __init__(self, work, environment):
        self.commits = 0
        self.directory = work / "site"
        self.directory.mkdir(parents=True)
        (work / "home").mkdir()
        (work / "bin").mkdir()
        self.environment = environment | {"HOME": str(work / "home"), "COOPER_ROOT": str(work / "store"),
                                          "PATH": f"{work}/bin:{environment['PATH']}"}
        (work / "bin/cooper").symlink_to(os.environ["COOPER_BIN"])
        kubectl = work / "bin/kubectl"
        kubectl.write_text(f"#!/bin/sh\n[ \"$1\" = get ] || exit 2\ncat <<'END'\n{json.dumps(POD)}\nEND\n")
        kubectl.chmod(0o755)
        self.git("config", "--global", "user.name", "a")
        self.git("config", "--global", "user.email", "a@example.invalid")

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.directory, env=self.environment, check=True, capture_output=True)

    def commit(self, message):
        self.git("add", "-A")
        # A day after the one before: whatever depends on a commit's time changes with it.
        self.commits += 1
        when = {"GIT_COMMITTER_DATE": f"{int(time.time()) + 86400 * (self.commits - 10)} +0000"}
        subprocess.run(["git", "commit", "-qm", message], cwd=self.directory, env=self.environment | when, check=True, capture_output=True)

    def run(self, *command):
        subprocess.run(command, cwd=self.directory, env=self.environment, check=True, capture_output=True)


def site(work, environment):
    """A git repository of a site with two roles, of which v1.3.0 is released and the next version is committed."""
    shutil.rmtree(pathlib.Path(os.environ["DOCS_WORK"]) / "registry", ignore_errors=True)  # another page's
    made = Fixture(work, environment)
    origin = work / "origin.git"
    made.git("init", "-q", "--bare", str(origin))
    made.git("init", "-q", "-b", "main", ".")
    made.git("remote", "add", "origin", str(origin))
    (made.directory / "stages").mkdir()
    shutil.copy("/bin/busybox", made.directory / "busybox")
    (made.directory / "Dockerfile").write_text(DOCKERFILE)
    (made.directory / ".dockerignore").write_text(".git\n")
    (made.directory / "content").write_text("made of oak\n")
    for place in ("docker-bake.json", "stages/docker-bake.json"):
        (made.directory / place).write_text(json.dumps(bake_file("."), indent=2))
    for place in ("smoke.json", "stages/smoke.json"):
        (made.directory / place).write_text(json.dumps(SMOKE, indent=2))
    made.commit("first")
    made.git("tag", "v1.3.0")
    made.run("cooper", "release", "v1.3.0")
    (made.directory / "content").write_text("made of oak and iron\n")
    made.commit("second")
    return made


def laravel(work, environment):
    """A Laravel repository that cooper init has not seen."""
    made = Fixture(work, environment)
    shutil.copytree(ROOT / "examples/laravel-site", made.directory, dirs_exist_ok=True)
    (made.directory / ".dockerignore").unlink()
    made.git("init", "-q", ".")
    made.commit("first")
    return made


FIXTURES = {"site": site, "laravel": laravel}
