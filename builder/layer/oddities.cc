#include "builder/layer/oddities.h"

#include <algorithm>

namespace cooper::layer {
namespace {

constexpr const char* kOthers = "it is odd in another way";
constexpr std::size_t kShortDigest = 19;  // "sha256:" and twelve digits

std::string where(const Oddities::Kind& kind) {
  if (kind.first.empty()) return {};
  if (kind.count == 1) return " ('" + kind.first + "')";
  return " (" + std::to_string(kind.count) + " members, the first is '" + kind.first + "')";
}

}  // namespace

void Oddities::add(const std::string& path, const std::string& text, std::uint64_t count) {
  const auto find = [this](const std::string& wanted) {
    return std::find_if(kinds_.begin(), kinds_.end(),
                        [&](const Kind& kind) { return kind.text == wanted; });
  };
  auto found = find(text);
  if (found == kinds_.end() && kinds_.size() >= kMostKinds) found = find(kOthers);
  if (found != kinds_.end()) {
    found->count += count;
    return;
  }
  kinds_.push_back({kinds_.size() < kMostKinds ? text : kOthers, count, path});
}

std::vector<std::string> Oddities::lines(const std::string& layer) const {
  std::vector<std::string> lines;
  for (const Kind& kind : kinds_)
    lines.push_back("warning: layer " + layer.substr(0, kShortDigest) + ": " + kind.text +
                    where(kind));
  return lines;
}

}  // namespace cooper::layer
