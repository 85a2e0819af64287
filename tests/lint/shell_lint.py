#!/usr/bin/env python3
"""shellcheck over every shell script of the project.   usage: shell_lint.py ROOT
Exit status 77 (skipped) where shellcheck is not installed."""

import shutil
import subprocess
import sys
from pathlib import Path

SKIPPED = 77
TOPS = ("scripts", ".ci", "tests", "stages", "bench", "deploy", "examples")
PRUNED = {"node_modules", "vendor", "build", "data"}


def is_shell_script(path: Path) -> bool:
    if path.suffix in (".sh", ".bash"):
        return True
    if path.suffix or not path.is_file():
        return False
    with path.open("rb") as file:
        line = file.readline(80)
    return line.startswith(b"#!") and line.split()[-1].split(b"/")[-1] in (b"sh", b"bash", b"dash")


def shell_scripts(root: Path):
    found = []
    for top in TOPS:
        for path in (root / top).rglob("*"):
            inside = set(path.relative_to(root).parts)
            if not inside & PRUNED and path.is_file() and not path.is_symlink() and is_shell_script(path):
                found.append(path.relative_to(root).as_posix())
    return sorted(found)


def main(argv):
    root = Path(argv[1])
    scripts = shell_scripts(root)
    if not scripts:
        print("shell lint: found no script")
        return 1
    if shutil.which("shellcheck") is None:
        print("shell lint: skipped, shellcheck is not installed")
        return SKIPPED
    status = subprocess.run(["shellcheck", "-x", "-S", "warning", "-P", "SCRIPTDIR", *scripts], cwd=root).returncode
    print(f"shell lint: {len(scripts)} scripts, {'errors' if status else 'no errors'}")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
