#include "cli/terminal_text.h"

#include <doctest/doctest.h>

using cooper::cli::columns_of;
using cooper::cli::cut_to_columns;

TEST_CASE("text that fits stays") {
  CHECK(cut_to_columns("abc", 3) == "abc");
  CHECK(cut_to_columns("", 0).empty());
}

TEST_CASE("text is cut between characters") {
  CHECK(cut_to_columns("abcdef", 5) == "ab...");
  CHECK(cut_to_columns("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6", 4) == "\xc3\xa4...");
  CHECK(cut_to_columns("abcdef", 2) == "..");
}

TEST_CASE("wide characters count two") {
  CHECK(columns_of("\xe6\x97\xa5\xe6\x9c\xac") == 4);
  CHECK(columns_of("\xf0\x9f\x98\x80") == 2);
  CHECK(columns_of("\xe2\x9c\x93") == 1);
  CHECK(cut_to_columns("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 5) == "\xe6\x97\xa5...");
}
