"""The base image of the benchmarks: a Debian "minbase" of about 180 MB."""

import os
import subprocess
from pathlib import Path


def make_base(folder: Path) -> Path:
    """The root file system as a tar archive; made once."""
    archive = folder / "base.tar"
    if not archive.exists():
        unfinished = folder / "base.unfinished.tar"
        environment = dict(os.environ)
        if Path("/dev/shm").is_dir():
            environment.setdefault("TMPDIR", "/dev/shm")  # creating files is slow elsewhere
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "bookworm", str(unfinished)],
                       check=True, env=environment)
        unfinished.rename(archive)
    return archive
