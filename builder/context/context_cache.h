// What a build has seen of a context directory so far. Thread-safe. Private to builder/context.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "builder/context/scan.h"

namespace cooper::context {

using Listing = std::shared_ptr<const std::vector<Node>>;

class ContextCache {
 public:
  ContextCache(const Scanner& scanner, unsigned threads) : scanner_(scanner), threads_(threads) {}

  // A visible path; nullptr otherwise. The node lives as long as the cache.
  [[nodiscard]] const Node* find(const std::string& path);
  // What is in a directory, hidden directories included; sorted.
  [[nodiscard]] Listing list(const std::string& directory);
  // Reads a directory and all below it, with all threads.
  void read_ahead(const std::string& directory);
  // Whether a file with more names than one was seen so far.
  [[nodiscard]] bool saw_hardlinks() const { return saw_hardlinks_; }
  // False for an ignored directory in which nothing was re-included.
  [[nodiscard]] bool is_visible(const Node& node);

 private:
  [[nodiscard]] const Node* find_node(const std::string& path);

  void look_at(const Node& node);

  const Scanner& scanner_;
  unsigned threads_;
  std::atomic<bool> saw_hardlinks_ = false;
  std::mutex mutex_;
  std::unordered_map<std::string, Listing> listings_;
  std::map<std::string, std::optional<Node>>
      singles_;  // asked for by name before their directory was read
};

}  // namespace cooper::context
