// Content digests of context files that the stat index does not know. Private to builder/context.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/fd.h"
#include "base/sha256.h"
#include "builder/context/scan.h"
#include "builder/context/stat_index.h"

namespace cooper::context {

// Opens the file of a node for reading. Throws base::Error(failure) if it is no longer the file
// that was seen.
[[nodiscard]] base::Fd open_unchanged(int root, const Node& node);

// Thread-safe. A digest is computed once. Files that are expected to be asked for are hashed with
// the one that is, on all threads at once.
class FileHasher {
 public:
  FileHasher(int root, StatIndex& index, unsigned threads)
      : root_(root), index_(index), threads_(threads) {}

  [[nodiscard]] base::Sha256Bytes digest(const Node& node);
  [[nodiscard]] std::optional<base::Sha256Bytes> known(const std::string& path) const;
  // The node will probably be asked for soon; it must live as long as the hasher.
  void expect(const Node& node);

 private:
  [[nodiscard]] std::vector<const Node*> take_batch(const Node& first);
  [[nodiscard]] base::Sha256Bytes hash(const Node& node);
  void keep(const Node& node, const base::Sha256Bytes& digest);

  int root_;
  StatIndex& index_;
  unsigned threads_;
  std::mutex batch_mutex_;  // held while a batch is hashed; taken before mutex_
  mutable std::mutex mutex_;
  std::map<std::string, base::Sha256Bytes> digests_;
  std::map<std::string, const Node*> expected_;
};

}  // namespace cooper::context
