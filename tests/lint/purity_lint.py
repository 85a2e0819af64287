#!/usr/bin/env python3
"""The pure modules see no operating system, clock, environment, network or thread.
usage: purity_lint.py ROOT"""

import re
import sys
from pathlib import Path

from cpp_text import without_comments_and_literals
from source_tree import report, source_files

PURE_MODULES = ("oci", "builder/dockerfile", "builder/hcl", "builder/bake", "builder/check",
                "builder/plan", "release/policy")

# What a pure module may include; whatever is not here is refused.
STANDARD = set("""
    algorithm any array bit bitset cassert cctype cerrno charconv climits cmath compare concepts
    cstddef cstdint cstdio cstdlib cstring deque exception functional initializer_list iomanip iterator
    limits list map memory new numeric optional queue ranges regex set span sstream stack stdexcept
    string string_view tuple type_traits typeinfo unordered_map unordered_set utility variant vector
    """.split())
LIBRARIES = re.compile(r"nlohmann/.*|re2/re2\.h|yaml\.h")  # that are pure themselves

# Headers of base/ whose functions touch the system, by their names or by what they include.
IMPURE_BASE = set("""
    base/clock.h base/fd.h base/file_at.h base/file_lock.h base/flock.h base/log.h base/pipe.h
    base/process.h base/random_name.h base/signals.h base/temp_dir.h base/temp_file.h
    base/thread_pool.h base/user.h base/environment.h
    """.split())
IMPURE_HEADER = re.compile(
    r"(sys|linux|netinet|arpa|net|curl)/.*|(unistd|fcntl|dirent|poll|signal|pthread|spawn|time|pwd"
    r"|grp|sched|errno)\.h|thread|mutex|shared_mutex|condition_variable|future|atomic|stop_token"
    r"|semaphore|latch|barrier|chrono|ctime|csignal|filesystem|fstream|iostream|random")

FORBIDDEN_WORDS = [
    (re.compile(r"\b(?:std::)?(?:secure_)?(?:getenv|setenv|putenv|unsetenv)\s*\("), "the environment"),
    (re.compile(r"\benviron\b"), "the environment"),
    (re.compile(r"(?<![\w.>:])(?:std::|::)?(?:time|clock|gettimeofday|clock_gettime)\s*\("), "a clock"),
    (re.compile(r"\b(?:system|steady|high_resolution)_clock\b"), "a clock"),
    (re.compile(r"\bthread_local\b"), "a thread"),
    (re.compile(r"(?<![\w.>:])(?:std::|::)?(?:s?rand|random)\s*\("), "chance"),
    (re.compile(r"(?<![\w.>:])(?:std::|::)?(?:system|popen|fork|execve?|abort|_?exit)\s*\("), "a process"),
    (re.compile(r"(?<![\w.>:])(?:std::|::)?(?:f?printf|f?puts|f?putc|putchar|perror|fopen|freopen|fdopen|tmpfile|fread|fwrite)\s*\("), "a stream"),
    (re.compile(r"\bstd::c(?:out|err|in|log)\b|(?<![\w.>:])std(?:out|err|in)\b"), "a stream"),
]


def impure_by_closure(root: Path, header: str, seen=None):
    """The first impure header that `header` of ours reaches, or None."""
    seen = seen if seen is not None else set()
    if header in seen:
        return None
    seen.add(header)
    if header in IMPURE_BASE:
        return header
    path = root / header
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', text, re.M):
        if match[1]:
            deeper = impure_by_closure(root, match[1], seen)
            if deeper:
                return deeper
        elif IMPURE_HEADER.fullmatch(match[2]):
            return f"<{match[2]}>"
    return None


def check_file(root: Path, file):
    errors = []
    for include in file.includes():
        where = f"{file.path}:{include.line}"
        if include.quoted:
            reached = impure_by_closure(root, include.path)
            if reached:
                errors.append(f"{where}: a pure module may not include '{include.path}' ({reached})")
        elif include.path not in STANDARD and not LIBRARIES.fullmatch(include.path):
            errors.append(f"{where}: a pure module may not include <{include.path}>")
    code = without_comments_and_literals(file.text)
    for pattern, what in FORBIDDEN_WORDS:
        for match in pattern.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            errors.append(f"{file.path}:{line}: a pure module uses {what} ('{match[0].strip()}')")
    return errors


def main(argv):
    root = Path(argv[1])
    files = [file for file in source_files(root) if file.folder in PURE_MODULES]
    errors = [error for file in files for error in check_file(root, file)]
    return report("purity lint", errors, len(files))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
