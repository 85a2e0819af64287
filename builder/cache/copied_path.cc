#include "builder/cache/copied_path.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/error.h"
#include "base/path.h"

namespace cooper::cache {
namespace {

constexpr std::string_view kSource = "source ";
constexpr std::string_view kPath = "path ";

// The facts' leading words; the rest is link, device, attributes, content.
struct Facts {
  std::array<std::string_view, 3> words;  // type, mode, owner
  std::string_view rest;

  explicit Facts(std::string_view text) {
    for (std::string_view& word : words) {
      word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    rest = text;
  }
};

std::string_view content_of(std::string_view rest) {
  const std::size_t at = rest.rfind("sha256:");
  return at == std::string_view::npos ? std::string_view() : rest.substr(at);
}

std::string difference_text(const Facts& before, const Facts& after) {
  const auto from_to = [](std::string_view a, std::string_view b) {
    return std::string(a) + " -> " + std::string(b);
  };
  if (before.words[0] != after.words[0])
    return "is another kind of file: " + from_to(before.words[0], after.words[0]);
  if (content_of(before.rest) != content_of(after.rest)) return "changed";
  if (before.words[1] != after.words[1]) return "mode " + from_to(before.words[1], after.words[1]);
  if (before.words[2] != after.words[2]) return "owner " + from_to(before.words[2], after.words[2]);
  if (after.words[0] == "link") return "points elsewhere";
  if (content_of(after.rest).empty()) return "changed";
  return "has other extended attributes";
}

}  // namespace

CopiedPaths::CopiedPaths(const std::vector<KeyPart>& parts) {
  for (const KeyPart& part : parts) {
    if (!part.name.starts_with(kSource) || part.name.ends_with(" text")) continue;
    const bool path = part.value.starts_with(kPath);
    sources_.push_back(path ? base::clean_below_root(part.value.substr(kPath.size()))
                            : std::string());
    patterns_ = patterns_ || (path && part.value.find_first_of("*?[") != std::string::npos);
  }
}

std::string CopiedPaths::shown(const std::string& place) const {
  const std::size_t colon = place.find(':');
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(place.data(), place.data() + place.size(), number);
  if (error != std::errc() || colon == std::string::npos || end != place.data() + colon)
    return base::printable(place);  // of a quick key: the source's path itself
  std::string below = place.substr(colon + 1);
  const bool in_directory = below.empty() || below.front() == '/';
  if (in_directory && !below.empty()) below.erase(0, 1);
  if (patterns_ || number >= sources_.size()) {
    if (sources_.size() != 1 || in_directory) return base::printable(below);
    const std::string parent(base::parent_path(sources_[0]));
    return base::printable(parent.empty() ? below : parent + "/" + below);
  }
  const std::string& source = sources_[number];
  if (!in_directory) return base::printable(source.empty() ? below : source);
  if (source.empty()) return base::printable(below.empty() ? "." : below);
  return base::printable(below.empty() ? source : source + "/" + below);
}

Change file_change(const std::string& path, const std::optional<std::string>& before,
                   const std::optional<std::string>& after) {
  Change change{ChangeKind::file, path, base::printable(before.value_or("")),
                base::printable(after.value_or("")), ""};
  if (!before) {
    change.text = path + " is new";
  } else if (!after) {
    change.text = path + " is gone";
  } else {
    change.text = path + " " + difference_text(Facts(*before), Facts(*after));
  }
  return change;
}

}  // namespace cooper::cache
