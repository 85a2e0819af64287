"""Odd HCL expressions made from a seed, for the comparison with buildx: the same seed gives the same expression."""

import random

NUMBERS = ["0", "1", "2", "-1", "3", "10", "0.5", "-2.5", "1.1", "7", "255", "1000000", "1e3", "0.1", "9007199254740993", "123456789.125", "64"]
TEXTS = ["", "a", "b", "abc", "Hello World", "a-b_c.d", " x ", "é", "日本", "12", "-3.5", "true", "1.2.3", "v2.0.0-rc.1", "a,b,c", "x/y.txt", "/", "%",
         "a b&c=d", "10.1.0.0/16", "fd00::/48", "2024-02-29T12:30:00Z", "1h30m", "YWJj", "[1,2]", "{\\\"a\\\":1}", "line\\nnext", "ffff", "(a)(b)?", "[a-c]+",
         "%s=%d", "%v", "%05.2f", "q\\\"q", "YYYY-MM-DD hh:mm:ss", "a$b", "${1}", "abcabc"]
KEYS = ["a", "b", "c"]
OPERATORS = {"n": ["+", "-", "*", "/", "%"], "b": ["&&", "||"], "c": ["<", "<=", ">", ">="], "e": ["==", "!="]}

# Name -> result and arguments: n number, s text, b truth, l list of texts, m list of numbers, o object, a anything; "*" repeats the last one.
FUNCTIONS = {
    "absolute": "n n", "add": "n nn", "and": "b bb", "base64decode": "s s", "base64encode": "s s", "basename": "s s", "byteslen": "n s", "ceil": "n n",
    "chomp": "s s", "chunklist": "a ln", "cidrhost": "s sn", "cidrnetmask": "s s", "cidrsubnet": "s snn", "cidrsubnets": "l sn*", "coalesce": "a a*",
    "coalescelist": "l l*", "compact": "l l", "concat": "l l*", "contains": "b la", "convert": "a at", "csvdecode": "a s", "dirname": "s s",
    "distinct": "l l", "divide": "n nn", "element": "a ln", "equal": "b aa", "flatten": "a a", "floor": "n n", "format": "s sa*", "formatdate": "s ss",
    "formatlist": "l sa*", "formattimestamp": "s ss", "greaterthan": "b nn", "greaterthanorequalto": "b nn", "hasindex": "b aa", "indent": "s ns",
    "index": "a aa", "indexof": "n la", "int": "n n", "join": "s sl*", "jsondecode": "a s", "jsonencode": "s a", "keys": "l o", "length": "n a",
    "lessthan": "b nn", "lessthanorequalto": "b nn", "log": "n nn", "lookup": "a oaa", "lower": "s s", "max": "n n*", "md5": "s s", "merge": "o o*",
    "min": "n n*", "modulo": "n nn", "multiply": "n nn", "negate": "n n", "not": "b b", "notequal": "b aa", "or": "b bb", "parseint": "n sn",
    "pow": "n nn", "range": "m n*", "regex": "a ss", "regexall": "a ss", "regex_replace": "s sss", "replace": "s sss", "reverse": "s s",
    "reverselist": "l l", "sanitize": "s s", "semvercmp": "b ss", "sethaselement": "b la", "setintersection": "l l*", "setproduct": "a l*",
    "setsubtract": "l ll", "setsymmetricdifference": "l l*", "setunion": "l l*", "sha1": "s s", "sha256": "s s", "sha512": "s s", "signum": "n n",
    "slice": "l lnn", "sort": "l l", "split": "l ss", "strlen": "n s", "substr": "s snn", "subtract": "n nn", "timeadd": "s ss", "title": "s s",
    "trim": "s ss", "trimprefix": "s ss", "trimspace": "s s", "trimsuffix": "s ss", "try": "a a*", "unixtimestampparse": "a n", "upper": "s s",
    "urlencode": "s s", "uuidv5": "s ss", "values": "a o", "zipmap": "o la", "can": "b a"}
TYPES = ["string", "number", "bool", "list(string)", "set(string)", "map(string)", "list(number)", "any", "tuple([string, number])",
         "object({a = string})"]


class Maker:
    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def make(self, kind: str, depth: int) -> str:
        if kind == "t":
            return self.pick(TYPES)
        if self.chance(6):
            kind = self.pick("nsblmoa")  # what is not meant
        if kind == "a":
            kind = self.pick("nnsssblmo")
        if depth > 0 and self.chance(60):
            return self.compound(kind, depth - 1)
        return self.literal(kind, depth)

    def literal(self, kind: str, depth: int) -> str:
        if self.chance(2):
            return "null"
        if kind == "n":
            return self.pick(NUMBERS)
        if kind == "s":
            return f'"{self.text()}"'
        if kind == "b":
            return self.pick(["true", "false"])
        if kind == "o":
            return "{" + ", ".join(f"{key} = {self.make('a', depth - 1)}" for key in KEYS if self.chance(60)) + "}"
        return "[" + ", ".join(self.make("s" if kind == "l" else "n", depth - 1) for _ in range(self.random.randrange(4))) + "]"

    def text(self) -> str:
        return self.pick(TEXTS).replace("${", "$${")

    def compound(self, kind: str, depth: int) -> str:
        if self.chance(65):
            fit = [name for name, form in FUNCTIONS.items() if form[0] in (kind, "a")]
            return self.call(self.pick(fit), depth)
        if self.chance(25):
            return f"({self.make('b', depth)} ? {self.make(kind, depth)} : {self.make(kind, depth)})"
        if kind == "n":
            return f"({self.make('n', depth)} {self.pick(OPERATORS['n'])} {self.make('n', depth)})"
        if kind == "b":
            group = self.pick("bce")
            of = {"b": "b", "c": "n", "e": "a"}[group]
            return f"({self.make(of, depth)} {self.pick(OPERATORS[group])} {self.make(of, depth)})"
        if kind == "s":
            inner = self.pick(["${%s}", "x${%s}y", "${~ %s ~}", "%%{ if %s }yes%%{ else }no%%{ endif }"])
            return '"' + inner % self.make("b" if "if" in inner else self.pick("nsb"), depth) + '"'
        if kind == "l":
            return f"[for x in {self.make('l', depth)} : {self.pick(['x', 'upper(x)', 'length(x)'])}{self.pick(['', ' if x != ' + chr(34) + 'a' + chr(34)])}]"
        if kind == "m":
            return f"[for i, x in {self.make('l', depth)} : i]"
        return f"{{for k, v in {self.make('o', depth)} : {self.pick(['k', 'upper(k)'])} => {self.pick(['v', 'k'])}}}"

    def call(self, name: str, depth: int) -> str:
        form = FUNCTIONS[name].split()[1]
        kinds = list(form.rstrip("*"))
        if form.endswith("*"):
            kinds += [kinds[-1]] * self.random.randrange(3)
        return f"{name}({', '.join(self.make(kind, depth) for kind in kinds)})"


def expression(seed: int) -> str:
    """One call, so that each function comes first in turn."""
    names = sorted(FUNCTIONS)
    maker = Maker(seed)
    return maker.call(names[seed % len(names)], 2) if seed % 4 else maker.make("a", 3)
