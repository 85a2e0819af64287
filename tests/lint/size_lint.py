#!/usr/bin/env python3
"""Files and functions are short: no file over 500 lines, nine of ten at most 300, the median at most
120; no function over 60.   usage: size_lint.py ROOT"""

import statistics
import sys
from pathlib import Path

from cpp_text import functions
from source_tree import CODE_ROOTS, TEST_ROOT, report, source_files

MAX_FILE = 500
MAX_P90 = 300
MAX_MEDIAN = 120
MAX_FUNCTION = 60


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def check_files(files):
    return [f"{file.path}: {file.line_count()} lines, at most {MAX_FILE}"
            for file in files if file.line_count() > MAX_FILE]


def check_spread(files):
    counts = [file.line_count() for file in files]
    errors = []
    if counts and statistics.median(counts) > MAX_MEDIAN:
        errors.append(f"the median file has {statistics.median(counts)} lines, at most {MAX_MEDIAN}")
    if counts and percentile(counts, 0.9) > MAX_P90:
        errors.append(f"one file in ten has {percentile(counts, 0.9)} lines or more, at most {MAX_P90}")
    return errors


def check_functions(files):
    errors = []
    for file in files:
        for function in functions(file.text):
            if function.lines > MAX_FUNCTION:
                errors.append(f"{file.path}:{function.line}: {function.name} has {function.lines} "
                              f"lines, at most {MAX_FUNCTION}")
    return errors


def main(argv):
    root = Path(argv[1])
    code = source_files(root, CODE_ROOTS)
    around = source_files(root, (TEST_ROOT, "scripts", "bench", "cmake"),
                          (".h", ".cc", ".py", ".sh", ".cmake"))
    errors = check_files(code + around) + check_spread(code) + check_functions(code)
    return report("size lint", errors, len(code + around))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
