#include "smoke/pattern.h"

#include <regex.h>

#include <array>

#include "base/error.h"

namespace cooper::smoke {
namespace {

constexpr std::size_t kMaxPattern = 1000;

}  // namespace

struct Pattern::Compiled {
  regex_t regex{};
  bool valid = false;

  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() {
    if (valid) ::regfree(&regex);
  }
};

Pattern::Pattern(const std::string& text) : compiled_(std::make_unique<Compiled>()) {
  const auto refuse = [&text](const std::string& cause) {
    throw base::Error(base::ErrorKind::usage, "read regular expression", text, cause);
  };
  if (text.size() > kMaxPattern) refuse("longer than " + std::to_string(kMaxPattern) + " bytes");
  if (text.find('\0') != std::string::npos) refuse("it holds a zero byte");
  const int code =
      ::regcomp(&compiled_->regex, text.c_str(), REG_EXTENDED | REG_NEWLINE | REG_NOSUB);
  if (code != 0) {
    std::array<char, 256> cause{};
    ::regerror(code, &compiled_->regex, cause.data(), cause.size());
    refuse(cause.data());
  }
  compiled_->valid = true;
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

bool Pattern::found_in(std::string_view text) const {
  regmatch_t range{};
  range.rm_so = 0;
  range.rm_eo = static_cast<regoff_t>(text.size());
  const char* begin = text.empty() ? "" : text.data();
  return ::regexec(&compiled_->regex, begin, 0, &range, REG_STARTEND) == 0;
}

}  // namespace cooper::smoke
