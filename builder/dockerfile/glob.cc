#include "builder/dockerfile/glob.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"

namespace cooper::dockerfile {
namespace {

using Kind = GlobItem::Kind;

std::size_t next_character(std::string_view text, char32_t& code) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte < 0x80) {
    code = byte;
    return 1;
  }
  const auto decoded = base::decode_utf8(text);
  code = decoded.second > 0 ? decoded.first : U'\xfffd';
  return std::max<std::size_t>(decoded.second, 1);
}

class Compiler {
 public:
  Compiler(std::string_view pattern, Glob::Syntax syntax) : pattern_(pattern), syntax_(syntax) {}

  void run() {
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_++];
      if (c == '*') {
        star();
      } else if (c == '?') {
        items.push_back({Kind::any, '\0', 0});
      } else if (c == '[') {
        character_class();
      } else if (c == '\\') {
        if (at_ >= pattern_.size()) fail("a backslash at the end escapes nothing");
        items.push_back({Kind::literal, pattern_[at_++], 0});
      } else {
        items.push_back({Kind::literal, c, 0});
      }
    }
  }

  std::vector<GlobItem> items;
  std::vector<GlobClass> classes;

 private:
  [[noreturn]] void fail(std::string cause) const {
    throw base::Error(base::ErrorKind::usage, "use pattern", std::string(pattern_.substr(0, 200)),
                      std::move(cause));
  }

  void star() {
    const bool twice =
        syntax_ == Glob::Syntax::ignore && at_ < pattern_.size() && pattern_[at_] == '*';
    if (!twice) {
      if (items.empty() || items.back().kind != Kind::star) items.push_back({Kind::star, '\0', 0});
      return;
    }
    ++at_;
    if (at_ < pattern_.size() && pattern_[at_] == '/') ++at_;
    items.push_back({at_ == pattern_.size() ? Kind::everything : Kind::globstar, '\0', 0});
  }

  char32_t class_character() {
    if (at_ >= pattern_.size() || pattern_[at_] == '-' || pattern_[at_] == ']')
      fail("a character class is not finished");
    if (pattern_[at_] == '\\' && ++at_ >= pattern_.size())
      fail("a character class is not finished");
    char32_t code = 0;
    at_ += next_character(pattern_.substr(at_), code);
    if (at_ >= pattern_.size()) fail("a character class is not finished");
    return code;
  }

  void character_class() {
    GlobClass found;
    if (at_ < pattern_.size() && pattern_[at_] == '^') {
      found.negated = true;
      ++at_;
    }
    while (!(at_ < pattern_.size() && pattern_[at_] == ']' && !found.ranges.empty())) {
      const char32_t low = class_character();
      char32_t high = low;
      if (pattern_[at_] == '-') {
        ++at_;
        high = class_character();
      }
      found.ranges.emplace_back(low, high);
    }
    ++at_;
    items.push_back({Kind::character_class, '\0', classes.size()});
    classes.push_back(std::move(found));
  }

  std::string_view pattern_;
  Glob::Syntax syntax_;
  std::size_t at_ = 0;
};

bool repeats(Kind kind) {
  return kind == Kind::star || kind == Kind::globstar || kind == Kind::everything;
}

}  // namespace

Glob Glob::compile(std::string_view pattern, Syntax syntax) {
  Compiler compiler(pattern, syntax);
  compiler.run();
  Glob glob;
  glob.items_ = std::move(compiler.items);
  glob.classes_ = std::move(compiler.classes);
  glob.syntax_ = syntax;
  for (std::size_t i = 1; i < glob.items_.size(); ++i) {
    const GlobItem& before = glob.items_[i - 1];
    const bool begins =
        before.kind == Kind::globstar || (before.kind == Kind::literal && before.literal == '/');
    if (glob.items_[i].kind == Kind::globstar && !begins) glob.aligned_ = false;
  }
  return glob;
}

// Bytes of text[at...] that a single-character item takes; 0 if it does not match. `at` is before
// the end.
std::size_t Glob::step(const GlobItem& item, std::string_view text, std::size_t at) const {
  const char c = text[at];
  if (item.kind == Kind::literal) return c == item.literal ? 1 : 0;
  char32_t code = 0;
  const std::size_t length = next_character(text.substr(at), code);
  if (item.kind == Kind::any) return c == '/' ? 0 : length;
  if (c == '/' && syntax_ == Syntax::ignore) return 0;
  const GlobClass& found = classes_[item.index];
  const bool inside = std::any_of(
      found.ranges.begin(), found.ranges.end(),
      [code](const auto& range) { return range.first <= code && code <= range.second; });
  return inside != found.negated ? length : 0;
}

bool Glob::matches(std::string_view text) const {
  if (!aligned_) return matches_states(text);
  bool decided = true;
  const bool matched = matches_aligned(text, 16 * (text.size() + items_.size()) + 256, decided);
  return decided ? matched : matches_states(text);
}

// The usual case, fast (aligned_ only): on a mismatch the last star takes one character more, or,
// when it cannot, the last globstar one component more; earlier ones can never help then. Gives up
// (decided = false) after `budget` steps.
bool Glob::matches_aligned(std::string_view text, std::size_t budget, bool& decided) const {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t item = 0, at = 0;
  std::size_t star_item = kNone, star_at = 0;
  std::size_t globstar_item = kNone, globstar_at = 0;
  while (true) {
    if (budget-- == 0) {
      decided = false;
      return false;
    }
    if (item < items_.size() && repeats(items_[item].kind)) {
      if (items_[item].kind == Kind::everything) return true;
      if (items_[item].kind == Kind::globstar) {
        globstar_item = item + 1;
        globstar_at = at;
        star_item = kNone;
      } else {
        star_item = item + 1;
        star_at = at;
      }
      ++item;
      continue;
    }
    if (item == items_.size() && at == text.size()) return true;
    const std::size_t taken =
        item < items_.size() && at < text.size() ? step(items_[item], text, at) : 0;
    if (taken > 0) {
      ++item;
      at += taken;
      continue;
    }
    if (star_item != kNone && star_at < text.size() && text[star_at] != '/') {
      item = star_item;
      at = ++star_at;
      continue;
    }
    if (globstar_item == kNone) return false;
    const std::size_t slash = text.find('/', globstar_at);
    if (slash == std::string_view::npos) return false;
    globstar_at = slash + 1;
    star_item = kNone;
    item = globstar_item;
    at = globstar_at;
  }
}

// All ways at once: reached[i] says that items before i match the text before `at`; multi-byte
// characters put their arrival into later rows.
bool Glob::matches_states(std::string_view text) const {
  constexpr std::size_t kRows = 5;  // a character has at most 4 bytes
  const std::size_t count = items_.size();
  std::vector<std::vector<char>> rows(kRows, std::vector<char>(count + 1, 0));
  // Set for a globstar once it may begin: it can end behind any later '/'.
  std::vector<char> open(count + 1, 0);
  rows[0][0] = 1;
  for (std::size_t at = 0;; ++at) {
    std::vector<char>& row = rows[at % kRows];
    const bool behind_slash = at > 0 && text[at - 1] == '/';
    for (std::size_t i = 0; i < count; ++i) {
      const Kind kind = items_[i].kind;
      if (open[i] != 0 && behind_slash) row[i + 1] = 1;
      if (row[i] == 0) continue;
      if (kind == Kind::everything) return true;
      if (repeats(kind)) row[i + 1] = 1;
      if (kind == Kind::globstar) open[i] = 1;
      if (at == text.size()) continue;
      if (kind == Kind::star && text[at] != '/') rows[(at + 1) % kRows][i] = 1;
      if (repeats(kind)) continue;
      const std::size_t taken = step(items_[i], text, at);
      if (taken > 0) rows[(at + taken) % kRows][i + 1] = 1;
    }
    if (at == text.size()) return row[count] != 0;
    std::fill(row.begin(), row.end(), 0);
  }
}

}  // namespace cooper::dockerfile
