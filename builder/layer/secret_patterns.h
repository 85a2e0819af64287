// What is looked for in the files of layers that are made here, so that no secret is published: the
// values a build was given as secrets, and tokens of a known shape. Immutable; for any number of
// threads.
//
// Shapes: private keys (PEM, OpenSSH, PGP) with their body; AWS access key ids; tokens of GitHub,
// GitLab and npm; passwords of Composer's auth.json; Laravel's APP_KEY. A header without a body, an
// example of a manual, a token of the wrong length are none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "builder/layer/triple_search.h"

namespace cooper::layer {

class SecretPatterns {
 public:
  // Raised when shapes are added: layers looked through before are looked through again.
  static constexpr int kVersion = 1;

  // `secrets`: id -> value. Values of fewer than 8 bytes would be found everywhere, those over 16
  // KiB and certificates are no secrets: neither is looked for. `salt` is the store's own: marks()
  // of another salt are others.
  SecretPatterns(const std::map<std::string, std::string>& secrets, const std::string& salt);

  // Sixteen bits for each value, of a keyed hash: says of a layer for which values it was looked
  // through, and tells next to nothing of the value.
  [[nodiscard]] const std::vector<std::string>& marks() const { return marks_; }

  // A file whose bytes come in pieces may be cut anywhere: what begins within the last reach()
  // bytes of a piece is judged together with the next.
  [[nodiscard]] std::size_t reach() const { return reach_; }

  enum class Scope {
    all,
    values,  // only the given values: files of packages, which hold keys for tests and examples
  };
  [[nodiscard]] static Scope scope_of(std::string_view path);
  [[nodiscard]] bool looks_for_nothing(Scope scope) const;

  // What begins in text[0, end), in words for people: "a private key", "the secret 'npm'". `text`
  // goes on to the end of the file, or for reach() bytes.
  [[nodiscard]] std::vector<std::string> find(std::string_view text, std::size_t end,
                                              Scope scope) const;

 private:
  struct Value {
    std::string needle;
    std::size_t anchor;  // of its most telling three bytes
    std::string what;
  };
  void add_value(const std::string& needle, const std::string& what);

  std::vector<Value> values_;
  std::vector<std::string> marks_;
  TripleSearch all_, only_values_;
  std::size_t reach_;
};

}  // namespace cooper::layer
