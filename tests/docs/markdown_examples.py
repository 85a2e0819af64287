"""The examples of commands in a Markdown text.

A block between ```sh or ```console fences has a line before it (blank lines apart) that says what a test does with it:

  <!-- run in: FIXTURE -->             runs it in the directory that fixtures.py makes; blocks of a page with the same fixture
                                       run one after the other in the same one
  <!-- run in: FIXTURE, exit N -->     the last command ends with that status
  <!-- not run: REASON -->             a person is told why

sh: a script, every command of which succeeds. console: after `$ ` a command, below it what it prints on standard output and
error; `...` alone stands for any lines; digests, commits, sizes and times are alike.
"""
import dataclasses
import re

MARK = re.compile(r"^\s*<!-- (run in: (?P<fixture>[a-z]+)(, exit (?P<status>\d+))?|not run: (?P<reason>.+)) -->\s*$")
# What a line in an indented block begins with when it is a command; a synopsis has a placeholder in brackets.
COMMAND = re.compile(r"^ {4,}(\$ )?([A-Z_]+=\S+ )*(cooper|git|kubectl|helm|docker|cmake|cpack|ctest|ninja|apt-get|openssl|npm|"
                     r"composer|php|sh|bash|python3|(\./)?scripts/\S+|stages/bases/make|tests/\S+)( |$)(?!.*\[[A-Z])")


class Fault(Exception):
    pass


@dataclasses.dataclass
class Example:
    line: int
    kind: str
    text: str
    fixture: str = ""
    status: int = 0
    reason: str = ""


def examples(text, name="text"):
    """Throws Fault, with the line, for a block without a mark and for a command in an indented block."""
    result, fence, mark, body, begin = [], None, None, [], 0
    for number, line in enumerate(text.splitlines(), 1):
        opened = re.match(r"^(\s*)```(\S*)\s*$", line)
        if fence is not None:
            if opened and not opened.group(2):
                if fence[1] in ("sh", "console"):
                    result.append(make_example(name, begin, fence, body, mark))
                fence = mark = None
            else:
                body.append(line[len(fence[0]):] if line.startswith(fence[0]) else line)
            continue
        if opened:
            fence, body, begin = opened.groups(), [], number
        elif found := MARK.match(line):
            mark = found
        elif line.strip():
            mark = None
            if COMMAND.match(line):
                raise Fault(f"{name}:{number}: a command in an indented block is no example that a test can read: use ```sh "
                            "or ```console with a mark (tests/docs/markdown_examples.py)")
    if fence is not None:
        raise Fault(f"{name}:{begin}: this block has no end")
    return result


def make_example(name, line, fence, body, mark):
    if mark is None:
        raise Fault(f"{name}:{line}: no mark says whether this block is run: <!-- run in: FIXTURE --> or <!-- not run: REASON -->")
    return Example(line, fence[1], "\n".join(body) + "\n", mark["fixture"] or "", int(mark["status"] or 0), mark["reason"] or "")


def console_steps(text):
    """[(command, expected lines)]; a command goes on after a backslash."""
    steps, more = [], False
    for line in text.splitlines():
        if more:
            steps[-1][0] += "\n" + line
        elif line.startswith("$ "):
            steps.append([line[2:], []])
        elif steps:
            steps[-1][1].append(line)
        else:
            raise Fault(f"'{line}' comes before any command")
        more = steps[-1][0].endswith("\\") and not steps[-1][1]
    return steps


ALIKE = ((r"sha256:[0-9a-f.]+", r"sha256:[0-9a-f]+"), (r"\b[0-9a-f]{12,40}\b", r"[0-9a-f]{12,40}"),
         (r"\b\d+(\.\d+)?(ms|s)\b", r"\d+(\.\d+)?(ms|s)"),
         (r"\b\d+(\.\d+)? ?(B|kB|MB|GB|KiB|MiB|GiB)\b", r"\d+(\.\d+)? ?([kMG]i?)?B"), (r"\d+\.\d(?= )", r"\d+\.\d"))


def pattern_of(lines):
    """A regular expression for the whole output."""
    parts = []
    for line in lines:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
            continue
        pattern, rest = "", line.rstrip()
        while rest:
            found = [(re.match(form, rest), general) for form, general in ALIKE]
            found = [(match, general) for match, general in found if match and not (pattern and re.match(r"\w", rest) and pattern[-1].isalnum())]
            if found:
                match, general = found[0]
                pattern += f"(?:{general})"
                rest = rest[match.end():]
            else:
                pattern += r"[ ]+" if rest[0] == " " else re.escape(rest[0])
                rest = rest.lstrip(" ") if rest[0] == " " else rest[1:]
        parts.append(pattern + r"[ ]*\n")
    return "".join(parts)
