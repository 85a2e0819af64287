// JSON from outside: valid UTF-8, no duplicate keys, bounded depth and size. The parsed type
// is nlohmann::json, so only *_json.cc files include this.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::oci {

// Throws base::Error(corrupt) "parse '<what>': <cause> at byte N"; Error(limit) beyond max_bytes
// and the limit jsonDepth.
[[nodiscard]] nlohmann::json parse_strict_json(std::string_view text, const std::string& what,
                                               std::size_t max_bytes = std::size_t{4} << 20);

// Compact text of `value`. JSON holds UTF-8 alone: other bytes become U+FFFD, as Go writes them.
[[nodiscard]] std::string dump_json(const nlohmann::ordered_json& value);

// Reads the members of one JSON object. A member that is null counts as absent; a member of another
// type is base::Error(corrupt) "parse '<what>': <path of the member> is not ...". Strings with a
// NUL byte are refused. Refers to the value it was made from, which must outlive it.
class JsonObject {
 public:
  // Throws unless `value` is an object. `path` names it in errors, empty for the document itself.
  JsonObject(const nlohmann::json& value, std::string what, std::string path = {});

  [[nodiscard]] const nlohmann::json* find(
      const std::string& name) const;  // nullptr: absent or null
  [[nodiscard]] bool has(const std::string& name) const { return find(name) != nullptr; }

  [[nodiscard]] std::string string(const std::string& name) const;  // "" if absent
  [[nodiscard]] std::string required_string(
      const std::string& name) const;  // absent or empty throws
  [[nodiscard]] std::int64_t integer(const std::string& name, std::int64_t absent = 0) const;
  [[nodiscard]] std::uint64_t required_size(const std::string& name) const;  // 0 .. 2^63-1
  [[nodiscard]] bool boolean(const std::string& name, bool absent = false) const;
  [[nodiscard]] std::vector<std::string> strings(const std::string& name) const;
  [[nodiscard]] std::map<std::string, std::string> string_map(const std::string& name) const;
  [[nodiscard]] std::set<std::string> keys(const std::string& name) const;  // of an object member
  [[nodiscard]] std::optional<JsonObject> object(const std::string& name) const;
  // The objects of an array member, Error(limit) beyond max_count.
  [[nodiscard]] std::vector<JsonObject> objects(const std::string& name,
                                                std::size_t max_count) const;

  [[nodiscard]] const nlohmann::json& value() const { return *value_; }
  [[noreturn]] void fail(const std::string& name, const std::string& cause) const;

 private:
  [[nodiscard]] std::string path_of(const std::string& name) const;
  [[nodiscard]] std::string text_of(const nlohmann::json& value, const std::string& name) const;

  const nlohmann::json* value_;
  std::string what_;
  std::string path_;
};

}  // namespace cooper::oci
