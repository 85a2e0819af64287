// The result of a step as a FileTree: found through layer indexes, read from unpacked layers only
// when bytes are asked for.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/engine/layer_pool.h"
#include "builder/layer/file_tree.h"
#include "builder/snapshot/snapshot.h"

namespace cooper::engine {

class StageTree final : public layer::FileTree {
 public:
  // `pool` and `snapshots` outlive the tree.
  StageTree(std::string name, std::vector<oci::DiffId> layers, LayerPool& pool,
            snapshot::Snapshots& snapshots, std::stop_token stop);

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::optional<layer::Entry> find(const std::string& path) override;
  [[nodiscard]] std::string resolve(const std::string& path, bool follow_last) override;
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override;
  void walk(const std::string& directory,
            const std::function<bool(const layer::Entry&)>& visit) override;
  [[nodiscard]] base::Sha256Bytes digest(const layer::Entry& file) override;
  [[nodiscard]] base::Fd open(const layer::Entry& file) override;
  [[nodiscard]] std::string inode(const layer::Entry& file) override;

  [[nodiscard]] const layer::LayerStack& stack() const noexcept { return stack_; }

 private:
  std::string name_;
  std::vector<oci::DiffId> layers_;
  LayerPool& pool_;
  snapshot::Snapshots& snapshots_;
  std::stop_token stop_;
  layer::LayerStack stack_;
};

// Whole text of a small regular file of the tree (links followed); nullopt when absent. Throws
// Error for anything else.
[[nodiscard]] std::optional<std::string> read_small_file(layer::FileTree& tree,
                                                         const std::string& path,
                                                         std::uint64_t limit);

}  // namespace cooper::engine
