import unittest

from cpp_text import functions, without_comments_and_literals
from lint_test_tree import LintTestCase
from size_lint import main


def lengths(text):
    return [(function.name, function.line, function.lines) for function in functions(text)]


class FunctionLengthTest(unittest.TestCase):
    def test_plain_functions(self):
        self.assertEqual(lengths("int f() {\n  return 1;\n}\n\nvoid g(int a,\n       int b)\n{\n}\n"),
                         [("f", 1, 3), ("g", 5, 4)])

    def test_inside_namespaces_and_classes(self):
        text = ("namespace a::b {\nclass X final : public Y {\n public:\n  explicit X(int v) : v_(v), "
                "w_{v} {\n    go();\n  }\n  int get() const noexcept { return v_; }\n private:\n"
                "  int v_ = 0;\n  std::vector<int> w_{1, 2};\n};\n}\n")
        self.assertEqual(lengths(text), [("X", 4, 3), ("get", 7, 1)])

    def test_lambdas_and_blocks_count_to_their_function(self):
        text = "void f() {\n  auto g = [&](int x) {\n    if (x) {\n    }\n  };\n  struct L { int m() { return 1; } };\n}\n"
        self.assertEqual(lengths(text), [("f", 1, 7)])

    def test_data_is_no_function(self):
        text = ("constexpr std::array kWords = {\n  1,\n  2,\n};\nenum class E : int {\n a,\n b,\n};\n"
                "struct S {\n  int a{f(1)};\n};\nint x{make(2)};\n")
        self.assertEqual(lengths(text), [])

    def test_templates_operators_trailing_types_and_defaults(self):
        text = ("template <typename T, typename = std::enable_if_t<(sizeof(T) > 1)>>\nauto f(T t = {}) -> "
                "std::vector<T> {\n  return {t};\n}\nbool operator==(A a, B b) {\n  return true;\n}\n"
                "X::X(Y y)\n    : Base(y),\n      y_(std::move(y)) {\n}\nX::~X() = default;\n")
        self.assertEqual([lines for _, _, lines in lengths(text)], [4, 3, 4])

    def test_braces_in_literals_and_macros(self):
        text = ("#define OPEN {\nvoid f() {\n  x = '{';\n  s = \"}{{\"; // {\n  r = R\"x({{)x\";\n}\n"
                "void g() {\n  n = 1'000;\n}\n")
        self.assertEqual(lengths(text), [("f", 2, 5), ("g", 7, 3)])

    def test_extern_c(self):
        self.assertEqual(lengths('extern "C" {\nvoid f() {\n}\n}\nextern "C" int g(int x) {\n}\n'),
                         [("f", 2, 2), ("g", 5, 2)])

    def test_lines_stay_where_they_are(self):
        text = "/* a\nb */ int x; // c\nR\"(d\ne)\";\n"
        self.assertEqual(without_comments_and_literals(text).count("\n"), text.count("\n"))


class SizeLintTest(LintTestCase):
    def refuses(self, part):
        status, out = self.run_main(main)
        self.assertEqual(status, 1)
        self.assertIn(part, out)

    def test_short_files(self):
        self.write("oci/a.cc", "int x;\n" * 100)
        self.assertEqual(self.run_main(main)[0], 0)

    def test_a_long_file(self):
        for number in range(20):
            self.write(f"oci/a{number}.cc", "int x;\n")
        self.write("tests/unit/oci/a_test.cc", "int x;\n" * 501)
        self.refuses("tests/unit/oci/a_test.cc: 501 lines, at most 500")

    def test_the_median(self):
        self.write("oci/a.cc", "int x;\n" * 121)
        self.refuses("the median file has 121 lines")

    def test_one_file_in_ten(self):
        for number in range(8):
            self.write(f"oci/a{number}.cc", "int x;\n")
        self.write("oci/b.cc", "int x;\n" * 301)
        self.refuses("one file in ten has 301 lines")

    def test_a_long_function(self):
        self.write("base/a.cc", "namespace a {\nvoid f() {\n" + "  go();\n" * 59 + "}\n}\n")
        self.refuses("base/a.cc:2: f has 61 lines, at most 60")
        self.write("base/a.cc", "namespace a {\nvoid f() {\n" + "  go();\n" * 58 + "}\n}\n")
        self.assertEqual(self.run_main(main)[0], 0)

    def test_no_file(self):
        self.refuses("looked at no file")


if __name__ == "__main__":
    unittest.main()
