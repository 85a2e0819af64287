#!/usr/bin/env python3
"""Includes point down only, as the dependency table of ARCHITECTURE.md says; each third-party library
has one home; the CMake lists say the same.   usage: dependency_lint.py ROOT"""

import sys
from pathlib import Path

from cmake_lists import parse_cmake_lists
from dependency_table import TableError, parse_table
from source_tree import CODE_ROOTS, report, source_files
from third_party import JSON_HEADER, JSON_SOURCE, NLOHMANN, home_of, homes_of_target, is_system


class DependencyLint:
    def __init__(self, root: Path):
        self.root = root
        self.table = parse_table((root / "ARCHITECTURE.md").read_text(encoding="utf-8"))
        self.files = source_files(root)
        self.used = {module: set() for module in self.table}
        self.json_headers = {
            file.path for file in self.files
            if any(NLOHMANN.match(include.path) for include in file.includes())
            and file.path.endswith(".h")}
        self.errors = []

    def run(self):
        for file in self.files:
            if file.folder not in self.table:
                self.errors.append(f"{file.path}: its folder is no module of ARCHITECTURE.md's table")
                continue
            for include in file.includes():
                where = f"{file.path}:{include.line}"
                if include.quoted:
                    self._check_own(file, include.path, where)
                else:
                    self._check_foreign(file, include.path, where)
        for top in sorted({module.split("/")[0] for module in self.table} - set(CODE_ROOTS)):
            self.errors.append(f"{top}: is not in CODE_ROOTS of tests/lint/source_tree.py")
        for module in self.table:
            self._check_cmake(module)
        return self.errors

    def _check_own(self, file, path, where):
        if not (self.root / path).is_file():
            self.errors.append(f"{where}: '{path}' is not a file (paths start at the repository root)")
            return
        module = path.rsplit("/", 1)[0] if "/" in path else ""
        if module != file.folder:
            if module not in self.table[file.folder]:
                self.errors.append(f"{where}: {file.folder} may not include {module} ('{path}')")
            self.used[file.folder].add(module)
        if path in self.json_headers and not self._may_see_json(file):
            self.errors.append(f"{where}: '{path}' shows nlohmann/json; only *_json.cc may include it")

    @staticmethod
    def _may_see_json(file):
        return JSON_SOURCE.fullmatch(file.name) or JSON_HEADER.fullmatch(file.name)

    def _check_foreign(self, file, path, where):
        if NLOHMANN.match(path):
            if not self._may_see_json(file):
                self.errors.append(f"{where}: <{path}> may be included in *_json.cc and *_json.h only")
            return
        home = home_of(path)
        if home is not None:
            if file.folder not in home:
                self.errors.append(f"{where}: <{path}> has its home in {', '.join(sorted(home))}")
        elif not is_system(path):
            self.errors.append(f"{where}: <{path}> has no home (tests/lint/third_party.py lists them)")

    def _check_cmake(self, module):
        path = f"{module}/CMakeLists.txt"
        if not (self.root / path).is_file():
            self.errors.append(f"{path}: absent, but ARCHITECTURE.md has the module")
            return
        lists = parse_cmake_lists((self.root / path).read_text(encoding="utf-8"))
        if lists is None or lists.name != module:
            self.errors.append(f"{path}: has no cooper_module(NAME {module} ...)")
            return
        for other in sorted(set(lists.depends) - self.table[module]):
            self.errors.append(f"{path}: DEPENDS {other}, which {module} may not include")
        for other in sorted(self.used[module] - set(lists.depends)):
            self.errors.append(f"{path}: DEPENDS lacks {other}, which its sources include")
        for lib in lists.libs:
            home = homes_of_target(lib)
            if home is not None and module not in home:
                self.errors.append(f"{path}: LIBS {lib} has its home in {', '.join(sorted(home))}")
        present = {file.name for file in self.files
                   if file.folder == module and file.name.endswith(".cc")}
        listed = set(lists.sources) | set(lists.other_sources)
        for name in sorted(present - listed):
            self.errors.append(f"{path}: {name} is not listed")
        for name in sorted(set(lists.sources) - present):
            self.errors.append(f"{path}: {name} is listed but absent")


def main(argv):
    root = Path(argv[1])
    try:
        lint = DependencyLint(root)
    except (TableError, OSError) as error:
        print(f"ARCHITECTURE.md: {error}")
        return 1
    return report("dependency lint", lint.run(), len(lint.files))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
