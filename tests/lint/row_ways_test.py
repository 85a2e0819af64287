"""Which ways a row is tried in: the tables of suites and of cases that are left out."""

import unittest

from lint_test_tree import LintTestCase
from row_ways import RowWays

SUITE = """
# security.S1 security.S10
case_one() {
  true
}

# What the next is about
# security.S2
case_two() {
  true
}
"""


class RowWaysTest(LintTestCase):
    def ways(self, suites, marks=""):
        self.write("tests/modes/suites.txt", suites)
        self.write("tests/modes.txt", marks)
        self.write("tests/e2e/some.sh", SUITE)
        self.write("tests/e2e/lib.sh", "")
        self.write("tests/e2e/hostile/run.py", "")
        return RowWays(self.root)

    def test_a_suite_and_its_cases(self):
        ways = self.ways("some each\nhostile none as root only\n", "e2e some/two single,chroot differs because\n")
        self.assertEqual(ways.errors, [])
        self.assertEqual(ways.text("S1", ["tests/e2e/some.sh"]), "each")
        self.assertEqual(ways.text("S2", ["tests/e2e/some.sh"]), "root, userns")

    def test_a_suite_in_one_way_and_one_in_none(self):
        self.assertEqual(self.ways("some chroot/directory A=1\n").text("S1", ["tests/e2e/some.sh"]), "root, chroot")
        self.assertEqual(self.ways("some none starts nothing\n").text("S1", ["tests/e2e/some.sh"]), "root")

    def test_tests_without_ways_and_no_test(self):
        ways = self.ways("some none starts nothing\n")
        self.assertEqual(ways.text("S1", ["tests/e2e/some.sh", "tests/unit/a_test.cc"]), "any")
        self.assertEqual(ways.text("S1", ["tests/integration/registry/a_test.cc"]), "any")
        self.assertEqual(ways.text("S1", ["tests/integration/builder/sandbox/a_test.cc"]), "root, userns")
        self.assertEqual(ways.text("S1", []), "-")

    def test_hostile_layers(self):
        ways = self.ways("some all\nhostile single/overlay\n", "hostile security.T01-* single differs because\n")
        self.write("tests/e2e/hostile/cases.py", 'yield "security.T01-a"\nyield "security.T02"\n')
        self.assertEqual(ways.text("T01", ["tests/e2e/hostile/cases.py"]), "root")
        self.assertEqual(ways.text("T02", ["tests/e2e/hostile/cases.py"]), "root, single")

    def test_a_table_that_is_wrong(self):
        errors = "\n".join(self.ways("gone all\nsome none\ngone root/overlay\nother single\n").errors)
        for text in ("suites.txt:2: not", "suites.txt:3: gone is there twice", "suites.txt:3: not", "suites.txt:4: not",
                     "no tests/e2e/gone", "no tests/e2e/other"):
            self.assertIn(text, errors)
        self.assertIn("no line for tests/e2e/some", "\n".join(self.ways("# nothing\n").errors))


if __name__ == "__main__":
    unittest.main()
