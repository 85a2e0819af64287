#include "builder/dockerfile/logical_line.h"

#include <algorithm>
#include <utility>

namespace cooper::dockerfile {
namespace {

// Characters (not bytes) of `text`, at most those of its first `bytes` bytes.
int count_characters(std::string_view text, std::size_t bytes) {
  const std::string_view part = text.substr(0, bytes);
  return static_cast<int>(std::count_if(part.begin(), part.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

}  // namespace

SourceRange range_of(const SourceText& source, const LogicalLine& line, std::size_t offset,
                     std::size_t length) {
  SourceRange range{.first_line = line.first_line,
                    .last_line = line.last_line,
                    .first_column = 0,
                    .end_column = 0};
  if (line.segments.empty()) return range;
  auto next = std::upper_bound(
      line.segments.begin(), line.segments.end(), offset,
      [](std::size_t value, const auto& segment) { return value < segment.offset; });
  if (next != line.segments.begin()) --next;
  const LogicalLine::Segment& segment = *next;
  range.first_line = segment.line;
  range.last_line = segment.line;
  const auto index = static_cast<std::size_t>(segment.line - 1);
  if (segment.line < 1 || index >= source.lines.size()) return range;
  const std::string& physical = source.lines[index];
  const std::size_t column = segment.column + (offset - segment.offset);
  range.first_column = count_characters(physical, column) + 1;
  range.end_column = std::max(count_characters(physical, column + length), range.first_column) + 1;
  return range;
}

base::SourceSpot spot_of(const std::string& name, const std::vector<std::string>& lines,
                         const SourceRange& where) {
  base::SourceSpot spot;
  spot.file = name;
  spot.line = where.first_line;
  spot.column = where.first_column;
  if (where.first_line < 1 || static_cast<std::size_t>(where.first_line) > lines.size())
    return spot;
  spot.line_text = lines[static_cast<std::size_t>(where.first_line) - 1];
  const int last = count_characters(spot.line_text, spot.line_text.size()) + 1;
  const int end = where.end_column > where.first_column && where.first_line == where.last_line
                      ? std::min(where.end_column, last)
                      : last;
  spot.length = std::max(1, end - std::max(1, where.first_column));
  return spot;
}

void fail_at(const SourceText& source, const LogicalLine& line, std::size_t offset,
             std::size_t length, std::string cause, std::string hint) {
  base::Error error(base::ErrorKind::usage, "parse", source.name, std::move(cause));
  if (!hint.empty()) error.with_hint(std::move(hint));
  error.with_spot(spot_of(source.name, source.lines, range_of(source, line, offset, length)));
  throw error;
}

}  // namespace cooper::dockerfile
