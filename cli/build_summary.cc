#include "cli/build_summary.h"

#include <array>
#include <cstdio>

#include "base/error.h"

namespace cooper::cli {
namespace {

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::string size_text(std::uint64_t bytes) {
  constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}

std::string seconds_text(double seconds) {
  char text[32];
  if (seconds < 59.95) {
    std::snprintf(text, sizeof text, "%.1fs", seconds);
  } else {
    const auto whole = static_cast<unsigned long>(seconds + 0.5);
    std::snprintf(text, sizeof text, "%lum%02lus", whole / 60, whole % 60);
  }
  return text;
}

std::vector<std::string> summary_lines(const BuildReport& report, double seconds) {
  std::vector<std::string> lines;
  lines.push_back("built " + counted(report.images.size(), "image") + ": " +
                  counted(report.steps, "step") + ", " + std::to_string(report.cached_steps) +
                  " cached, " + seconds_text(seconds));
  for (const BuiltImage& image : report.images) {
    if (image.pushed_bytes == 0 && image.reused_bytes == 0) continue;
    const std::string name =
        image.name.empty() ? (image.tags.empty() ? "image" : image.tags.front()) : image.name;
    lines.push_back("  " + base::printable(name) + ": pushed " + size_text(image.pushed_bytes) +
                    ", reused " + size_text(image.reused_bytes));
  }
  return lines;
}

}  // namespace cooper::cli
