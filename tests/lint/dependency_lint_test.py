import unittest

from dependency_lint import main
from lint_test_tree import TABLE, LintTestCase


class DependencyLintTest(LintTestCase):
    def setUp(self):
        super().setUp()
        self.write_modules()
        self.write_module("base", fd_h="#pragma once\n#include <unistd.h>\n", fd_cc='#include "base/fd.h"\n')

    def refuses(self, *parts):
        status, out = self.run_main(main)
        self.assertEqual(status, 1, out)
        for part in parts:
            self.assertIn(part, out)

    def accepts(self):
        status, out = self.run_main(main)
        self.assertEqual(status, 0, out)

    def test_a_good_tree(self):
        self.write_module("oci", "base", digest_cc='#include "base/fd.h"\n#include <vector>\n')
        self.accepts()

    def test_pointing_up(self):
        self.write_module("oci", digest_h="")
        self.write_module("base", "oci", fd_cc='#include "oci/digest.h"\n')
        self.refuses("base/fd.cc:1: base may not include oci", "base/CMakeLists.txt: DEPENDS oci")

    def test_siblings(self):
        self.write_module("builder/store", store_h="")
        self.write_module("builder/layer", "builder/store", tar_cc='\n#include "builder/store/store.h"\n')
        self.refuses("builder/layer/tar.cc:2: builder/layer may not include builder/store")

    def test_cmake_must_list_what_is_included(self):
        self.write_module("oci", "", digest_cc='#include "base/fd.h"\n')
        self.refuses("oci/CMakeLists.txt: DEPENDS lacks base")

    def test_paths_start_at_the_root(self):
        self.write_module("oci", "base", digest_h="", digest_cc='#include "digest.h"\n')
        self.refuses("oci/digest.cc:1: 'digest.h' is not a file")

    def test_a_folder_that_is_no_module(self):
        self.write("builder/layer/detail/x.h", "#pragma once\n")
        self.refuses("builder/layer/detail/x.h: its folder is no module")

    def test_each_library_has_one_home(self):
        for header, wrong in [("curl/curl.h", "oci"), ("archive_entry.h", "builder/store"),
                              ("zstd.h", "base"), ("isa-l/igzip_lib.h", "base"), ("isa-l.h", "oci"),
                              ("libdeflate.h", "oci"), ("openssl/evp.h", "builder/layer"),
                              ("CLI/CLI.hpp", "builder"), ("seccomp.h", "builder/plan")]:
            with self.subTest(header):
                self.write_modules()
                self.write_module(wrong, x_cc=f"#include <{header}>\n")
                self.refuses(f"{wrong}/x.cc:1: <{header}> has its home in")
                (self.root / wrong / "x.cc").unlink()

    def test_a_library_at_home(self):
        self.write_module("builder/layer", "", "cooper::zstd", x_cc="#include <zstd.h>\n")
        self.write_module("registry/http", "", "cooper::curl", x_cc="#include <curl/curl.h>\n")
        self.accepts()

    def test_linking_away_from_home(self):
        self.write_module("oci", "", "cooper::curl", x_cc="")
        self.refuses("oci/CMakeLists.txt: LIBS cooper::curl has its home in registry/http")

    def test_a_library_without_a_home(self):
        for header in ("boost/asio.hpp", "fmt/core.h", "zlib.h", "doctest/doctest.h"):
            with self.subTest(header):
                self.write_module("oci", x_cc=f"#include <{header}>\n")
                self.refuses(f"oci/x.cc:1: <{header}> has no home")

    def test_json_only_in_its_files(self):
        self.write_module("oci", x_cc="#include <nlohmann/json.hpp>\n")
        self.refuses("oci/x.cc:1: <nlohmann/json.hpp> may be included in *_json.cc")
        (self.root / "oci/x.cc").unlink()
        self.write_module("oci", x_json_cc="#include <nlohmann/json.hpp>\n")
        self.accepts()

    def test_a_header_that_shows_json_stays_among_json_files(self):
        self.write_module("oci", strict_json_h="#include <nlohmann/json.hpp>\n",
                          x_json_cc='#include "oci/strict_json.h"\n')
        self.accepts()
        self.write_module("cli", "oci", show_cc='#include "oci/strict_json.h"\n')
        self.refuses("cli/show.cc:1: 'oci/strict_json.h' shows nlohmann/json")

    def test_sources_are_listed_by_name(self):
        self.write_module("oci", x_cc="")
        self.write("oci/forgotten.cc", "")
        (self.root / "oci/x.cc").unlink()
        self.refuses("forgotten.cc is not listed", "x.cc is listed but absent")

    def test_a_module_without_a_cmake_list(self):
        (self.root / "oci/CMakeLists.txt").unlink()
        self.refuses("oci/CMakeLists.txt: absent")

    def test_a_module_outside_the_folders_that_the_lints_read(self):
        self.write("ARCHITECTURE.md", TABLE.replace("| oci | base |", "| oci | base |\n| elsewhere | base |"))
        self.write_module("elsewhere")
        self.refuses("elsewhere: is not in CODE_ROOTS")

    def test_no_table(self):
        self.write("ARCHITECTURE.md", "nothing\n")
        self.refuses("ARCHITECTURE.md: no table")

    def test_no_sources_at_all(self):
        for path in (self.root / "base").glob("fd.*"):
            path.unlink()
        self.write_module("base")
        self.refuses("looked at no file")


if __name__ == "__main__":
    unittest.main()
