// Hides the values of secrets in a line of output, plain and in base64.
#pragma once

#include <string>
#include <vector>

namespace cooper::engine {

class SecretMask {
 public:
  // Every line of a secret of 4 bytes or more is hidden. Secrets over 16 KiB (certificate bundles)
  // are not looked for.
  explicit SecretMask(const std::vector<std::string>& secrets);
  [[nodiscard]] std::string apply(const std::string& line) const;

 private:
  std::vector<std::string> needles_;  // longest first
};

}  // namespace cooper::engine
