"""The table of modes: which line counts, and that a wrong line is seen."""

import unittest

from mode_table import TABLE, Mark, TableError, find_mark, modes_of

TEXT = """# a comment

conformance R1*  chroot,single  refused  --network=none
e2e         a/*  directory      differs  because of this
"""


class ModeTableTest(unittest.TestCase):
    def test_a_line_counts_for_its_suite_case_and_ways(self):
        self.assertEqual(find_mark("conformance", "R14", {"chroot"}, TEXT), Mark(True, "--network=none"))
        self.assertEqual(find_mark("e2e", "a/b", {"root", "directory"}, TEXT), Mark(False, "because of this"))
        self.assertIsNone(find_mark("conformance", "R14", {"userns", "overlay"}, TEXT))
        self.assertIsNone(find_mark("conformance", "R2", {"chroot"}, TEXT))
        self.assertIsNone(find_mark("e2e", "R14", {"chroot"}, TEXT))

    def test_the_environment_names_the_ways(self):
        self.assertEqual(modes_of({"COOPER_ISOLATION": "chroot", "COOPER_SNAPSHOTS": ""}), {"chroot"})
        self.assertEqual(modes_of({}), set())

    def test_a_wrong_line_is_seen(self):
        for line in ("conformance R1 chroot", "conformance R1 chroot skipped because"):
            with self.assertRaisesRegex(TableError, "modes.txt:1"):
                find_mark("conformance", "R1", {"chroot"}, line)

    def test_the_table_itself_can_be_read(self):
        self.assertIsNone(find_mark("none", "none", {"none"}, TABLE.read_text(encoding="utf-8")))


if __name__ == "__main__":
    unittest.main()
