"""Reads the cooper_module(...) call of a module's CMakeLists.txt."""

import re
from dataclasses import dataclass, field

KEYWORDS = ("NAME", "SOURCES", "DEPENDS", "LIBS")


@dataclass
class CMakeModule:
    name: str = ""
    sources: list = field(default_factory=list)
    depends: list = field(default_factory=list)
    libs: list = field(default_factory=list)
    other_sources: list = field(default_factory=list)  # of executables made in the same file


def parse_cmake_lists(text: str):
    """A CMakeModule, or None where there is no such call."""
    text = re.sub(r"#[^\n]*", "", text)
    call = re.search(r"\bcooper_module\s*\(([^)]*)\)", text)
    if not call:
        return None
    values = {keyword: [] for keyword in KEYWORDS}
    keyword = None
    for word in call[1].split():
        if word in KEYWORDS:
            keyword = word
        elif keyword:
            values[keyword].append(word.strip('"'))
    others = []
    for other in re.finditer(r"\badd_(?:executable|library)\s*\(([^)]*)\)", text):
        others += [word for word in other[1].split() if word.endswith(".cc")]
    return CMakeModule(
        name=" ".join(values["NAME"]),
        sources=values["SOURCES"],
        depends=values["DEPENDS"],
        libs=values["LIBS"],
        other_sources=others)
