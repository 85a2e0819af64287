// A version as semver.org 2.0.0 writes it: MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]. Parsed strictly
// (no leading zeros, no "v"); numbers of any length. Ordered by precedence: a pre-release comes
// before its release, build metadata counts for nothing, so two values may be equivalent without
// being the same text.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::release {

class SemanticVersion {
 public:
  [[nodiscard]] static std::optional<SemanticVersion> try_parse(std::string_view text);

  [[nodiscard]] bool is_prerelease() const noexcept { return !prerelease_.empty(); }
  [[nodiscard]] bool has_build() const noexcept { return !build_.empty(); }
  // Rows 9 to 11 of the specification.
  [[nodiscard]] std::weak_ordering operator<=>(const SemanticVersion& other) const;
  [[nodiscard]] bool operator==(const SemanticVersion& other) const {
    return (*this <=> other) == 0;
  }

 private:
  SemanticVersion() = default;

  std::vector<std::string> core_;        // three decimal numbers
  std::vector<std::string> prerelease_;  // identifiers
  std::vector<std::string> build_;
};

[[nodiscard]] std::string_view without_v(std::string_view text);  // "v1.2.3" -> "1.2.3"

// "v1.2.3" or "1.2.3", as git tags have it.
[[nodiscard]] std::optional<SemanticVersion> try_parse_version(std::string_view text);

}  // namespace cooper::release
