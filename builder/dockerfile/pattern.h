// Path patterns. PathPattern: Go's filepath.Match per component (COPY wildcards). IgnoreRules:
// .dockerignore semantics (rows I2, I3, I5), also used by COPY --exclude. Compiled once, matched
// often; thread-safe when const. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::dockerfile {

// True if `text` holds one of * ? [ that no backslash escapes. Without one it is a plain path,
// backslashes included.
[[nodiscard]] bool has_wildcards(std::string_view text);

// Go's filepath.Match for a whole path: '*' and '?' do not match '/'. Throws base::Error(usage) for
// a bad pattern.
[[nodiscard]] bool match_path(std::string_view pattern, std::string_view path);

class IgnoreRules {
 public:
  IgnoreRules();
  // Lines of an ignore file; limit 1 MiB of text, 10,000 patterns. Throws base::Error(usage) with
  // `file_name` and line.
  [[nodiscard]] static IgnoreRules parse(std::string_view text, const std::string& file_name);
  // As --exclude gives them: one that begins with a slash excludes nothing.
  [[nodiscard]] static IgnoreRules from_patterns(const std::vector<std::string>& patterns);
  IgnoreRules(IgnoreRules&&) noexcept;
  IgnoreRules& operator=(IgnoreRules&&) noexcept;
  ~IgnoreRules();

  // `path` is clean and relative to the root. A pattern that matches a parent excludes what is
  // below it; last match wins.
  [[nodiscard]] bool ignores(std::string_view path) const;

  // For a walk from the root downwards, which need not match every parent again: what was found for
  // a directory is handed to its children. A default-constructed Found stands for the root.
  struct Found {
    bool ignored = false;
    std::vector<bool> matched;  // by pattern
  };
  [[nodiscard]] Found match(std::string_view path, const Found& parent) const;

  // For a walk: false if neither this ignored directory nor anything below can be re-included, so
  // it need not be opened.
  [[nodiscard]] bool may_contain_included(std::string_view directory) const;
  [[nodiscard]] bool empty() const;
  // Canonical text of the rules, for keys.
  [[nodiscard]] const std::vector<std::string>& patterns() const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace cooper::dockerfile
