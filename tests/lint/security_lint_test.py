import unittest

from lint_test_tree import LintTestCase
from security_lint import PROMISES, ROWS, main, names

README = "# x\n\n## Security\n\n" + " ".join(f"P{number}" for number in range(1, PROMISES + 1)) + "\n\n## More\n"


class SecurityLintTest(LintTestCase):
    def set_up_page(self, where=None, **changed):
        where = where or {}
        lines = []
        for letter, most in ROWS.items():
            for name in names(letter, most):
                proof = changed.get(name, "not tested: because")
                if proof is not None:
                    lines.append(f"| {name} | input | {where.get(name, '-')} | {proof} |")
        self.write("docs/security.md", "\n".join(lines) + "\n")
        self.write("README.md", README)
        self.write("base/a.cc", "int a() { return 1; }\n")

    def test_rows_with_tests_and_reasons(self):
        self.set_up_page({"T01": "any", "S6": "each"}, T01="[a](../tests/a_test.cc)", S6="[a](../tests/conformance/cases/R14)")
        self.write("tests/a_test.cc", "// security.T01 security.T02\n")
        self.write("tests/conformance/cases/R14/Dockerfile", "FROM scratch\n")
        status, out = self.run_main(main)
        self.assertEqual(status, 0, out)

    def test_a_row_that_is_missing_or_twice(self):
        self.set_up_page(D3=None, T02="no such row |\n| T01 | again | - | not tested: x")
        status, out = self.run_main(main)
        self.assertEqual(status, 1)
        self.assertIn("D3 is not listed", out)
        self.assertIn("T01 is listed twice", out)

    def test_a_row_without_proof(self):
        self.set_up_page(F1="", F2="[a](../tests/a_test.cc)", F3="[b](../tests/gone.cc)")
        self.write("tests/a_test.cc", "// security.F21\n")
        status, out = self.run_main(main)
        self.assertEqual(status, 1)
        self.assertIn("F1 has neither a test nor a reason", out)
        self.assertIn("tests/a_test.cc does not say security.F2", out)
        self.assertIn("tests/gone.cc is not there", out)

    def test_a_row_tried_in_other_ways_than_the_page_says(self):
        self.set_up_page({"S6": "each"}, S6="[a](../tests/conformance/cases/R14)")
        self.write("tests/conformance/cases/R14/Dockerfile", "FROM scratch\n")
        self.write("tests/modes.txt", "conformance R14 chroot refused --network=none\n")
        status, out = self.run_main(main)
        self.assertEqual(status, 1)
        self.assertIn("S6 is tried in: root, userns, single, not in: each", out)

    def test_a_promise_that_is_missing(self):
        self.set_up_page()
        self.write("README.md", README.replace("P17 ", ""))
        self.assertIn("lacks P17", self.run_main(main)[1])

    def test_calls_that_load_files_of_an_image(self):
        self.set_up_page()
        self.write("base/a.cc", "// getpwnam( is only spoken of\nauto x = getpwnam(name);\n")
        status, out = self.run_main(main)
        self.assertEqual(status, 1)
        self.assertIn("base/a.cc:2: getpwnam()", out)

    def test_layers_taken_apart_by_the_builder(self):
        self.set_up_page()
        self.write("base/a.cc", "auto x = make_decompressor(blob);\nTarReader tar(*x);\nTarReader::TarReader() {}\n")
        self.write("builder/layer/layer_reader.cc", "auto x = make_decompressor(blob);\n")
        status, out = self.run_main(main)
        self.assertEqual(status, 1)
        self.assertIn("base/a.cc:1: make_decompressor()", out)
        self.assertIn("base/a.cc:2: TarReader tar()", out)
        self.assertEqual(out.count("reads bytes from outside"), 2)


if __name__ == "__main__":
    unittest.main()
