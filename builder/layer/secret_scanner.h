// Looks through the files of a layer for secrets while their bytes pass by. For one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "builder/layer/secret_patterns.h"

namespace cooper::layer {

struct SecretFinding {
  std::string path;  // of the file in the layer
  std::string what;  // "a private key", "the secret 'npm'"
  bool operator==(const SecretFinding&) const = default;
};

class SecretScanner {
 public:
  static constexpr std::size_t kMaxFindings = 50;  // of a layer; more are not kept

  // nullptr: nothing is looked for.
  explicit SecretScanner(std::shared_ptr<const SecretPatterns> patterns)
      : patterns_(std::move(patterns)) {}

  // A file: its path, its bytes in pieces, its end.
  void begin(const std::string& path);
  void feed(std::span<const std::byte> bytes);
  void end();

  [[nodiscard]] const std::vector<SecretFinding>& findings() const { return findings_; }

 private:
  void judge(std::string_view text, std::size_t end);

  std::shared_ptr<const SecretPatterns> patterns_;
  std::vector<SecretFinding> findings_;
  std::string path_;
  SecretPatterns::Scope scope_ = SecretPatterns::Scope::all;
  std::string last_;  // the last reach() bytes seen: what begins there is not judged yet
  bool idle_ = true;
};

}  // namespace cooper::layer
