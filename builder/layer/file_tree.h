// A read-only file tree that COPY, ADD and bind mounts take files from: a build context or the
// result of a stage. Paths are clean and relative; "" is the root. Thread-safe. Throws base::Error.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "builder/layer/layer_index.h"

namespace cooper::layer {

class FileTree {
 public:
  FileTree() = default;
  FileTree(const FileTree&) = delete;
  FileTree& operator=(const FileTree&) = delete;
  virtual ~FileTree() = default;

  // For messages: "build context", "stage 'vendor'".
  [[nodiscard]] virtual std::string name() const = 0;
  // Links not followed; never a whiteout; a hard link comes as the file it names. Entry::content
  // may be absent: see digest().
  [[nodiscard]] virtual std::optional<Entry> find(const std::string& path) = 0;
  // As LayerStack::resolve: the clean path that is meant after following links inside the tree;
  // need not exist.
  [[nodiscard]] virtual std::string resolve(const std::string& path, bool follow_last) = 0;
  // Names directly in a directory, sorted; empty for anything else. What ignore rules hide is not
  // there.
  [[nodiscard]] virtual std::vector<std::string> list(const std::string& directory) = 0;
  // Pre-order, in path_less order, `directory` itself included; false from `visit` skips what is
  // below a directory.
  virtual void walk(const std::string& directory,
                    const std::function<bool(const Entry&)>& visit) = 0;
  // Content digest of a regular file, without reading it where it is known.
  [[nodiscard]] virtual base::Sha256Bytes digest(const Entry& file) = 0;
  // The bytes of a regular file.
  [[nodiscard]] virtual base::Fd open(const Entry& file) = 0;
  // The same text for all names of a file that has several (hard links); "" for any other.
  [[nodiscard]] virtual std::string inode(const Entry& file) {
    static_cast<void>(file);
    return {};
  }
  // True if `path` exists but is hidden by an ignore rule (for a better message).
  [[nodiscard]] virtual bool hidden(const std::string& path) {
    static_cast<void>(path);
    return false;
  }
};

}  // namespace cooper::layer
