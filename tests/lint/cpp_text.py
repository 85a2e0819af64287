"""Just enough of C++'s lexical grammar for the lints: text without comments and literals, and how
long each function is."""

import re
from dataclasses import dataclass

_NOISE = re.compile(
    r"""  //(?:\\\n|[^\n])*
        | /\*.*?\*/
        | R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
        | "(?:\\.|[^"\\\n])*"
        | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'""",
    re.VERBOSE | re.DOTALL)


def without_comments_and_literals(text: str) -> str:
    """The same text, every line where it was, comments blank and literals reduced to ""."""

    def blank(match):
        newlines = "\n" * match[0].count("\n")
        return ('""' if match[0][0] not in "/" else " ") + newlines

    return _NOISE.sub(blank, text)


def without_preprocessor(text: str) -> str:
    def blank(match):
        return "\n" * match[0].count("\n")

    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", blank, text, flags=re.MULTILINE)


@dataclass(frozen=True)
class Function:
    name: str
    line: int
    lines: int


_TYPE = re.compile(r"\b(class|struct|union|enum)\b")
_PARENS = re.compile(r"\([^()]*\)")
_BEFORE_HEAD = re.compile(r"(?:\s|(?:public|private|protected)\s*:(?!:))*")
_CONSTRUCTOR_LIST = re.compile(r"(?<!:):(?!:)")


def _without_parens(text: str) -> str:
    while True:
        shorter = _PARENS.sub("@", text)
        if shorter == text:
            return text
        text = shorter


def _kind_of_brace(head: str) -> str:
    """What a `{` opens outside any function, from the text since the last `;`, `{`, `}` or `:`."""
    head = re.sub(r"\btemplate\s*<[^{};]*?>\s*(?=\b(class|struct|union|auto|void|[A-Za-z_]))", "",
                  head.strip())
    if re.match(r"(inline\s+)?namespace\b", head) or head.startswith("extern"):
        if "(" not in head:
            return "scope"
    flat = _without_parens(head)
    # In a constructor's list of initializers a `{` right after a name starts a member's value.
    initializers = _CONSTRUCTOR_LIST.search(flat.split("@", 1)[1]) if "@" in flat else None
    if initializers and re.search(r"[\w>]$", flat) and not flat.endswith("noexcept"):
        return "value"
    if "@" in flat and not re.search(r"(?<![=!<>])=(?!=)", flat.split("@", 1)[0]):
        return "function"
    if _TYPE.search(flat):
        return "scope"
    return "value"


class _FunctionScan:
    def __init__(self, text: str):
        self.text = without_preprocessor(without_comments_and_literals(text))
        self.stack = []  # (kind, offset where the head of this brace starts)
        self.head_start = 0
        self.found = []

    def _in_body(self):
        return any(kind in ("function", "value") for kind, _ in self.stack)

    def run(self):
        for match in re.finditer(r"[{};]", self.text):
            if match[0] == "{":
                self._open(match.start())
            elif match[0] == "}":
                self._close(match.start())
            elif not self._in_body() and not self._in_parens(match.start()):
                self.head_start = match.end()
        return self.found

    def _in_parens(self, offset):
        head = self.text[self.head_start:offset]
        return head.count("(") > head.count(")")

    def _open(self, offset):
        if self._in_body():
            self.stack.append(("value", self.head_start))
            return
        head = re.sub(r"\b(public|private|protected)\s*:(?!:)", "", self.text[self.head_start:offset])
        kind = "value" if self._in_parens(offset) else _kind_of_brace(head)
        self.stack.append((kind, self.head_start))
        if kind == "scope":
            self.head_start = offset + 1

    def _close(self, offset):
        if not self.stack:
            return
        kind, start = self.stack.pop()
        if kind == "function" and not self._in_body():
            self._record(start, offset)
        if kind != "value" and not self._in_body():
            self.head_start = offset + 1

    def _record(self, start, end):
        start += _BEFORE_HEAD.match(self.text, start, end).end() - start
        first = self.text.count("\n", 0, start) + 1
        last = self.text.count("\n", 0, end) + 1
        name = re.search(r"([~\w:]+|operator\s*\S+)\s*\(", self.text[start:end])
        self.found.append(Function(name[1] if name else "?", first, last - first + 1))


def functions(text: str):
    """The functions with a body, in order. Lambdas and local types count to the function around."""
    return _FunctionScan(text).run()
