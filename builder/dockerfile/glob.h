// A compiled path glob: '*' and '?' within one component, [classes], backslash escapes, and in
// ignore rules '**'.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cooper::dockerfile {

struct GlobClass {
  bool negated = false;
  std::vector<std::pair<char32_t, char32_t>> ranges;
  bool operator==(const GlobClass&) const = default;
};

struct GlobItem {
  enum class Kind : std::uint8_t {
    literal,     // one byte
    any,         // one character but '/'
    star,        // any characters but '/'
    globstar,    // "**/": nothing, or any text that ends with '/'
    everything,  // "**" at the end: any text
    character_class,
  } kind = Kind::literal;
  char literal = '\0';
  std::size_t index = 0;  // into Glob::classes
  bool operator==(const GlobItem&) const = default;
};

class Glob {
 public:
  enum class Syntax {
    path,    // '**' is '*' twice; a class may match '/' (Go's filepath.Match)
    ignore,  // '**' crosses components; a class never matches '/'
  };

  // Throws base::Error(usage) for a bad pattern: an unfinished class or escape, an empty or
  // reversed class part.
  static Glob compile(std::string_view pattern, Syntax syntax);

  // The whole of `text`. Time is at most the product of both lengths, whatever the pattern.
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  [[nodiscard]] std::size_t step(const GlobItem& item, std::string_view text, std::size_t at) const;
  [[nodiscard]] bool matches_aligned(std::string_view text, std::size_t budget,
                                     bool& decided) const;
  [[nodiscard]] bool matches_states(std::string_view text) const;

  std::vector<GlobItem> items_;
  std::vector<GlobClass> classes_;
  Syntax syntax_ = Syntax::path;
  bool aligned_ = true;  // every globstar stands where a component begins
};

}  // namespace cooper::dockerfile
