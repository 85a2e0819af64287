#!/usr/bin/env python3
"""Every C++ file is as clang-format 14 leaves it.   usage: format_lint.py ROOT [--fix]
Exit status 77 (skipped) where clang-format-14 is not installed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from source_tree import CODE_ROOTS, TEST_ROOT, report, source_files

SKIPPED = 77
TOOL = "clang-format-14"
VIOLATION = re.compile(r"^(.+?):(\d+):\d+: (?:warning|error): code should be clang-formatted")


def violations(root: Path, paths):
    """{path: first line that is not formatted}"""
    found = {}
    for start in range(0, len(paths), 100):
        run = subprocess.run([TOOL, "--style=file", "--dry-run", *paths[start:start + 100]], cwd=root,
                             check=True, stderr=subprocess.PIPE, encoding="utf-8")
        for line in run.stderr.splitlines():
            match = VIOLATION.match(line)
            if match:
                found.setdefault(match[1], int(match[2]))
    return found


def main(argv):
    root = Path(argv[1])
    if shutil.which(TOOL) is None:
        print(f"format lint: skipped, {TOOL} is not installed")
        return SKIPPED
    paths = [file.path for file in source_files(root, (*CODE_ROOTS, TEST_ROOT, "bench"))]
    found = violations(root, paths)
    if "--fix" in argv and found:
        subprocess.run([TOOL, "--style=file", "-i", *found], cwd=root, check=True)
        found = {}
    errors = [f"{path}:{line}: not formatted (cmake --build build/dev --target format)"
              for path, line in sorted(found.items())]
    return report("format lint", errors, len(paths))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
