"""The dependency table of ARCHITECTURE.md: which module may include which."""

import re

HEADER = re.compile(r"^\|\s*module\s*\|\s*may include\s*\|\s*$", re.IGNORECASE)
MODULE = re.compile(r"^[a-z0-9_]+(/[a-z0-9_]+)*$")


class TableError(Exception):
    pass


def _split_list(cell: str):
    """Splits at commas outside braces: "a, b/{c,d}" -> ["a", "b/{c,d}"]."""
    return [part.strip() for part in re.split(r",(?![^{]*\})", cell) if part.strip()]


def _expand_braces(item: str):
    match = re.fullmatch(r"(.*)\{([^}]*)\}(.*)", item)
    if not match:
        return [item]
    return [match[1] + word.strip() + match[3] for word in match[2].split(",")]


def _names(cell: str):
    cell = cell.replace("`", "")
    return [name for item in _split_list(cell) for name in _expand_braces(item)]


def _rows(markdown: str):
    lines = iter(markdown.splitlines())
    for line in lines:
        if HEADER.match(line.strip()):
            break
    else:
        raise TableError("no table with the header '| module | may include |'")
    next(lines, None)  # the line of dashes
    for line in lines:
        if not line.strip().startswith("|"):
            return
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 2:
            raise TableError(f"a row of the table has {len(cells)} cells: {line.strip()}")
        yield cells


def parse_table(markdown: str):
    """{module: set of the modules it may include}. Raises TableError."""
    rows = []
    for left, right in _rows(markdown):
        for module in _names(re.sub(r"\([^)]*\)", "", left)):
            if not MODULE.match(module):
                raise TableError(f"not a module name: '{module}'")
            rows.append((module, right))
    modules = [module for module, _ in rows]
    if len(set(modules)) != len(modules):
        raise TableError("a module has two rows")
    table = {module: _allowed(module, right, modules) for module, right in rows}
    _refuse_cycles(table)
    return table


def _allowed(module: str, cell: str, modules):
    if cell.startswith("nothing"):
        return set()
    if cell.startswith("anything"):
        return set(modules) - {module}
    allowed = set()
    for name in _names(cell):
        if name.startswith("every "):
            prefix = name.removeprefix("every ").removesuffix("*")
            allowed |= {other for other in modules if other.startswith(prefix)}
        elif name in modules:
            allowed.add(name)
        else:
            raise TableError(f"the row of '{module}' names '{name}', which has no row")
    return allowed - {module}


def _refuse_cycles(table):
    done = set()

    def visit(module, trail):
        if module in trail:
            raise TableError("the table has a cycle: " + " -> ".join([*trail, module]))
        if module not in done:
            for other in sorted(table[module]):
                visit(other, [*trail, module])
            done.add(module)

    for module in sorted(table):
        visit(module, [])
