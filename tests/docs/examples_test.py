"""Every example of a command in the documentation is run, or says why it is not: see markdown_examples.py.

  examples_test.py --list     what is run and what is not

DOCS_PAGE=debug.md runs the examples of the pages with that in their names.
"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

import fixtures
from markdown_examples import Fault, console_steps, examples, pattern_of

ROOT = fixtures.ROOT


def pages():
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "*.md"], check=True, capture_output=True, text=True).stdout
    only = os.environ.get("DOCS_PAGE", "")
    return sorted(name for name in listed.split("\0") if name and not name.startswith("tests/") and only in name)


def shell(text, fixture, check_each):
    flags = "set -eu\n" if check_each else ""
    return subprocess.run(["bash", "-c", flags + text], cwd=fixture.directory, env=fixture.environment, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=300)


def run(example, fixture):
    """What is wrong with it, or None."""
    if example.kind == "sh":
        result = shell(example.text, fixture, True)
        return None if result.returncode == example.status else f"status {result.returncode}:\n{result.stdout}"
    steps = console_steps(example.text)
    for number, (command, expected) in enumerate(steps):
        result = shell(command, fixture, False)
        wanted = example.status if number == len(steps) - 1 else 0
        output = "".join(line + "\n" for line in result.stdout.splitlines())
        if result.returncode != wanted or not re.fullmatch(pattern_of(expected), output):
            return f"$ {command}\nstatus {result.returncode} (expected {wanted}), it printed:\n{output}"
    return None


class Documentation(unittest.TestCase):
    def test_every_example(self):
        work = pathlib.Path(os.environ["DOCS_WORK"])
        ran = 0
        for page in pages():
            made = {}
            for example in examples((ROOT / page).read_text(), page):
                if example.reason:
                    continue
                if example.fixture not in made:
                    folder = work / page.replace("/", "-") / example.fixture
                    made[example.fixture] = fixtures.FIXTURES[example.fixture](folder, dict(os.environ))
                with self.subTest(f"{page}:{example.line}"):
                    ran += 1
                    fault = run(example, made[example.fixture])
                    self.assertIsNone(fault, f"{page}:{example.line}: {fault}")
        self.assertGreaterEqual(ran, 1 if os.environ.get("DOCS_PAGE") else 10)


class Reading(unittest.TestCase):
    """The test finds what it is there to find."""

    def test_a_block_without_a_mark(self):
        with self.assertRaisesRegex(Fault, "x:3: no mark"):
            examples("text\n\n```sh\ntrue\n```\n", "x")

    def test_a_mark_belongs_to_the_next_block_only(self):
        with self.assertRaisesRegex(Fault, "x:6: no mark"):
            examples("<!-- not run: a -->\n```sh\ntrue\n```\n\n```sh\ntrue\n```\n", "x")

    def test_a_command_in_an_indented_block(self):
        for line in ("cooper bake --push", "$ cooper init", "VERSION=v1 cooper bake", "./scripts/demo"):
            with self.assertRaisesRegex(Fault, "x:2: a command in an indented block"):
                examples(f"\n    {line}\n", "x")
        self.assertEqual(examples("\n    cooper bake [OPTIONS] [TARGET...]\n\n    a  b\n", "x"), [])

    def test_marks(self):
        found = examples("<!-- run in: site, exit 1 -->\n\n```console\n$ a\nb\n```\n<!-- not run: c -->\n```sh\nd\n```\n```json\n{}\n```\n")
        self.assertEqual([(one.kind, one.fixture, one.status, one.reason) for one in found],
                         [("console", "site", 1, ""), ("sh", "", 0, "c")])

    def test_output(self):
        self.assertEqual(console_steps("$ a \\\n  b\nc\n$ d\n"), [["a \\\n  b", ["c"]], ["d", []]])
        pattern = pattern_of(["ok  wait  0.31s", "...", "sha256:..."])
        self.assertTrue(re.fullmatch(pattern, "ok wait   12ms\nx\ny\nsha256:0af\n"))
        self.assertFalse(re.fullmatch(pattern, "ok waits 12ms\nsha256:0af\n"))
        self.assertFalse(re.fullmatch(pattern_of(["a"]), "a\nb\n"))


def show():
    for page in pages():
        for example in examples((ROOT / page).read_text(), page):
            print(f"{page}:{example.line}: " + (f"not run: {example.reason}" if example.reason else f"run in {example.fixture}"))


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        show()
    else:
        unittest.main()
