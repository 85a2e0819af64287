import json
import shutil
import unittest

import clang_check
from lint_test_tree import LintTestCase


class ClangCommandTest(unittest.TestCase):
    def test_what_is_kept(self):
        words = ["/usr/bin/ccache", "/usr/bin/c++", "-DA=1", "-Ix", "-std=c++20", "-MD", "-MT", "t", "-MF", "d",
                 "-o", "x.o", "-c", "x.cc"]
        self.assertEqual(clang_check.arguments(words), ["-DA=1", "-Ix", "-std=c++20", "x.cc"])

    def test_below_a_folder(self):
        entry = {"directory": "/project/build", "file": "../base/x.cc"}
        self.assertTrue(clang_check.is_below(entry, []))
        self.assertTrue(clang_check.is_below(entry, ["/project/cli", "/project/base"]))
        self.assertFalse(clang_check.is_below(entry, ["/project/cli"]))


@unittest.skipUnless(shutil.which(clang_check.CLANG), "needs clang")
class ClangCheckTest(LintTestCase):
    def check(self, text):
        self.write("x.cc", text)
        self.write("compile_commands.json", json.dumps([{
            "directory": str(self.root), "file": "x.cc", "command": "c++ -Wall -o x.o -c x.cc"}]))
        return self.run_main(clang_check.main)

    def run_main(self, main):
        return super().run_main(lambda argv: main([*argv, "1"]))

    def test_good_and_bad(self):
        self.assertEqual(self.check("int f() { return 1; }\n")[0], 0)
        status, out = self.check("int f() { int unused; return 1; }\n")
        self.assertEqual(status, 1)
        self.assertIn("unused variable", out)

    def test_an_empty_database(self):
        self.write("compile_commands.json", "[]")
        self.assertEqual(self.run_main(clang_check.main)[0], 1)


if __name__ == "__main__":
    unittest.main()
