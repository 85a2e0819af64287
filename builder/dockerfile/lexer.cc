#include "builder/dockerfile/lexer.h"

#include "base/limits.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

constexpr std::size_t kMaxLine = 65535;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_comment(std::string_view line) {
  line = trim_left(line);
  return !line.empty() && line.front() == '#';
}

std::string_view strip_tabs_of(std::string_view line) {
  while (!line.empty() && line.front() == '\t') line.remove_prefix(1);
  return line;
}

// Where the escape character stands that continues `line` on the next one; npos if the line ends
// here (row P8).
std::size_t continuation(std::string_view line, char escape) {
  std::size_t end = line.size();
  while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t')) --end;
  if (end == 0 || line[end - 1] != escape) return std::string_view::npos;
  if (end > 1 && line[end - 2] == escape) return std::string_view::npos;
  return end - 1;
}

}  // namespace

Lexer::Lexer(std::string_view text, std::string file_name, bool directives)
    : reading_directives_(directives) {
  source_.name = std::move(file_name);
  if (text.size() > base::limit_of(base::Limit::dockerfile_bytes)) {
    throw base::limit_error(base::Limit::dockerfile_bytes, "parse", source_.name,
                            "the Dockerfile is too large");
  }
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    text.remove_prefix(kByteOrderMark.size());
  split_lines(text);
}

void Lexer::split_lines(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    last_line_open_ = end == std::string_view::npos;
    text.remove_prefix(last_line_open_ ? text.size() : end + 1);
    if (line.size() > kMaxLine) {
      source_.lines.emplace_back(line.substr(0, 80));
      fail_line(source_.lines.size() - 1, "line longer than 65535 bytes");
    }
    const bool carriage_return = !line.empty() && line.back() == '\r';
    if (carriage_return) line.remove_suffix(1);
    ends_with_cr_.push_back(carriage_return);
    source_.lines.emplace_back(line);
  }
}

void Lexer::fail_line(std::size_t index, std::string cause) const {
  const int number = static_cast<int>(index) + 1;
  base::Error error(base::ErrorKind::usage, "parse", source_.name, std::move(cause));
  error.with_spot(spot_of(source_.name, source_.lines, {number, number, 1, 0}));
  throw error;
}

// True if the line was a directive.
bool Lexer::read_directive(std::string_view stripped) {
  if (!reading_directives_ || reader_.done()) return false;
  const auto directive = reader_.read(stripped);
  if (!directive) return false;
  const std::size_t index = position_;
  if (reader_.repeated())
    fail_line(index, "only one '" + directive->name + "' parser directive can be used");
  if (directive->name == "syntax") directives_.syntax = directive->value;
  if (directive->name == "check") directives_.check = directive->value;
  if (directive->name == "escape") {
    if (directive->value != "\\" && directive->value != "`") {
      fail_line(index, "invalid escape character '" + directive->value + "': it must be ` or \\");
    }
    directives_.escape = directive->value.front();
    source_.escape = directives_.escape;
  }
  return true;
}

// Adds one physical line's text; true if the logical line goes on.
bool Lexer::append(LogicalLine& line, std::string_view physical, std::size_t column) const {
  const std::size_t mark = continuation(physical, source_.escape);
  line.segments.push_back({line.text.size(), static_cast<int>(position_) + 1, column});
  line.text += physical.substr(0, mark);
  return mark != std::string_view::npos;
}

std::optional<LogicalLine> Lexer::next() {
  std::vector<std::string> comments;
  for (; position_ < source_.lines.size(); ++position_) {
    const std::string& whole = source_.lines[position_];
    const std::string_view stripped = trim_left(whole);
    if (is_comment(stripped)) {
      if (!read_directive(stripped)) comments.emplace_back(trim(stripped.substr(1)));
      continue;
    }
    if (reading_directives_) reading_directives_ = false;
    if (stripped.empty()) {
      comments.clear();
      continue;
    }
    LogicalLine line;
    line.comments = std::move(comments);
    comments.clear();
    line.first_line = static_cast<int>(position_) + 1;
    line.last_line = line.first_line;
    const bool open = append(line, stripped, whole.size() - stripped.size());
    ++position_;
    if (open) read_continuations(line);
    return line;
  }
  return std::nullopt;
}

void Lexer::read_continuations(LogicalLine& line) {
  bool open = true;
  bool empty_line = false;
  for (; open && position_ < source_.lines.size(); ++position_) {
    const std::string& physical = source_.lines[position_];
    line.last_line = static_cast<int>(position_) + 1;
    if (is_comment(physical)) continue;
    if (trim_left(physical).empty()) {
      empty_line = true;
      continue;
    }
    open = append(line, physical, 0);
  }
  if (empty_line) {
    warnings_.push_back(
        {"NoEmptyContinuation", "Empty continuation line", {line.last_line, line.last_line, 0, 0}});
  }
}

std::string Lexer::heredoc_body(LogicalLine& line, const std::string& name, bool strip_tabs,
                                std::size_t word_offset, std::size_t word_length) {
  std::string body;
  while (position_ < source_.lines.size()) {
    const std::size_t index = position_++;
    const std::string& physical = source_.lines[index];
    line.last_line = static_cast<int>(index) + 1;
    if ((strip_tabs ? strip_tabs_of(physical) : std::string_view(physical)) == name) return body;
    body += physical;
    if (ends_with_cr_[index]) body += '\r';
    if (!last_line_open_ || index + 1 < source_.lines.size()) body += '\n';
  }
  fail_at(source_, line, word_offset, word_length, "unterminated heredoc",
          "end it with a line that holds only " + name);
}

}  // namespace cooper::dockerfile
