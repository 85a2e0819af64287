// The variables in effect at one point of a stage: ENV and ARG in one list, the later declaration
// wins (row A4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cooper::plan {

class Scope {
 public:
  // Replaces `name` where it stands, or appends it.
  void set(std::string_view name, std::string_view value);
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] std::vector<std::string> names() const;
  // NAME=value, in order.
  [[nodiscard]] std::vector<std::string> environment() const;

 private:
  using Entry = std::pair<std::string, std::string>;
  [[nodiscard]] const Entry* find(std::string_view name) const;

  std::vector<Entry> entries_;
};

}  // namespace cooper::plan
