#include "init/unified_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cooper::init {
namespace {

constexpr std::size_t kContext = 3;
constexpr const char* kNoNewline = "\\ No newline at end of file\n";

// Each with its newline, but for a last one that has none.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Line {
  char sign;  // ' ', '-' or '+'
  std::string_view text;
};

// The longest common subsequence, as the lines of both texts in order.
std::vector<Line> merge(const std::vector<std::string_view>& old_lines,
                        const std::vector<std::string_view>& new_lines) {
  const std::size_t rows = old_lines.size(), columns = new_lines.size();
  std::vector<std::uint16_t> common((rows + 1) * (columns + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint16_t& {
    return common[i * (columns + 1) + j];
  };
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      at(i, j) = old_lines[i] == new_lines[j] ? static_cast<std::uint16_t>(at(i + 1, j + 1) + 1)
                                              : std::max(at(i + 1, j), at(i, j + 1));
    }
  }
  std::vector<Line> merged;
  std::size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && old_lines[i] == new_lines[j]) {
      merged.push_back({' ', old_lines[i++]});
      ++j;
    } else if (j == columns || (i < rows && at(i + 1, j) >= at(i, j + 1))) {
      merged.push_back({'-', old_lines[i++]});
    } else {
      merged.push_back({'+', new_lines[j++]});
    }
  }
  return merged;
}

std::string range_text(std::size_t before, std::size_t count) {
  const std::size_t first = count == 0 ? before : before + 1;
  return std::to_string(first) + (count == 1 ? "" : "," + std::to_string(count));
}

// Lines [first, last) of `merged`; `old_before` and `new_before` lines of the texts come before
// them.
std::string hunk(const std::vector<Line>& merged, std::size_t first, std::size_t last,
                 std::size_t old_before, std::size_t new_before) {
  std::size_t old_count = 0, new_count = 0;
  std::string body;
  for (std::size_t k = first; k < last; ++k) {
    old_count += merged[k].sign != '+' ? 1 : 0;
    new_count += merged[k].sign != '-' ? 1 : 0;
    body += merged[k].sign;
    body += merged[k].text;
    if (!merged[k].text.ends_with('\n')) body += "\n" + std::string(kNoNewline);
  }
  return "@@ -" + range_text(old_before, old_count) + " +" + range_text(new_before, new_count) +
         " @@\n" + body;
}

std::string hunks(const std::vector<Line>& merged) {
  std::string text;
  std::size_t old_before = 0, new_before = 0, k = 0;
  const auto pass = [&](std::size_t end) {
    for (; k < end; ++k) {
      old_before += merged[k].sign != '+' ? 1 : 0;
      new_before += merged[k].sign != '-' ? 1 : 0;
    }
  };
  const auto next_change = [&](std::size_t from) {
    while (from < merged.size() && merged[from].sign == ' ') ++from;
    return from;
  };
  for (std::size_t change = next_change(0); change < merged.size(); change = next_change(k)) {
    const std::size_t first = std::max(k, change - std::min(change, kContext));
    std::size_t last = change + 1;
    // Changes whose contexts touch belong to one hunk.
    for (std::size_t next = next_change(last); next < merged.size() && next <= last + 2 * kContext;
         next = next_change(last)) {
      last = next + 1;
    }
    last = std::min(merged.size(), last + kContext);
    pass(first);
    text += hunk(merged, first, last, old_before, new_before);
    pass(last);
  }
  return text;
}

}  // namespace

std::string unified_diff(const std::string& path, std::string_view old_text,
                         std::string_view new_text) {
  if (old_text == new_text) return {};
  const std::string head = "--- a/" + path + "\n+++ b/" + path + "\n";
  const auto old_lines = lines_of(old_text), new_lines = lines_of(new_text);
  if (old_lines.size() > kMaxDiffLines || new_lines.size() > kMaxDiffLines) {
    return head + "(more than " + std::to_string(kMaxDiffLines) + " lines; they differ)\n";
  }
  return head + hunks(merge(old_lines, new_lines));
}

}  // namespace cooper::init
