#!/usr/bin/env python3
"""Every C++ file is as clang-format 14 leaves it.   usage: format_lint.py ROOT [--fix]
Exit status 77 (skipped) where clang-format-14 is not installed."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from source_tree import CODE_ROOTS, TEST_ROOT, report, source_files

SKIPPED = 77
TOOL = "clang-format-14"


def formatted(root: Path, path: str) -> str:
    return subprocess.run([TOOL, "--style=file", path], cwd=root, check=True, capture_output=True,
                          encoding="utf-8").stdout


def first_difference(old: str, new: str) -> int:
    pairs = zip(old.splitlines(), new.splitlines())
    for number, (left, right) in enumerate(pairs, start=1):
        if left != right:
            return number
    return min(len(old.splitlines()), len(new.splitlines())) + 1


def main(argv):
    root = Path(argv[1])
    if shutil.which(TOOL) is None:
        print(f"format lint: skipped, {TOOL} is not installed")
        return SKIPPED
    files = source_files(root, (*CODE_ROOTS, TEST_ROOT, "bench"))
    with ThreadPoolExecutor(max_workers=4) as pool:
        texts = list(pool.map(lambda file: formatted(root, file.path), files))
    errors = []
    for file, text in zip(files, texts):
        if text == file.text:
            continue
        if "--fix" in argv:
            (root / file.path).write_text(text, encoding="utf-8")
        else:
            line = first_difference(file.text, text)
            errors.append(f"{file.path}:{line}: not formatted (cmake --build build/dev --target format)")
    return report("format lint", errors, len(files))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
