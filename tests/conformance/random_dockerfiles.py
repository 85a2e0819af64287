"""Odd Dockerfiles made from a seed, for the comparison with BuildKit: the same seed gives the same file and context."""

import random

NAMES = ["A", "B", "C_1", "empty", "unset"]
VALUES = ["one", "two words", "", "a/b", "x.y.z", "./up/../v", "q\\'q", "*", "é", "a=b", "$A", "100%", "aXbXc"]
PATHS = ["a", "b.txt", "dir", "dir/", "dir/sub", "dir/sub/c", "d*", "dir/*", "*.txt", "d?r", "[ab]*", ".", "./", "link", "dirlink", "dirlink/c2",
         "/a", "/dir", "../a", "dir/../a", "nothere*", "dir/sub/../c2", "sp ace", "abslink", ".hidden", "dir/.h", "**", "**/c*"]
DESTINATIONS = ["/", "/x", "/x/", "x", "x/", ".", "./", "/x/y/z", "/x/y/z/", "/old", "/old/", "/old/f", "/oldlink", "/oldlink/", "/oldlink/n", "..",
                "/x/../w", "/x//y/", "$A/z", "${B:-fallback}/"]
MODIFIERS = ["${%s}", "$%s", "${%s:-d}", "${%s-d}", "${%s:+p}", "${%s+p}", "${%s#*X}", "${%s##*X}", "${%s%%X*}", "${%s%%%%X*}", "${%s/X/-}",
             "${%s//X/-}", "${%s:-${A}}", "\\$%s", "'$%s'", "\"$%s\"", "\"\\$%s\"", "${%s/o/}", "${%s#?}", "${%s%%?}", "${%s//[a]/b}", "$%sx", "${%s}x"]
CHOWN = ["1", "1:2", "web", "web:mail", "mail:5", "0:extra", "7:web", "$U", "root"]
CHMOD = ["644", "0755", "4711", "u=rwX,go=rX", "+x", "a-w", "g=u", "go=", "u+s", "1777", "o+w,u-w", "$M", "ug=rw,o=", "a=r,u+w"]
EXCLUDES = ["*.txt", "dir", "dir/sub", "**/c", "sub", "*", "c2", "!c", ".*", "dir/**", "b.*", "**"]
IGNORES = ["*.txt", "!b.txt", "dir/sub", "**/c*", "dir", "!dir/sub/c", "/a", "a/", "# no", "", "*", "!dir", "d?r/c2", "[a]", "./a", "dir/../a", "!**/c",
           ".*", "**/sub", "dir/**", "!dir/sub", "  a  ", "sp ace", "link", "**"]
CONTEXT = """file a 640 a
file b.txt 600 b
dir dir 711
file dir/sub/c 4755 c
file dir/c2 644 c2
file dir/b.txt 604 db
file dir/.h 644 h
mode dir/sub 700
link dir/in sub/c
link link a
link dirlink dir
link abslink /dir/sub
file "sp ace" 644 s
file .hidden 644 h
link dir/out ../a
"""


class Maker:
    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def value(self) -> str:
        parts = [self.pick(["", "a", "X", "-", ".", "/", "o"]) + (self.pick(MODIFIERS) % self.pick(NAMES) if self.chance(70) else self.pick("aXb1"))
                 for _ in range(self.random.randint(1, 3))]
        text = "".join(parts)
        return f'"{text}"' if self.chance(20) and '"' not in text else text

    def pair(self, key: str) -> str:
        return f"{key}={self.value()}"

    def copy_flags(self, parents: bool = False) -> str:
        flags = []
        if self.chance(20):
            flags.append("--chown=" + self.pick(CHOWN))
        if self.chance(25):
            flags.append("--chmod=" + self.pick(CHMOD))
        if self.chance(15):
            flags.append("--link")
        if parents:
            flags.append("--parents")
        for _ in range(self.random.randint(1, 2) if self.chance(25) else 0):
            flags.append("--exclude=" + self.pick(EXCLUDES))
        return "".join(flag + " " for flag in flags)

    def copy(self) -> str:
        if self.chance(10):
            return f"COPY {self.copy_flags()}<<{self.pick(['E', chr(39) + 'E' + chr(39), '-E'])} {self.pick(DESTINATIONS)}\n\tx $A ${{B:-y}} \\$A\nE"
        parents = self.chance(20)
        # --parents: cooper takes a source that means everything, and links to directories (docs/dockerfile.md, C15).
        paths = [path for path in PATHS if path not in (".", "./", "dirlink/c2")] if parents else PATHS
        sources = [self.pick(paths) for _ in range(self.pick([1, 1, 1, 2, 3]))]
        destination = self.pick(DESTINATIONS)
        verb = self.pick(["COPY", "COPY", "ADD"])
        if any(" " in source for source in sources) or self.chance(10):
            words = ", ".join(f'"{word}"' for word in [*sources, destination])
            return f"{verb} {self.copy_flags(parents)}[{words}]"
        if self.chance(15):
            stage = self.pick(["first", "0", "FIRST"])
            return f"COPY {self.copy_flags(parents)}--from={stage} {' '.join(sources)} {destination}"
        return f"{verb} {self.copy_flags(parents)}{' '.join(sources)} {destination}"

    def metadata(self) -> str:
        key = self.pick(NAMES)
        return self.pick([
            lambda: "ENV " + " ".join(self.pair(self.pick(NAMES)) for _ in range(self.random.randint(1, 3))),
            lambda: f"ENV {key} {self.value()} {self.value()}",
            lambda: "LABEL " + " ".join(self.pair(self.pick(["l", "m.n", '"q r"', "k$A"])) for _ in range(self.random.randint(1, 2))),
            lambda: f"ARG {key}" + (f"={self.value()}" if self.chance(60) else ""),
            lambda: f"WORKDIR {self.pick(['/w', 'rel', '..', '/w/', './d', '~', '/a/../b', self.value()])}",
            lambda: f"EXPOSE {self.pick(['80', '80/udp', '1-3', '80/TCP 90', '8080:80', '$P', '127.0.0.1:1:2', '0', '99999', 'x', '53/udp 53/tcp'])}",
            lambda: f"VOLUME {self.pick(['/v', '/v /w', '[' + chr(34) + '/j' + chr(34) + ']', '$A', '[]', 'rel', '/v/'])}",
            lambda: f"USER {self.pick(['web', '1', '1:2', 'web:mail', '$U', 'root'])}",
            lambda: f"STOPSIGNAL {self.pick(['9', 'SIGTERM', 'term', 'RTMIN+3', 'NOPE', '$S', '-1', '65'])}",
            lambda: "HEALTHCHECK " + self.pick(["NONE", "CMD x $A", 'CMD ["a", "b"]', "--interval=5s --retries=3 CMD x", "--timeout=1m30s CMD x",
                                                "--start-period=0s --start-interval=2s CMD x", "--interval=1 CMD x", "none", "cmd y"]),
            lambda: f"SHELL {self.pick(['[' + chr(34) + '/bin/sh' + chr(34) + ', ' + chr(34) + '-ec' + chr(34) + ']', '[]', 'sh -c'])}",
            lambda: f"CMD {self.pick(['x $A', '[' + chr(34) + 'a' + chr(34) + ']', '[]', '[' + chr(39) + 'a' + chr(39) + ']', '', '[ 1 ]', 'a  b'])}",
            lambda: f"ENTRYPOINT {self.pick(['x $A', '[' + chr(34) + 'a' + chr(34) + ', ' + chr(34) + 'b' + chr(34) + ']', '[]', 'exec a'])}",
            lambda: f"ONBUILD {self.pick(['RUN true', 'LABEL o=$A', 'COPY a /ob', 'ENV X=y', 'CMD [' + chr(34) + 'x' + chr(34) + ']', 'ARG A=ob'])}",
            lambda: f"MAINTAINER {self.pick(['me', 'me <a@b>', '$A'])}",
        ])()

    def run(self) -> str:
        return self.pick([
            "RUN env | grep -E '^(A|B|C_1|empty|unset)=' | sort > /env || true",
            "RUN pwd > /pwd; id > /id || true",
            "RUN ls -la dir > /dev/null 2>&1; true",
            "RUN echo \"$A\" '$A' \\$A > /echo || true",
            "RUN a=1 \\\n  # comment\n\n  && echo $a > /cont || true",
            "RUN <<E\necho $A > /here || true\nE",
            "RUN cat << E > /here2 || true\nx $A\nE",
            "RUN --mount=target=/m,ro ls -A /m > /mounted || true",
            "RUN --mount=type=bind,source=dir,target=m2 ls -A m2 > /mounted2 || true",
        ])

    def line(self) -> str:
        percent = self.random.randrange(100)
        return self.copy() if percent < 45 else self.run() if percent < 55 else self.metadata()

    def dockerfile(self) -> str:
        lines = []
        if self.chance(30):
            lines.append(f"ARG {self.pick(NAMES)}={self.pick(['g', 'X', 'busy'])}")
        lines.append("FROM busybox AS first")
        lines.append("RUN mkdir -p /old/sub /dir/sub && echo o > /old/f && chmod 1777 /old && chown 5:6 /old && ln -s old /oldlink && echo s > /dir/sub/c && echo a > /a")
        lines += [self.metadata() for _ in range(self.random.randint(0, 2))]
        lines.append("FROM first" if self.chance(80) else "FROM scratch")
        lines.append("ENV A=aXbXc B= U=web M=640 P='1 2' S=SIGINT" if self.chance(70) else "ARG A=arg")
        lines += [self.line() for _ in range(self.random.randint(1, 5))]
        return "\n".join(lines) + "\n"

    def ignore(self) -> str:
        return "".join(self.pick(IGNORES) + "\n" for _ in range(self.random.randint(1, 5))) if self.chance(35) else ""


def make(seed: int):
    """(Dockerfile, recipe of the context, .dockerignore or "")"""
    maker = Maker(seed)
    return maker.dockerfile(), CONTEXT, maker.ignore()
