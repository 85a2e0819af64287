"""In which ways to isolate steps a row of docs/security.md is tried: from the files that prove it, tests/modes/suites.txt (which suite runs in
which way) and tests/modes.txt (which case is left out there)."""

import re
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "conformance"))
from mode_table import find_mark  # noqa: E402

ISOLATIONS = ("root", "userns", "single", "chroot")
SUITES = "tests/modes/suites.txt"
MARKS = "tests/modes.txt"
EACH = ("root/directory", "userns/overlay", "single/overlay", "chroot/directory")
ALL = (*EACH, "userns/directory")
CONFORMANCE = (*ALL, "root/overlay", "single/directory")
AS_ROOT = "root/"  # by itself, in no way of tests/modes: all cases
CASES = re.compile(r"^((?:#.*\n)+)(?:case_(\w+)\(\) \{)?", re.MULTILINE)


def read(root: Path, path: str):
    return (root / path).read_text(encoding="utf-8") if (root / path).is_file() else ""


def read_suites(root: Path):
    """Suite -> ways; and what is wrong with the table."""
    suites, errors = {}, []
    for number, line in enumerate(read(root, SUITES).splitlines(), start=1):
        if not re.match(r"[a-z]", line):
            continue
        suite, ways, *rest = line.split()
        found = {"each": EACH, "all": ALL, "none": ()}.get(ways, tuple(ways.split(",")))
        if suite in suites:
            errors.append(f"{SUITES}:{number}: {suite} is there twice")
        if ways == "none" and not rest or not set(found) <= set(ALL) or "none" in found:
            errors.append(f"{SUITES}:{number}: not 'SUITE WAYS [NAME=VALUE...]' or 'SUITE none REASON'")
        suites[suite] = found
    folder = root / "tests/e2e"
    there = {path.stem for path in folder.glob("*.sh")} - {"lib"} | {path.parent.name for path in folder.glob("*/run.py")}
    errors += [f"{SUITES}: there is no line for tests/e2e/{suite}" for suite in sorted(there - set(suites))]
    errors += [f"{SUITES}: there is no tests/e2e/{suite}" for suite in sorted(set(suites) - there)]
    return suites, errors


def cases_of(row: str, text: str):
    """The cases of an end-to-end suite below whose comment the row stands; all of them where it stands elsewhere."""
    found = {case for comment, case in CASES.findall(text) if re.search(rf"\bsecurity\.{row}(?![0-9])", comment)}
    return found - {""} or {"*"}


class RowWays:
    def __init__(self, root: Path):
        self.root, self.marks = root, read(root, MARKS)
        self.suites, self.errors = read_suites(root)

    def kept(self, suite: str, cases, ways):
        """The isolations of those ways in which one of the cases is not left out."""
        return {way.split("/")[0] for way in ways for case in cases
                if way == AS_ROOT or not find_mark(suite, case, set(way.split("/")), self.marks)}

    def of_link(self, row: str, link: str):
        """None: the code that the test tries knows nothing of ways."""
        if name := re.fullmatch(r"tests/conformance/cases/([^/]+)", link):
            return self.kept("conformance", [name.group(1)], CONFORMANCE)
        if link == "tests/e2e/hostile/cases.py":
            cases = re.findall(rf'"(security\.{row}(?![0-9])[\w-]*)"', read(self.root, link))
            return self.kept("hostile", cases, (AS_ROOT, *self.suites.get("hostile", ())))
        if name := re.fullmatch(r"tests/e2e/(\w+)\.sh", link):
            suite = name.group(1)
            cases = [f"{suite}/{case}" for case in cases_of(row, read(self.root, link))]
            return self.kept("e2e", cases, (AS_ROOT, *self.suites.get(suite, ())))
        if link.startswith("tests/integration/builder/sandbox/"):
            return {"root", "userns"}  # rootless_test.sh there
        return {"root"} if link.startswith("tests/integration/builder/") else None

    def text(self, row: str, links):
        """What the page says in the column: each, any, or the names."""
        found = [self.of_link(row, link) for link in links]
        ways = set().union(*(one for one in found if one))
        if ways == set(ISOLATIONS):
            return "each"
        if not links or None in found:
            return "any" if links else "-"
        return ", ".join(way for way in ISOLATIONS if way in ways)
