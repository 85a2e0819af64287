// Hides the values of secrets in a line of output, plain and in base64.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::engine {

class SecretMask {
 public:
  // Every line of a secret of 4 bytes or more is hidden, and its base64 wherever it begins in a
  // longer text that is encoded ("user:" before it, say) or in lines of 76. Secrets over 16 KiB
  // (certificate bundles) are not looked for.
  explicit SecretMask(const std::vector<std::string>& secrets);
  [[nodiscard]] std::string apply(const std::string& line) const;
  // How many bytes at the end of a text may be the beginning of what is to be hidden: who cuts it
  // there leaves them for the next piece.
  [[nodiscard]] std::size_t unfinished(std::string_view text) const;

 private:
  void add(std::string needle);
  void add_encoded(std::string_view secret);

  std::vector<std::string> needles_;  // longest first
};

}  // namespace cooper::engine
