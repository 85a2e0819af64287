#include "builder/bake/dot_env.h"

#include <utility>

#include "builder/bake/interpolate.h"
#include "builder/bake/node.h"

namespace cooper::bake {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kMaxProduced = std::size_t{16} << 20;

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  for (const char c : name) {
    const bool known = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
                       c == '-' || (c >= '0' && c <= '9');
    if (!known) return false;
  }
  return true;
}

class DotEnv {
 public:
  DotEnv(const BakeInput& file, const Environment& environment)
      : document_(hcl::make_document(file.text, file.file_name)), environment_(environment) {}

  std::map<std::string, std::string> read() {
    for (index_ = 0; index_ < document_.lines.size(); ++index_) {
      std::string_view line = trim(document_.lines[index_]);
      if (line.empty() || line.front() == '#') continue;
      if (line.starts_with("export ")) line = trim(line.substr(7));
      const std::size_t equals = line.find_first_of("=:");
      const std::string name(trim(line.substr(0, equals)));
      if (!is_name(name)) fail_at(here(), "expected NAME=value", {}, line.size());
      if (equals == std::string_view::npos) {
        if (auto value = lookup(name)) values_[name] = std::move(*value);
        continue;
      }
      values_[name] = value(trim(line.substr(equals + 1)));
      produced_ += values_[name].size();
      if (produced_ > kMaxProduced)
        fail_at(here(), "variables make more than 16 MiB of text", {}, 1, base::ErrorKind::limit);
    }
    return std::move(values_);
  }

 private:
  [[nodiscard]] Position here() const { return {&document_, static_cast<int>(index_) + 1, 1}; }

  [[nodiscard]] std::optional<std::string> lookup(std::string_view name) const {
    auto outside = environment_(name);
    if (outside) return outside;
    const auto found = values_.find(std::string(name));
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

  [[nodiscard]] std::string expanded(std::string_view text) const {
    return interpolate(text, here(), [this](std::string_view name) { return lookup(name); });
  }

  std::string value(std::string_view text) {
    if (text.empty() || (text.front() != '"' && text.front() != '\'')) {
      const std::size_t comment = text.find(" #");
      return expanded(trim(text.substr(0, comment)));
    }
    const std::string body = quoted(text);
    return text.front() == '"' ? expanded(body) : body;
  }

  // The text between quotes, which may go on over several lines.
  std::string quoted(std::string_view text) {
    const char quote = text.front();
    const Position begin = here();
    std::string out;
    text.remove_prefix(1);
    while (true) {
      for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == quote) {
          const std::string_view rest = trim(text.substr(at + 1));
          if (!rest.empty() && rest.front() != '#')
            fail_at(here(), "text behind a value in quotes");
          return out;
        }
        if (quote == '"' && text[at] == '\\' && at + 1 < text.size()) {
          constexpr std::string_view kNames = "nrt\"\\$";
          constexpr std::string_view kValues = "\n\r\t\"\\";
          const std::size_t known = kNames.find(text[at + 1]);
          if (known == 5) {
            out += "$$";
            ++at;
            continue;
          }
          if (known != std::string_view::npos) {
            out += kValues[known];
            ++at;
            continue;
          }
        }
        out += text[at];
      }
      if (++index_ >= document_.lines.size()) fail_at(begin, "a quote is not closed");
      out += '\n';
      text = document_.lines[index_];
    }
  }

  const Document document_;
  const Environment& environment_;
  std::map<std::string, std::string> values_;
  std::size_t index_ = 0;
  std::size_t produced_ = 0;
};

}  // namespace

std::map<std::string, std::string> parse_dot_env(const BakeInput& file,
                                                 const Environment& environment) {
  return DotEnv(file, environment).read();
}

}  // namespace cooper::bake
