// The variables in effect at one point of a stage: ENV and ARG in one list, the later declaration
// wins (row A4).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cooper::plan {

// More than a kernel takes for one command; keeps "ENV A=$A$A" again and again from filling the
// memory.
inline constexpr std::size_t kMaxEnvironmentBytes = std::size_t{1} << 20U;

class Scope {
 public:
  // Replaces `name` where it stands, or appends it. Throws base::Error(limit) beyond
  // kMaxEnvironmentBytes in all.
  void set(std::string_view name, std::string_view value);
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] std::vector<std::string> names() const;
  // NAME=value, in order.
  [[nodiscard]] std::vector<std::string> environment() const;

 private:
  using Entry = std::pair<std::string, std::string>;
  [[nodiscard]] const Entry* find(std::string_view name) const;

  [[nodiscard]] const Entry* find_near(std::string_view name);

  struct Less {  // finds a name without making a string of it
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept { return a < b; }
  };

  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, Less> places_;  // in entries_
  std::size_t next_ = 0;                             // behind the entry that was set last
  std::size_t bytes_ = 0;
};

}  // namespace cooper::plan
