import shutil
import unittest

import format_lint
import shell_lint
from lint_test_tree import LintTestCase


class ShellLintTest(LintTestCase):
    def test_finds_scripts_by_ending_and_by_first_line(self):
        self.write("scripts/demo", "#!/usr/bin/env bash\n")
        self.write("scripts/notes", "plain\n")
        self.write("tests/e2e/x.sh", "")
        self.write("examples/site/node_modules/y.sh", "")
        self.assertEqual(shell_lint.shell_scripts(self.root), ["scripts/demo", "tests/e2e/x.sh"])

    @unittest.skipUnless(shutil.which("shellcheck"), "needs shellcheck")
    def test_a_fault(self):
        self.write("scripts/bad", "#!/bin/bash\nrm -rf $1/*\n")
        self.assertEqual(self.run_main(shell_lint.main)[0], 1)
        self.write("scripts/bad", '#!/bin/bash\necho "$1"\n')
        self.assertEqual(self.run_main(shell_lint.main)[0], 0)

    def test_no_script(self):
        self.assertEqual(self.run_main(shell_lint.main)[0], 1)


@unittest.skipUnless(shutil.which(format_lint.TOOL), "needs clang-format")
class FormatLintTest(LintTestCase):
    def setUp(self):
        super().setUp()
        self.write(".clang-format", "BasedOnStyle: Google\n")

    def test_a_fault_and_its_cure(self):
        self.write("oci/x.cc", "int a;\nint   b;\n")
        status, out = self.run_main(format_lint.main)
        self.assertEqual(status, 1)
        self.assertIn("oci/x.cc:2: not formatted", out)
        self.run_main(lambda argv: format_lint.main([*argv, "--fix"]))
        self.assertEqual((self.root / "oci/x.cc").read_text(), "int a;\nint b;\n")
        self.assertEqual(self.run_main(format_lint.main)[0], 0)

    def test_no_file(self):
        self.assertEqual(self.run_main(format_lint.main)[0], 1)


if __name__ == "__main__":
    unittest.main()
