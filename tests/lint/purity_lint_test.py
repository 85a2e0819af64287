import unittest

from lint_test_tree import LintTestCase
from purity_lint import main


class PurityLintTest(LintTestCase):
    def refuses(self, text, part):
        self.write("oci/x.cc", text)
        status, out = self.run_main(main)
        self.assertEqual(status, 1, f"accepted: {text!r}")
        self.assertIn(part, out)

    def accepts(self, text):
        self.write("builder/plan/x.cc", text)
        status, out = self.run_main(main)
        self.assertEqual(status, 0, out)

    def test_headers(self):
        for header in ("unistd.h", "fcntl.h", "sys/stat.h", "thread", "mutex", "chrono", "filesystem",
                       "fstream", "iostream", "random", "atomic", "ctime", "curl/curl.h", "time.h"):
            with self.subTest(header):
                self.refuses(f"#include <{header}>\n", f"oci/x.cc:1: a pure module may not include <{header}>")

    def test_words(self):
        for code, what in [('auto x = std::getenv("A");', "the environment"),
                           ("auto t = time(nullptr);", "a clock"),
                           ("auto t = std::time(nullptr);", "a clock"),
                           ("auto t = std::chrono::system_clock::now();", "a clock"),
                           ("int r = rand();", "chance"),
                           ("thread_local int x;", "a thread"),
                           ('std::system("ls");', "a process"),
                           ('fprintf(stderr, "x");', "a stream"),
                           ('std::cerr << 1;', "a stream")]:
            with self.subTest(code):
                self.refuses(f"int a;\n{code}\n", f"oci/x.cc:2: a pure module uses {what}")

    def test_words_in_comments_literals_and_other_names_are_fine(self):
        self.accepts('// getenv() is not called; std::cerr neither\n'
                     'const char* kWord = "time(0) getenv(x) std::cout";\n'
                     'auto a = history.time(); auto b = parse_time(x); int environment = 1;\n'
                     "char c = '\"'; int d = 1'000; auto e = R\"(std::cout)\";\n")

    def test_reaching_the_system_through_our_own_headers(self):
        self.write("base/pipe.h", '#include <string>\n')
        self.write("base/deep.h", "#include <sys/mount.h>\n")
        self.write("base/over.h", '#include "base/deep.h"\n')
        self.refuses('#include "base/over.h"\n', "may not include 'base/over.h' (<sys/mount.h>)")
        self.refuses('#include "base/pipe.h"\n', "may not include 'base/pipe.h' (base/pipe.h)")

    def test_pure_headers_of_base(self):
        self.write("base/error.h", "#include <string>\n#include <system_error>\n")
        self.accepts('#include "base/error.h"\n#include <vector>\n')

    def test_other_modules_may(self):
        self.write("builder/store/x.cc", "#include <unistd.h>\n")
        self.accepts("")

    def test_no_pure_file_found(self):
        self.write("cli/x.cc", "")
        status, out = self.run_main(main)
        self.assertEqual(status, 1)
        self.assertIn("looked at no file", out)


if __name__ == "__main__":
    unittest.main()
