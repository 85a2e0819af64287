import unittest

from links_lint import main
from lint_test_tree import LintTestCase


class LinksLintTest(LintTestCase):
    def test_good_links(self):
        self.write("docs/a.md", "[up](../README.md) [part](b.md#x) [out](https://example.org/x) [here](#y)\n")
        self.write("docs/b.md", "```sh\n[no](link.md)\n```\n")
        self.write("README.md", "| how | `docs/` |\n")
        self.assertEqual(self.run_main(main)[0], 0)

    def test_a_dead_link(self):
        self.write("docs/a.md", "\nsee [b](b.md)\n")
        status, out = self.run_main(main)
        self.assertEqual(status, 1)
        self.assertIn("docs/a.md:2: 'b.md' does not exist", out)

    def test_an_absent_folder(self):
        self.write("README.md", "| how | `builder/` |\n")
        status, out = self.run_main(main)
        self.assertEqual(status, 1)
        self.assertIn("README.md:1: there is no folder 'builder/'", out)

    def test_no_page(self):
        self.assertEqual(self.run_main(main)[0], 1)


if __name__ == "__main__":
    unittest.main()
