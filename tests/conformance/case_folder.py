"""A case of the suite: one folder, see docs/conformance.md for its files."""

import fnmatch
import shlex
from pathlib import Path

SHOWN = {"warnings", "times", "stdout"}


class CaseError(Exception):
    """The case itself is wrong; the message says how."""


class Case:
    def __init__(self, folder: Path):
        self.folder = folder
        self.name = folder.name
        self.row = folder.name.split("-", 1)[0]
        self.environment, self.arguments = self._arguments()
        self.shown = set(self._text("show").split())
        if self.shown - SHOWN:
            raise CaseError(f"{self.name}/show: unknown words: {' '.join(sorted(self.shown - SHOWN))}")

    def _text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _arguments(self):
        """The words of the file args: NAME=value before the first option are the environment."""
        words = shlex.split(self._text("args"), comments=True)
        environment = {}
        while words and "=" in words[0] and not words[0].startswith("-"):
            name, value = words.pop(0).split("=", 1)
            environment[name] = value
        return environment, words

    @property
    def recipe(self) -> str:
        return self._text("context.recipe")

    @property
    def served(self) -> str:
        return self._text("serve.recipe")

    @property
    def input_recipe(self) -> str:
        return self._text("stdin.recipe")

    @property
    def steps(self) -> str:
        return self._text("steps")

    @property
    def expected_file(self) -> Path:
        return self.folder / "expected"

    def own_bases(self):
        return sorted((self.folder / "bases").glob("*.json"))


def find_cases(folder: Path, row: str):
    """The cases of a row, of rows that begin so ("R*"), or all for ""; none is an error."""
    found = [Case(path) for path in sorted(folder.iterdir()) if path.is_dir()]
    if row:
        found = [case for case in found if fnmatch.fnmatchcase(case.row, row)]
    if not found:
        raise CaseError(f"{folder}: no case of row '{row}'")
    return found
