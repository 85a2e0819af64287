"""The suite's own tests: it must see what is wrong. A fake takes cooper's place."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from case_folder import Case, CaseError, find_cases
from expectation import stable_config, without_base
from foreign import build_all, foreign_builds
from recipe import EPOCH, Recipe, RecipeError, make_context
from run_case import Failure, run_case

CONFIG = '{"os": "linux", "rootfs": {"type": "layers", "diff_ids": ["a", "b"]}}'
DIGESTS = ["sha256:" + letter * 64 for letter in "abc"]


class FakeCooper:
    """Answers builds with the digests in order; a build makes two step records."""

    def __init__(self, digests=(DIGESTS[0],) * 3, tree=("/ dir",), code=0, stderr=b""):
        self.digests = list(digests)
        self.tree_lines = list(tree)
        self.code = code
        self.stderr = stderr
        self.words = []

    def run(self, store, _folder, words, _environment=None, _stdin=b""):
        self.words = words
        records = store / "cooper/records/steps"
        records.mkdir(parents=True, exist_ok=True)
        for name in ("1", "2"):
            (records / name).touch()
        out = b"" if self.code else self.digests.pop(0).encode() + b"\n"
        return subprocess.CompletedProcess(words, self.code, out, self.stderr)

    def tree(self, _store, _folder, image, _options=()):
        return CONFIG, ["/ dir", "/bin/busybox file"] if image.startswith("oci-layout") else self.tree_lines


class SuiteTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.case_folder = self.folder / "cases/P1-x"
        self.case_folder.mkdir(parents=True)
        (self.case_folder / "Dockerfile").write_text("FROM busybox\n")

    def run_with(self, cooper):
        run_case(Case(self.case_folder), cooper, {"busybox": Path("/bases/busybox")}, self.folder / "work")

    def expect(self, text):
        (self.case_folder / "expected").write_text(text)

    def test_equal_results_pass_and_others_fail(self):
        self.expect(f"[config]\n{stable_config(CONFIG, False)}[tree]\n/ dir\n")
        self.run_with(FakeCooper())
        with self.assertRaises(Failure):
            self.run_with(FakeCooper(tree=("/ dir", "/more file")))

    def test_a_case_without_expectation_fails(self):
        with self.assertRaisesRegex(Failure, "no file 'expected'"):
            self.run_with(FakeCooper())

    def test_another_digest_from_the_cache_fails(self):
        self.expect(f"[config]\n{stable_config(CONFIG, False)}[tree]\n/ dir\n")
        with self.assertRaisesRegex(Failure, "fully cached"):
            self.run_with(FakeCooper([DIGESTS[0], DIGESTS[1], DIGESTS[0]]))
        with self.assertRaisesRegex(Failure, "half of the step results"):
            self.run_with(FakeCooper([DIGESTS[0], DIGESTS[0], DIGESTS[2]]))

    def test_an_error_is_compared_and_a_crash_fails(self):
        self.expect("[exit 2]\n[stderr]\nerror: this\n")
        self.run_with(FakeCooper(code=2, stderr=b"talk\nerror: this\n"))
        with self.assertRaises(Failure):
            self.run_with(FakeCooper(code=2, stderr=b"error: that\n"))
        with self.assertRaisesRegex(Failure, "signal"):
            self.run_with(FakeCooper(code=-11, stderr=b"error: this\n"))
        with self.assertRaisesRegex(Failure, "no line"):
            self.run_with(FakeCooper(code=1, stderr=b"oh\n"))

    def test_arguments(self):
        (self.case_folder / "args").write_text("A=b C= --build-arg 'X=y z'  # why\n--secret id=s,src=@WORK@/s\n")
        case = Case(self.case_folder)
        self.assertEqual(case.environment, {"A": "b", "C": ""})
        self.assertEqual(case.arguments, ["--build-arg", "X=y z", "--secret", "id=s,src=@WORK@/s"])
        (self.case_folder / "show").write_text("weather\n")
        with self.assertRaises(CaseError):
            Case(self.case_folder)

    def test_rows(self):
        self.assertEqual([case.name for case in find_cases(self.folder / "cases", "P1")], ["P1-x"])
        with self.assertRaises(CaseError):
            find_cases(self.folder / "cases", "P")

    def test_recipe(self):
        root = self.folder / "root"
        make_context(self.folder / "absent", "dir d 1777\nfile d/f 640 'a\\n\\x01'\nlink l d/f\nhardlink h d/f\n"
                     "fifo p 600\nsize d/f 9\ntime l 5\n", root)
        self.assertEqual((root / "d/f").read_bytes(), b"a\n\x01" + bytes(6))
        self.assertEqual((root / "d").stat().st_mode & 0o7777, 0o1777)
        self.assertEqual((root / "h").stat().st_ino, (root / "d/f").stat().st_ino)
        self.assertEqual((root / "l").lstat().st_mtime, 5)
        self.assertEqual((root / "d").stat().st_mtime, EPOCH)
        for wrong in ("fly away", "dir", "mode d rwx"):
            with self.assertRaises(RecipeError):
                Recipe(root).run(wrong)

    def test_a_tree_is_told_by_what_its_base_lacks(self):
        base = ["/ dir", "/bin/busybox file", "/etc dir"]
        self.assertEqual(without_base(["/ dir", "/bin/busybox file", "/x file"], base), ["/x file", "- /etc"])
        self.assertEqual(without_base(["/ dir"], base), ["/ dir"])

    def test_foreign(self):
        dockerfiles = self.folder / "foreign"
        (dockerfiles / "one/context").mkdir(parents=True)
        (dockerfiles / "one/Dockerfile").write_text("FROM base\n")
        (dockerfiles / "one/args").write_text("--build-arg 'A=b c'\n")
        (dockerfiles / "two.Dockerfile").write_text("FROM base\n")
        found = foreign_builds(dockerfiles)
        self.assertEqual([(name, words) for name, _, _, words in found], [("one", ["--build-arg", "A=b c"]), ("two", [])])
        cooper = FakeCooper()
        self.assertEqual(build_all(cooper, dockerfiles, [("base:1", Path("/layout"))], self.folder / "out"), 2)
        self.assertIn("base:1=oci-layout:///layout", cooper.words)
        self.assertEqual((self.folder / "out/one.txt").read_text(), "/ dir\n\n" + CONFIG)
        path = os.fsencode(dockerfiles.resolve() / "two.Dockerfile")
        build_all(FakeCooper(code=2, stderr=b"error: in " + path), dockerfiles, [], self.folder / "out")
        self.assertEqual((self.folder / "out/two.txt").read_text(), "exit 2\nerror: in two.Dockerfile")


if __name__ == "__main__":
    unittest.main()
