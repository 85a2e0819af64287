#!/usr/bin/env python3
"""Every relative link in the project's Markdown pages leads to a file, and the folders that README.md
names in its table are there.   usage: links_lint.py ROOT"""

import re
import sys
from pathlib import Path

PRUNED = {".git", "build", "node_modules", "vendor"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FOLDER = re.compile(r"`([a-z][\w./-]*/)`")


def pages(root: Path):
    found = [path for path in root.rglob("*.md")
             if not set(path.relative_to(root).parts) & PRUNED]
    return sorted(found)


def check_page(root: Path, page: Path):
    errors = []
    name = page.relative_to(root).as_posix()
    text = FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), page.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), start=1):
        for target in LINK.findall(line):
            if "://" in target or target.startswith(("#", "mailto:")):
                continue
            if not (page.parent / target.split("#")[0]).exists():
                errors.append(f"{name}:{number}: '{target}' does not exist")
        if name == "README.md" and line.startswith("|"):
            for folder in FOLDER.findall(line):
                if not (root / folder).is_dir():
                    errors.append(f"{name}:{number}: there is no folder '{folder}'")
    return errors


def main(argv):
    root = Path(argv[1])
    found = pages(root)
    errors = [error for page in found for error in check_page(root, page)]
    for error in errors:
        print(error)
    print(f"links lint: {len(found)} pages, {len(errors)} errors")
    return 1 if errors or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
