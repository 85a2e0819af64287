"""The project's tree as the lints see it: its source files, their text, their includes."""

import re
from dataclasses import dataclass
from pathlib import Path

CODE_ROOTS = ("base", "oci", "registry", "release", "images", "builder", "smoke", "init", "cli")
TEST_ROOT = "tests"

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


@dataclass(frozen=True)
class Include:
    line: int
    path: str
    quoted: bool


class SourceFile:
    def __init__(self, root: Path, path: str):
        self.path = path
        self.text = (root / path).read_text(encoding="utf-8")

    @property
    def folder(self) -> str:
        return self.path.rsplit("/", 1)[0] if "/" in self.path else ""

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    def includes(self):
        for match in INCLUDE.finditer(self.text):
            line = self.text.count("\n", 0, match.start()) + 1
            yield Include(line, match[1] or match[2], match[1] is not None)

    def line_count(self) -> int:
        return len(self.text.splitlines())


def source_files(root: Path, tops=CODE_ROOTS, endings=(".h", ".cc")):
    """The files below the top folders `tops`, sorted by path."""
    found = []
    for top in tops:
        for path in (root / top).rglob("*"):
            if path.suffix in endings and path.is_file():
                found.append(path.relative_to(root).as_posix())
    return [SourceFile(root, path) for path in sorted(found)]


def report(name: str, errors, checked: int) -> int:
    """Prints the errors of one lint; returns its exit status. A lint that looked at nothing failed."""
    for error in errors:
        print(error)
    if checked == 0:
        print(f"{name}: looked at no file")
        return 1
    print(f"{name}: {checked} files, {len(errors)} errors")
    return 1 if errors else 0
