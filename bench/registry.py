"""A registry of its own for one measurement: Debian's docker-registry on the loopback interface."""

import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from measure import run_all

CONFIG = """version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {folder}/data}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:{port}", secret: loopback-only}}
"""


class Registry:
    def __init__(self, folder: Path):
        self.folder = Path(tempfile.mkdtemp(prefix="registry.", dir=folder))
        self.data = self.folder / "data"
        self.seeded = self.folder / "seeded"  # the data as it was with the base image alone
        self.process = None
        self.address = ""

    def __enter__(self):
        for _ in range(5):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            config = self.folder / "config.yml"
            config.write_text(CONFIG.format(folder=self.folder, port=port))
            with (self.folder / "log").open("wb") as log:
                self.process = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", "--", "docker-registry", "serve", str(config)],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            self.address = f"127.0.0.1:{port}"
            if self._answers():
                return self
            self.process.kill()
            self.process.wait()
        raise RuntimeError(f"cannot start docker-registry: see {self.folder}/log")

    def _answers(self) -> bool:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(100):
            if self.process.poll() is not None:
                return False
            try:
                direct.open(f"http://{self.address}/v2/", timeout=5).close()
                return True
            except OSError:
                time.sleep(0.1)
        return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    def seed(self, cooper: Path, archive: Path) -> str:
        """Pushes a root file system as the base image; returns its name."""
        context = self.folder / "base"
        context.mkdir()
        (context / "Dockerfile").write_text('FROM scratch\nADD base.tar /\nCMD ["/bin/sh"]\n')
        (context / "base.tar").hardlink_to(archive)
        name = f"{self.address}/bench/base:1"
        run_all([["env", f"COOPER_ROOT={self.folder / 'store'}", str(cooper), "build", "--progress", "quiet",
                  "-t", name, "--push", str(context)]])
        shutil.rmtree(self.folder / "store")
        shutil.copytree(self.data, self.seeded)
        return name

    def forget_all_but_base(self):
        shutil.rmtree(self.data)
        shutil.copytree(self.seeded, self.data)
