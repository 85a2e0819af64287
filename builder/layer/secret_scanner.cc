#include "builder/layer/secret_scanner.h"

#include <algorithm>

namespace cooper::layer {

void SecretScanner::begin(const std::string& path) {
  scope_ = SecretPatterns::scope_of(path);
  idle_ = !patterns_ || patterns_->looks_for_nothing(scope_);
  if (idle_) return;
  path_ = path;
  last_.clear();
}

void SecretScanner::feed(std::span<const std::byte> bytes) {
  if (idle_ || bytes.empty()) return;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t reach = patterns_->reach();
  last_ += text.substr(0, reach);
  const std::size_t judged = last_.size() - std::min(reach, last_.size());
  judge(last_, judged);
  if (text.size() <= reach) {
    last_.erase(0, judged);
    return;
  }
  judge(text, text.size() - reach);
  last_ = text.substr(text.size() - reach);
}

void SecretScanner::end() {
  if (!idle_) judge(last_, last_.size());
  idle_ = true;
}

void SecretScanner::judge(std::string_view text, std::size_t end) {
  if (end == 0) return;
  for (std::string& what : patterns_->find(text, end, scope_)) {
    SecretFinding finding{path_, std::move(what)};
    if (findings_.size() < kMaxFindings &&
        std::find(findings_.begin(), findings_.end(), finding) == findings_.end())
      findings_.push_back(std::move(finding));
  }
}

}  // namespace cooper::layer
