#include "cli/call_text.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "base/error.h"
#include "builder/check/rule.h"

namespace cooper::cli {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

// The lines of the range, marked, and a few around them.
std::string excerpt(const CalledTarget& target, const dockerfile::SourceRange& where) {
  const std::vector<std::string> lines = lines_of(target.text);
  const int count = static_cast<int>(lines.size());
  int first = where.first_line, last = std::clamp(where.last_line, where.first_line, count);
  if (first < 1 || first > count) return {};
  const int wanted = first == last ? 4 : 2;
  for (int around = 0; around < wanted; ++around) {
    if (first > 1) {
      --first;
      ++around;
    }
    if (last < count) {
      ++last;
      ++around;
    }
  }
  const std::string rule(20, '-');
  std::string out = base::printable(target.file_name) + ":" + std::to_string(where.first_line) +
                    "\n" + rule + "\n";
  for (int line = first; line <= last; ++line) {
    char number[16];
    std::snprintf(number, sizeof number, " %3d", line);
    const bool meant =
        line >= where.first_line && line <= std::max(where.last_line, where.first_line);
    out += std::string(number) + " | " + (meant ? ">>>" : "   ") + " " +
           base::printable(lines[static_cast<std::size_t>(line) - 1]) + "\n";
  }
  return out + rule + "\n";
}

// Rows of cells in columns, the last one not padded.
std::string columns(const std::vector<std::vector<std::string>>& rows) {
  constexpr std::size_t kGap = 3;
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line += std::string(widths[i] - row[i].size() + kGap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string mounted_text(const char* heading, const std::vector<plan::Outline::Mounted>& items) {
  if (items.empty()) return {};
  std::vector<std::vector<std::string>> rows = {{heading, "REQUIRED"}};
  for (const auto& item : items)
    rows.push_back({base::printable(item.name), item.required ? "true" : ""});
  return columns(rows) + "\n";
}

}  // namespace

std::string check_text(const CalledTarget& target) {
  const std::size_t count = target.diagnostics.size();
  if (count == 0) return target.error ? "" : "Check complete, no warnings found.\n";
  std::string out = "Check complete, " +
                    (count == 1 ? "1 warning has" : std::to_string(count) + " warnings have") +
                    " been found!\n";
  std::vector<plan::Diagnostic> sorted = target.diagnostics;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.where.first_line < b.where.first_line;
  });
  for (const plan::Diagnostic& one : sorted) {
    out += "\nWARNING: " + base::printable(one.rule);
    const check::Rule* rule = check::find_rule(one.rule);
    if (rule != nullptr && !rule->url.empty()) out += " - " + std::string(rule->url);
    out += "\n" + base::printable(one.message) + "\n" + excerpt(target, one.where);
  }
  return out;
}

std::string outline_text(const plan::Outline& outline) {
  std::string out;
  if (!outline.name.empty() || !outline.description.empty()) {
    out += "TARGET:      " + base::printable(outline.name) + "\n";
    if (!outline.description.empty())
      out += "DESCRIPTION: " + base::printable(outline.description) + "\n";
    out += "\n";
  }
  if (!outline.arguments.empty()) {
    std::vector<std::vector<std::string>> rows = {{"BUILD ARG", "VALUE", "DESCRIPTION"}};
    for (const auto& argument : outline.arguments) {
      rows.push_back({base::printable(argument.name), base::printable(argument.value),
                      base::printable(argument.description)});
    }
    out += columns(rows) + "\n";
  }
  return out + mounted_text("SECRET", outline.secrets) + mounted_text("SSH", outline.ssh);
}

std::string targets_text(const std::vector<CalledStage>& stages) {
  std::vector<std::vector<std::string>> rows = {{"TARGET", "DESCRIPTION"}};
  for (const CalledStage& stage : stages) {
    std::string name = base::printable(stage.name);
    if (stage.is_default) name += name.empty() ? "(default)" : " (default)";
    rows.push_back({name, base::printable(stage.description)});
  }
  return columns(rows);
}

}  // namespace cooper::cli
