"""The builders that are compared, each through the same few verbs. A verb is a list of commands."""

import shutil
import subprocess
import time
from pathlib import Path


def first_line(*command) -> str:
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    return (output.stdout or output.stderr).strip().split("\n")[0]


class Cooper:
    name = "cooper"
    daemons = ()  # processes whose memory counts too

    def __init__(self, program: Path):
        self.program = str(program)

    def start(self, folder: Path):
        """Called once before anything else, as finish() is at the end."""

    def finish(self):
        pass

    def version(self) -> str:
        return first_line(self.program, "--version")

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
    daemons = ()
    all_containers = ("--all",)

    @classmethod
    def find(cls):
        return cls() if shutil.which(cls.name) else None

    def start(self, folder: Path):
        # Debian's podman and buildah want a policy and nothing else of /etc/containers.
        policy = folder / "policy.json"
        policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}\n')
        self.policy = str(policy)

    def finish(self):
        pass

    def version(self) -> str:
        return first_line(self.name, "--version")

    def _run(self, store: Path, *arguments):
        return [self.name, "--root", str(store / "root"), "--runroot", str(store / "run"),
                "--storage-driver", "overlay", *map(str, arguments)]

    def build(self, store, context, dockerfile, tag, push=False, target=None, no_cache=False):
        options = ["--layers", "--quiet", "--tls-verify=false", "--signature-policy", self.policy,
                   "-f", dockerfile, "-t", tag]
        options += ["--runtime", "runc"] if shutil.which("runc") else []
        options += ["--target", target] if target else []
        options += ["--no-cache"] if no_cache else []
        commands = [self._run(store, "build", *options, context)]
        return commands + (self.push(store, context, dockerfile, tag) if push else [])

    def build_all(self, store, bake_file, context, dockerfile, tags):
        return [command for target, tag in tags.items()
                for command in self.build(store, context, dockerfile, tag, target=target)]

    def push(self, store, context, dockerfile, tag):
        return [self._run(store, "push", "--quiet", "--tls-verify=false", "--signature-policy", self.policy, tag)]

    def forget(self, store):
        if store.exists():
            subprocess.run(self._run(store, "rm", *self.all_containers), stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(store, ignore_errors=True)


class Podman(Buildah):
    name = "podman"
    all_containers = ("--all", "--force")


class Daemon:
    """What the tools with a daemon of their own share: its folder, its socket, its end."""
    daemon = None
    daemons = ()

    def start_daemon(self, folder: Path, program: str, options, ask):
        """`options` and `ask` (a command that succeeds when it answers) are made when the folder is known."""
        self.folder = folder / program
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.socket = f"unix://{self.folder}/socket"
        with (self.folder / "log").open("wb") as log:
            self.daemon = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", program, *options()],
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(150):
            if subprocess.run(ask(), capture_output=True, check=False).returncode == 0:
                return
            if self.daemon.poll() is not None:
                raise RuntimeError(f"{program} does not start: see {self.folder}/log")
            time.sleep(0.2)
        raise RuntimeError(f"{program} does not answer: see {self.folder}/log")

    def finish(self):
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Docker(Daemon):
    """dockerd of its own, with BuildKit in it. The client is one that has BuildKit's part."""
    name = "docker"

    def __init__(self, client: str):
        self.client = client

    @classmethod
    def find(cls):
        if shutil.which("dockerd") is None:
            return None
        for client in ("docker", "/usr/bin/docker"):
            program = shutil.which(client)
            if program is None:
                continue
            # Until 23 the client brought it itself; later ones need the plugin.
            major = first_line(program, "--version").split("version ")[-1].split(".")[0]
            plugin = subprocess.run([program, "buildx", "version"], capture_output=True, check=False)
            if plugin.returncode == 0 or (major.isdigit() and int(major) < 23):
                return cls(program)
        return None

    def start(self, folder: Path):
        self.start_daemon(folder, "dockerd", lambda: [
            "--host", self.socket, "--bridge", "none", "--iptables=false", "--ip6tables=false", "--ip-forward=false",
            "--data-root", str(self.folder / "data"), "--exec-root", str(self.folder / "run"),
            "--pidfile", str(self.folder / "pid")], lambda: self._run("version"))
        children = Path(f"/proc/{self.daemon.pid}/task/{self.daemon.pid}/children").read_text().split()
        self.daemons = (self.daemon.pid, *map(int, children))

    def version(self) -> str:
        server = subprocess.run(self._run("version", "--format", "{{.Server.Version}}"), capture_output=True,
                                text=True, check=False).stdout.strip()
        return f"dockerd {server}, BuildKit, {first_line(self.client, '--version')}"

    def _run(self, *arguments):
        return ["env", "DOCKER_BUILDKIT=1", f"DOCKER_CONFIG={self.folder}/client", self.client, "--host", self.socket,
                *map(str, arguments)]

    def build(self, store, context, dockerfile, tag, push=False, target=None, no_cache=False):
        options = ["--quiet", "-f", dockerfile, "-t", tag]
        options += ["--target", target] if target else []
        options += ["--no-cache"] if no_cache else []
        commands = [self._run("build", *options, context)]
        return commands + (self.push(store, context, dockerfile, tag) if push else [])

    def build_all(self, store, bake_file, context, dockerfile, tags):
        return [command for target, tag in tags.items()
                for command in self.build(store, context, dockerfile, tag, target=target)]

    def push(self, store, context, dockerfile, tag):
        return [self._run("push", "--quiet", tag)]

    def forget(self, store):
        subprocess.run(self._run("system", "prune", "--all", "--force", "--volumes"), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
        subprocess.run(self._run("builder", "prune", "--all", "--force"), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)


class BuildKit(Daemon):
    """buildkitd of its own, asked by buildctl; `buildx bake` for several targets where it is installed. Images stay in
    the daemon's content store, compressed, as with Docker's containerd store."""
    name = "buildkit"

    @classmethod
    def find(cls):
        return cls() if shutil.which("buildkitd") and shutil.which("buildctl") else None

    def start(self, folder: Path):
        self.start_daemon(folder, "buildkitd", lambda: [
            "--addr", self.socket, "--root", str(self.folder / "data"), "--oci-worker-net", "host",
            "--containerd-worker=false", "--oci-worker-gc=false"], lambda: self._run("debug", "workers"))
        self.daemons = (self.daemon.pid,)
        self.has_buildx = shutil.which("buildx") is not None
        if self.has_buildx:
            subprocess.run(self._buildx("create", "--name", "bench", "--driver", "remote", self.socket),
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)

    def version(self) -> str:
        return first_line("buildkitd", "--version")

    def _run(self, *arguments):
        return ["buildctl", "--addr", self.socket, *map(str, arguments)]

    def _buildx(self, *arguments):
        return ["env", f"BUILDX_CONFIG={self.folder}/client", "buildx", *map(str, arguments)]

    def build(self, store, context, dockerfile, tag, push=False, target=None, no_cache=False):
        options = ["--progress", "plain", "--frontend", "dockerfile.v0", "--local", f"context={context}",
                   "--local", f"dockerfile={dockerfile.parent}", "--opt", f"filename={dockerfile.name}",
                   "--output", f"type=image,name={tag},push={'true' if push else 'false'}"]
        options += ["--opt", f"target={target}"] if target else []
        options += ["--no-cache"] if no_cache else []
        return [self._run("build", *options)]

    def build_all(self, store, bake_file, context, dockerfile, tags):
        if self.has_buildx:
            return [self._buildx("bake", "--builder", "bench", "--progress", "quiet", "--allow", "fs=*",
                                 "--provenance=false", "-f", bake_file, "--set", "*.output=type=image,push=false", *tags)]
        return [command for target, tag in tags.items()
                for command in self.build(store, context, dockerfile, tag, target=target)]

    def push(self, store, context, dockerfile, tag):
        return self.build(store, context, dockerfile, tag, push=True)

    def forget(self, store):
        subprocess.run(self._run("prune", "--all"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def peers():
    return [tool for tool in (kind.find() for kind in (Buildah, Podman, Docker, BuildKit)) if tool is not None]
