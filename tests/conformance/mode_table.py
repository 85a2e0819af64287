"""The table tests/modes.txt: what a way to isolate steps refuses, or gives otherwise."""

import fnmatch
import os
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "modes.txt"


class TableError(Exception):
    """A line of the table makes no sense; the message says which."""


@dataclass(frozen=True)
class Mark:
    refused: bool  # the build must end with an error that holds `text`; else the case is left out because of it
    text: str


def modes_of(environment) -> set:
    """The words by which the environment chooses how steps are isolated and layers lie on the disk."""
    return {word for word in (environment.get("COOPER_ISOLATION"), environment.get("COOPER_SNAPSHOTS")) if word}


def find_mark(suite: str, case: str, modes: set, text: str):
    """The mark of the first line for this case and one of these modes; None when it is as everywhere."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, 4)
        if len(words) != 5 or words[3] not in ("refused", "differs"):
            raise TableError(f"modes.txt:{number}: not 'SUITE CASE WAYS refused|differs TEXT'")
        if words[0] == suite and fnmatch.fnmatchcase(case, words[1]) and modes & set(words[2].split(",")):
            return Mark(words[3] == "refused", words[4])
    return None


def mark_of(suite: str, case: str):
    return find_mark(suite, case, modes_of(os.environ), TABLE.read_text(encoding="utf-8"))
