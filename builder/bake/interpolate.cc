#include "builder/bake/interpolate.h"

#include <utility>

namespace cooper::bake {
namespace {

constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxText = std::size_t{1} << 20;
constexpr std::size_t kMaxProduced = std::size_t{16} << 20;

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class Interpolation {
 public:
  Interpolation(std::string_view text, const Position& where, const Environment& variables)
      : text_(text), where_(where), variables_(variables) {}

  // Up to the end, or inside braces up to their end.
  std::string run(int depth, bool braces) {
    if (depth > kMaxDepth)
      fail_at(where_, "'${' nested deeper than 16 levels", {}, 1, base::ErrorKind::limit);
    std::string out;
    while (at_ < text_.size() && !(braces && text_[at_] == '}')) {
      const char c = text_[at_++];
      if (c != '$') {
        out += c;
      } else if (at_ < text_.size() && text_[at_] == '$') {
        out += text_[at_++];
      } else {
        out += variable(depth);
      }
      if (out.size() > kMaxText)
        fail_at(where_, "a text has more than 1 MiB", {}, 1, base::ErrorKind::limit);
    }
    return out;
  }

 private:
  [[noreturn]] void fail() const {
    fail_at(where_, "'$' begins no variable", "write $$ for a plain $");
  }

  std::string name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (begins_name(text_[at_]) || (at_ > begin && text_[at_] >= '0' && text_[at_] <= '9')))
      ++at_;
    if (at_ == begin) fail();
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string variable(int depth) {
    if (at_ >= text_.size()) fail();
    if (text_[at_] != '{') return variables_(name()).value_or("");
    ++at_;
    const std::string asked = name();
    const auto value = variables_(asked);
    bool there = value.has_value();
    if (at_ < text_.size() && text_[at_] == ':') {
      ++at_;
      there = there && !value->empty();
      if (at_ < text_.size() && text_[at_] == '}') fail();
    }
    const char form = at_ < text_.size() ? text_[at_] : '\0';
    std::string word;
    if (form == '-' || form == '?' || form == '+') {
      ++at_;
      word = run(depth + 1, true);
    } else if (form != '}') {
      fail();
    }
    if (at_ >= text_.size()) fail_at(where_, "'${' without '}'", "write $$ for a plain $");
    ++at_;
    if (form == '+') return there ? word : "";
    if (there || form == '}') return value.value_or("");
    if (form == '-') return word;
    fail_at(where_,
            "the variable '" + asked + "' has no value" + (word.empty() ? "" : ": " + word));
  }

  std::string_view text_;
  const Position& where_;
  const Environment& variables_;
  std::size_t at_ = 0;
};

}  // namespace

std::string interpolate(std::string_view text, const Position& where,
                        const Environment& variables) {
  return Interpolation(text, where, variables).run(0, false);
}

void interpolate_all(Node& node, const Environment& variables, std::size_t& produced) {
  if (node.kind == Node::Kind::string) {
    node.text = interpolate(node.text, node.where, variables);
    produced += node.text.size();
    if (produced > kMaxProduced) {
      fail_at(node.where, "variables make more than 16 MiB of text", {}, 1, base::ErrorKind::limit);
    }
  }
  for (Node& item : node.items) interpolate_all(item, variables, produced);
  for (Member& member : node.members) interpolate_all(member.value, variables, produced);
}

}  // namespace cooper::bake
