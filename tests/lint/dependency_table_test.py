import unittest

from dependency_table import TableError, parse_table
from lint_test_tree import MODULES, TABLE


def table_of(*rows):
    return parse_table("| module | may include |\n|---|---|\n" + "\n".join(rows))


class DependencyTableTest(unittest.TestCase):
    def test_every_form_of_cell(self):
        table = parse_table(TABLE)
        self.assertEqual(set(table), set(MODULES))
        self.assertEqual(table["base"], set())
        self.assertEqual(table["builder/layer"], {"oci", "base"})
        self.assertEqual(table["builder/plan"], {"builder/store", "builder/layer", "oci", "base"})
        self.assertEqual(table["builder"],
                         {"builder/store", "builder/layer", "builder/plan", "oci", "base"})
        self.assertEqual(table["cli"], set(MODULES) - {"cli"})

    def test_siblings_of_one_row_may_not_include_each_other(self):
        table = parse_table(TABLE)
        self.assertNotIn("builder/store", table["builder/layer"])
        self.assertNotIn("builder/layer", table["builder/store"])

    def test_refuses_a_text_without_the_table(self):
        with self.assertRaisesRegex(TableError, "no table"):
            parse_table("# Design\n\n| a | b |\n|---|---|\n| x | y |\n")

    def test_refuses_an_unknown_module(self):
        with self.assertRaisesRegex(TableError, "'bose', which has no row"):
            table_of("| base | nothing of ours |", "| oci | bose |")

    def test_refuses_a_cycle(self):
        with self.assertRaisesRegex(TableError, "cycle"):
            table_of("| a | b |", "| b | c |", "| c | a |")

    def test_refuses_two_rows_of_one_module(self):
        with self.assertRaisesRegex(TableError, "two rows"):
            table_of("| a | nothing |", "| a | nothing |")

    def test_refuses_a_row_with_a_missing_cell(self):
        with self.assertRaisesRegex(TableError, "1 cells"):
            table_of("| a |")


if __name__ == "__main__":
    unittest.main()
