#include "release/policy/tag_pattern.h"

#include <regex>

#include "base/error.h"

namespace cooper::release {
namespace {

constexpr std::size_t kMaxPattern = 1000;
constexpr std::size_t kMaxTag = 128;  // longer texts are no tags; bounds the work too

}  // namespace

struct TagPattern::Compiled {
  std::regex regex;
};

TagPattern::TagPattern(std::string text) : text_(std::move(text)) {
  const auto refuse = [this](const std::string& cause) {
    throw base::Error(base::ErrorKind::usage, "read pattern", text_, cause);
  };
  if (text_.empty()) refuse("it is empty");
  if (text_.size() > kMaxPattern) refuse("longer than " + std::to_string(kMaxPattern) + " bytes");
  try {
    compiled_ = std::make_shared<Compiled>(
        Compiled{std::regex(text_, std::regex::ECMAScript | std::regex::icase)});
  } catch (const std::regex_error& error) {
    refuse(std::string("not a regular expression: ") + error.what());
  }
}

std::size_t TagPattern::groups() const { return compiled_->regex.mark_count(); }

bool TagPattern::matches(std::string_view tag) const {
  if (tag.size() > kMaxTag) return false;
  return std::regex_match(tag.begin(), tag.end(), compiled_->regex);
}

std::vector<std::string> TagPattern::split(std::string_view tag) const {
  std::vector<std::string> out;
  std::match_results<std::string_view::const_iterator> found;
  if (tag.size() > kMaxTag || !std::regex_match(tag.begin(), tag.end(), found, compiled_->regex)) {
    return out;
  }
  for (std::size_t i = 1; i < found.size(); ++i) out.push_back(found[i].str());
  return out;
}

}  // namespace cooper::release
