#include "oci/strict_json.h"

#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/limits.h"

namespace cooper::oci {
namespace {

using Json = nlohmann::json;

// Walks the text and counts the bytes the parser has taken, for error positions.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* taken) : at_(at), taken_(taken) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*taken_;
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* taken_;
};

// Builds the value; stops at a duplicate key or too deep a nesting.
class StrictBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit StrictBuilder(const std::string& what) : what_(what) {}

  bool null() override { return place(nullptr); }
  bool boolean(bool value) override { return place(value); }
  bool number_integer(number_integer_t value) override { return place(value); }
  bool number_unsigned(number_unsigned_t value) override { return place(value); }
  bool number_float(number_float_t value, const string_t&) override { return place(value); }
  bool string(string_t& value) override { return place(std::move(value)); }
  bool binary(binary_t&) override { return refuse("binary value"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return refuse("duplicate key '" + name + "'");
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    cause_ = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: <cause>"
    if (const std::size_t bracket = cause_.find("] "); bracket != std::string::npos)
      cause_.erase(0, bracket + 2);
    if (cause_.starts_with("parse error at ")) {
      if (const std::size_t colon = cause_.find(": "); colon != std::string::npos)
        cause_.erase(0, colon + 2);
    }
    return false;
  }

  [[nodiscard]] Json& root() { return root_; }
  [[nodiscard]] const std::string& cause() const { return cause_; }

 private:
  bool refuse(std::string cause) {
    cause_ = std::move(cause);
    return false;
  }

  Json& put(Json value) {
    if (open_.empty()) return root_ = std::move(value);
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return parent.back();
    }
    return parent[key_] = std::move(value);
  }

  bool place(Json value) {
    put(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (const std::uint64_t most = base::limit_of(base::Limit::json_depth); open_.size() >= most) {
      throw base::limit_error(base::Limit::json_depth, "parse", what_,
                              "nested deeper than " + std::to_string(most) + " levels");
    }
    open_.push_back(&put(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  const std::string& what_;
  Json root_;
  std::vector<Json*> open_;
  std::string key_;
  std::string cause_;
};

}  // namespace

Json parse_strict_json(std::string_view text, const std::string& what, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    throw base::Error(base::ErrorKind::limit, "parse", what,
                      "larger than " + std::to_string(max_bytes) + " bytes");
  }
  if (text.starts_with("\xef\xbb\xbf")) {
    throw base::Error(base::ErrorKind::corrupt, "parse", what,
                      "begins with a byte order mark at byte 0");
  }
  std::size_t taken = 0;
  StrictBuilder builder(what);
  const CountingIterator begin(text.data(), &taken);
  const CountingIterator end(text.data() + text.size(), &taken);
  if (!Json::sax_parse(begin, end, &builder)) {
    throw base::Error(base::ErrorKind::corrupt, "parse", what,
                      builder.cause() + " at byte " + std::to_string(taken));
  }
  return std::move(builder.root());
}

std::string dump_json(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

JsonObject::JsonObject(const Json& value, std::string what, std::string path)
    : value_(&value), what_(std::move(what)), path_(std::move(path)) {
  if (value.is_object()) return;
  throw base::Error(base::ErrorKind::corrupt, "parse", what_,
                    (path_.empty() ? std::string("the document") : path_) + " is not an object");
}

std::string JsonObject::path_of(const std::string& name) const {
  return path_.empty() ? name : path_ + "." + name;
}

void JsonObject::fail(const std::string& name, const std::string& cause) const {
  throw base::Error(base::ErrorKind::corrupt, "parse", what_, path_of(name) + " " + cause);
}

const Json* JsonObject::find(const std::string& name) const {
  const auto found = value_->find(name);
  return found == value_->end() || found->is_null() ? nullptr : &*found;
}

std::string JsonObject::text_of(const Json& value, const std::string& name) const {
  if (!value.is_string()) fail(name, "is not a string");
  std::string text = value.get<std::string>();
  if (text.find('\0') != std::string::npos) fail(name, "contains a NUL byte");
  return text;
}

std::string JsonObject::string(const std::string& name) const {
  const Json* member = find(name);
  return member == nullptr ? std::string() : text_of(*member, name);
}

std::string JsonObject::required_string(const std::string& name) const {
  std::string text = string(name);
  if (text.empty()) fail(name, "is missing");
  return text;
}

std::int64_t JsonObject::integer(const std::string& name, std::int64_t absent) const {
  const Json* member = find(name);
  if (member == nullptr) return absent;
  const bool fits = member->is_number_integer() &&
                    (!member->is_number_unsigned() || member->get<std::uint64_t>() <= INT64_MAX);
  if (!fits) fail(name, "is not a 64-bit integer");
  return member->get<std::int64_t>();
}

std::uint64_t JsonObject::required_size(const std::string& name) const {
  if (!has(name)) fail(name, "is missing");
  const std::int64_t size = integer(name);
  if (size < 0) fail(name, "is negative");
  return static_cast<std::uint64_t>(size);
}

bool JsonObject::boolean(const std::string& name, bool absent) const {
  const Json* member = find(name);
  if (member == nullptr) return absent;
  if (!member->is_boolean()) fail(name, "is not true or false");
  return member->get<bool>();
}

std::vector<std::string> JsonObject::strings(const std::string& name) const {
  std::vector<std::string> out;
  const Json* member = find(name);
  if (member == nullptr) return out;
  if (!member->is_array()) fail(name, "is not an array");
  out.reserve(member->size());
  for (const Json& item : *member)
    out.push_back(text_of(item, name + "[" + std::to_string(out.size()) + "]"));
  return out;
}

std::map<std::string, std::string> JsonObject::string_map(const std::string& name) const {
  std::map<std::string, std::string> out;
  const auto member = object(name);
  if (!member) return out;
  for (const auto& [key, value] : member->value().items()) out.emplace(key, member->string(key));
  return out;
}

std::set<std::string> JsonObject::keys(const std::string& name) const {
  std::set<std::string> out;
  const auto member = object(name);
  if (!member) return out;
  for (const auto& [key, value] : member->value().items()) {
    if (key.find('\0') != std::string::npos) fail(name, "has a name with a NUL byte");
    out.insert(key);
  }
  return out;
}

std::optional<JsonObject> JsonObject::object(const std::string& name) const {
  const Json* member = find(name);
  if (member == nullptr) return std::nullopt;
  return JsonObject(*member, what_, path_of(name));
}

std::vector<JsonObject> JsonObject::objects(const std::string& name, std::size_t max_count) const {
  std::vector<JsonObject> out;
  const Json* member = find(name);
  if (member == nullptr) return out;
  if (!member->is_array()) fail(name, "is not an array");
  if (member->size() > max_count) {
    throw base::Error(base::ErrorKind::limit, "parse", what_,
                      path_of(name) + " has more than " + std::to_string(max_count) + " entries");
  }
  for (const Json& item : *member) {
    out.emplace_back(item, what_, path_of(name) + "[" + std::to_string(out.size()) + "]");
  }
  return out;
}

}  // namespace cooper::oci
