#!/usr/bin/env python3
"""docs/security.md and the tests agree: each row of the corpus is listed once; a row is proven by files that name it
(`security.T01`), by cases of the conformance suite, or says why it is not tested; and says in which ways to isolate
steps (row_ways.py). And no source calls what would load or run files of an image after its root was entered.   usage: security_lint.py ROOT"""

import re
import sys
from pathlib import Path

from cpp_text import without_comments_and_literals
from row_ways import RowWays
from source_tree import CODE_ROOTS, report, source_files

PAGE = "docs/security.md"
# The rows there are, by their letter.
ROWS = {"T": 50, "D": 21, "S": 15, "N": 27, "F": 14, "R": 9, "C": 13}
PROMISES = 18
ROW = re.compile(r"^\| ([TDSNFRC]\d\d?) \|(.*)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
PROMISE = re.compile(r"\bP(\d+)\b")
LINK = re.compile(r"\]\(\.\./(tests/[^)#]+)\)")
REASONS = ("not tested: ", "no such row")
# They read nsswitch, locale, gconv or programs of whatever root they find themselves in (row security.S6).
BANNED = re.compile(r"\b(getpw(?:nam|uid|ent)(?:_r)?|getgr(?:nam|gid|ent)(?:_r)?|getgrouplist|initgroups|iconv_open"
                    r"|setlocale|dlopen|popen|system)\s*\(")

# They ask about the user who started cooper, before anything of an image is there; the client for the network is
# loaded by the builder's own process, which enters no root of an image.
OF_THE_CALLER = {"builder/sandbox/user_namespace.cc", "cli/doctor_checks.cc", "registry/http/curl_library.cc"}

# What takes layers and archives apart is called only by what the process for that runs, and by what runs the same in
# a program that cannot be executed anew (a test).
READERS = re.compile(r"\b(make_decompressor|make_archive_filter|TarReader\s+\w+)\s*\(")
READING = {f"builder/layer/{name}" for name in (
    "archive_filter.cc", "archive_filter.h", "decompressor.cc", "decompressor.h", "layer_content_here.cc", "layer_reader.cc",
    "read_archive.cc")}


def names(letter: str, most: int):
    width = 2 if letter == "T" else 1
    return [f"{letter}{number:0{width}d}" for number in range(1, most + 1)]


def check_row(root: Path, ways: RowWays, row: str, where: str, proof: str):
    links = LINK.findall(proof)
    if not links:
        return [] if proof.strip().startswith(REASONS) else [f"{PAGE}: {row} has neither a test nor a reason"]
    errors = []
    if where.strip() != (right := ways.text(row, links)):
        errors.append(f"{PAGE}: {row} is tried in: {right}, not in: {where.strip()}")
    for link in links:
        path = root / link
        if path.is_dir() and "conformance/cases/" in link:
            continue
        if not path.is_file():
            errors.append(f"{PAGE}: {row}: {link} is not there")
        elif not re.search(rf"\bsecurity\.{row}(?![0-9])", path.read_text(encoding="utf-8")):
            errors.append(f"{PAGE}: {row}: {link} does not say security.{row}")
    return errors


def check_page(root: Path):
    text = (root / PAGE).read_text(encoding="utf-8")
    ways, seen = RowWays(root), {}
    errors = list(ways.errors)
    for row, _, where, proof in ROW.findall(text):
        if row in seen:
            errors.append(f"{PAGE}: {row} is listed twice")
        seen[row] = proof
        errors += check_row(root, ways, row, where, proof)
    expected = [name for letter, most in ROWS.items() for name in names(letter, most)]
    errors += [f"{PAGE}: {name} is not listed" for name in expected if name not in seen]
    errors += [f"{PAGE}: there is no row {name}" for name in seen if name not in expected]
    return errors


def check_promises(root: Path):
    text = (root / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Security\n")[2].partition("\n## ")[0]
    found = {int(number) for number in PROMISE.findall(section)}
    return [f"README.md: the section on security lacks P{number}" for number in range(1, PROMISES + 1)
            if number not in found]


def check_sources(root: Path):
    errors, files = [], source_files(root, CODE_ROOTS)
    for file in files:
        text = without_comments_and_literals(file.text)
        for number, line in enumerate(text.splitlines(), start=1):
            for call in BANNED.findall(line) if file.path not in OF_THE_CALLER else ():
                errors.append(f"{file.path}:{number}: {call}() reads files of whatever root it is in")
            for call in READERS.findall(line) if file.path not in READING else ():
                errors.append(f"{file.path}:{number}: {call}() reads bytes from outside: builder/layer/layer_content.h does "
                              "it in a process of its own")
    return errors, len(files)


def main(argv):
    root = Path(argv[1])
    errors, count = check_sources(root)
    return report("security lint", check_page(root) + check_promises(root) + errors, count)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
