#include "registry/http/message.h"

#include <strings.h>

#include <algorithm>

namespace cooper::http {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// A source that owns a share of its text.
class SharedTextSource final : public base::Source {
 public:
  explicit SharedTextSource(std::shared_ptr<const std::string> text)
      : text_(std::move(text)), rest_(*text_) {}
  std::size_t read(std::span<std::byte> buffer) override { return rest_.read(buffer); }

 private:
  std::shared_ptr<const std::string> text_;
  base::StringSource rest_;
};

}  // namespace

void Headers::set(std::string name, std::string value) {
  remove(name);
  add(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
}

std::optional<std::string> Headers::find(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (same_name(field, name)) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Headers::find_all(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [field, value] : fields_) {
    if (same_name(field, name)) out.push_back(value);
  }
  return out;
}

Body text_body(std::string text) {
  const auto shared = std::make_shared<const std::string>(std::move(text));
  return Body{[shared] { return std::make_unique<SharedTextSource>(shared); }, shared->size()};
}

}  // namespace cooper::http
