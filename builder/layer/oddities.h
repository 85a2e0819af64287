// What is odd about the members of a layer and was let pass, by kind: how often, and where first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cooper::layer {

class Oddities {
 public:
  static constexpr std::size_t kMostKinds = 20;  // names of attributes are the layer's to choose

  struct Kind {
    std::string text;  // "extended attribute trusted.x left out"
    std::uint64_t count = 0;
    std::string first;  // the path of a member; empty: the layer itself
    bool operator==(const Kind&) const = default;
  };

  // `count` of them. Those of kinds beyond the most are counted together, as one more.
  void add(const std::string& path, const std::string& text, std::uint64_t count = 1);

  [[nodiscard]] bool empty() const { return kinds_.empty(); }
  [[nodiscard]] const std::vector<Kind>& kinds() const { return kinds_; }
  // For people, one line for each kind: "warning: layer sha256:0123456789ab: <text> (12 members,
  // the first is 'a/b')". Not made printable.
  [[nodiscard]] std::vector<std::string> lines(const std::string& layer) const;

 private:
  std::vector<Kind> kinds_;
};

}  // namespace cooper::layer
