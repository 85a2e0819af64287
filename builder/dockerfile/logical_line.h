// A logical line: one or more physical lines joined by continuations, and the way back from its
// bytes to the file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "builder/dockerfile/source_range.h"

namespace cooper::dockerfile {

// The file a line came from, for messages. Outlives every line of it.
struct SourceText {
  std::string name;
  std::vector<std::string> lines;  // physical lines without their ends
  char escape = '\\';
};

struct LogicalLine {
  // text[offset...] stands at byte `column` (from 0) of physical line `line` (from 1), up to the
  // next segment.
  struct Segment {
    std::size_t offset = 0;
    int line = 0;
    std::size_t column = 0;
  };

  std::string text;
  std::vector<Segment> segments;
  int first_line = 0;
  int last_line = 0;  // grows with the heredocs that follow
  std::vector<std::string> comments;
};

// The range of text[offset, offset + length) in the file; of its first physical line only if it
// spans several.
[[nodiscard]] SourceRange range_of(const SourceText& source, const LogicalLine& line,
                                   std::size_t offset, std::size_t length);

// Range -> spot with the physical line; unknown lines give a spot without text.
[[nodiscard]] base::SourceSpot spot_of(const std::string& name,
                                       const std::vector<std::string>& lines,
                                       const SourceRange& where);

// Throws base::Error(usage) "parse '<file>': <cause>" with the spot of text[offset, offset +
// length).
[[noreturn]] void fail_at(const SourceText& source, const LogicalLine& line, std::size_t offset,
                          std::size_t length, std::string cause, std::string hint = {});

}  // namespace cooper::dockerfile
