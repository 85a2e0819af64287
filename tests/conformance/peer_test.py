"""The comparers' own tests: they must see what is different, and only that. No BuildKit is needed."""

import tempfile
import unittest
from pathlib import Path

from buildkit_program import BuildctlWords, NotComparable
from peer import PeerResult, difference, error_lines
from peer_bake import read_cases
from peer_checks import stable
from peer_table import known_differences
from random_dockerfiles import make

CONFIG = "\n\n{}"


def image(*lines) -> PeerResult:
    return PeerResult("\n".join(lines) + CONFIG, "", set())


class DifferenceTest(unittest.TestCase):
    def test_a_mode_a_time_and_a_missing_file_are_seen(self):
        self.assertEqual(difference(image("/a file 0644 0:0 1 mtime=5"), image("/a file 0644 0:0 1 mtime=5"), True), "")
        self.assertIn("0640", difference(image("/a file 0640 0:0 1 mtime=5"), image("/a file 0644 0:0 1 mtime=5"), True))
        self.assertIn("mtime=6", difference(image("/a file 0644 0:0 1 mtime=6"), image("/a file 0644 0:0 1 mtime=5"), True))
        self.assertIn("-/b", difference(image("/a dir"), image("/a dir", "/b dir"), True))

    def test_the_clock_and_the_mount_points_of_runc_are_not(self):
        self.assertEqual(difference(image("/a file mtime=7"), image("/a file mtime=1000000001"), True), "")
        self.assertEqual(difference(image("/a dir"), image("/a dir", "/proc dir 0755 0:0 0 mtime=1000000001"), True), "")
        self.assertNotEqual(difference(image("/a dir"), image("/a dir", "/proc dir 0700 0:0 0 mtime=1000000001"), True), "")

    def test_refusals(self):
        ours = PeerResult("", "error: x", {3})
        self.assertIn("cooper refuses", difference(ours, image("/ dir"), True))
        self.assertIn("BuildKit refuses", difference(image("/ dir"), ours, True))
        self.assertEqual(difference(ours, PeerResult("", "", {2, 3}), True), "")
        self.assertIn("line [3]", difference(ours, PeerResult("", "", {2}), True))
        self.assertEqual(difference(ours, PeerResult("", "", {2}), False), "")

    def test_lines_of_errors(self):
        self.assertEqual(error_lines("error: x\n  --> Dockerfile:12:4\n   |\n"), {12})
        self.assertEqual(error_lines("   1 |     FROM a\n   2 | >>> COPY b \\\n   3 | >>>  c\n"), {2, 3})
        self.assertEqual(error_lines("ERROR: dockerfile parse error on line 4: no"), {4})


class WordsTest(unittest.TestCase):
    def test_words_of_cooper_in_buildctl(self):
        words = BuildctlWords(Path("/w"), {"B": "env"})
        words.add_all(["--build-arg", "A=1", "--build-arg", "B", "--build-arg", "C", "--target", "t", "-f", "d/D", "context"])
        self.assertEqual(words.words, ["--opt", "build-arg:A=1", "--opt", "build-arg:B=env", "--opt", "target=t"])
        with self.assertRaises(NotComparable):
            words.add_all(["-"])
        with self.assertRaises(NotComparable):
            words.add_all(["--isolation", "chroot"])


class FilesTest(unittest.TestCase):
    def test_a_table_names_each_case_once(self):
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "table"
            table.write_text("# c\nA: why: so\n")
            self.assertEqual(known_differences(table), {"A": "why: so"})
            for text in ("A: x\nA: y\n", "A\n"):
                table.write_text(text)
                with self.assertRaises(ValueError):
                    known_differences(table)

    def test_bake_cases(self):
        with tempfile.TemporaryDirectory() as folder:
            cases = Path(folder) / "cases"
            cases.write_text("# c\n=== one V=1 --set a.b=c x\n--- f.hcl\na\nb\n--- g\n=== two\n--- h\n")
            one, two = read_cases(cases)
            self.assertEqual((one.name, one.environment, one.words, one.files), ("one", {"V": "1"}, ["--set", "a.b=c", "x"],
                                                                                 {"f.hcl": "a\nb\n", "g": ""}))
            self.assertEqual((two.name, two.files), ("two", {"h": ""}))

    def test_a_seed_is_one_dockerfile(self):
        self.assertEqual(make(5), make(5))
        self.assertGreater(len({make(seed)[0] for seed in range(50)}), 45)

    def test_own_checks_are_left_out(self):
        theirs = {"url": "https://docs.docker.com/go/dockerfile/rule/x/", "detail": "d"}
        self.assertEqual(stable({"warnings": [{"url": "https://elsewhere/", "detail": "e"}, dict(theirs)]})["warnings"], [theirs])


if __name__ == "__main__":
    unittest.main()
