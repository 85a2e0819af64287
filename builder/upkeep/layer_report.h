// What a layer does to what lies below it, file by file, and how much of it what lies above makes
// useless.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "builder/cache/build_record.h"
#include "builder/layer/layer_index.h"
#include "builder/store/store.h"

namespace cooper::upkeep {

enum class FileChange { adds, replaces, deletes };
[[nodiscard]] std::string_view to_string(FileChange change);

struct LayerFile {
  layer::Entry entry;
  FileChange change = FileChange::adds;
  bool wasted = false;  // a layer above replaces or deletes it
};

struct LayerReport {
  std::vector<LayerFile> files;  // in path order, without directories that were there before
  std::uint64_t added_bytes = 0, replaced_bytes = 0, deleted_bytes = 0;  // deleted: of lower layers
  std::uint64_t wasted_bytes = 0;
  std::string target;    // whose stack it was judged in; "": alone
  bool complete = true;  // false: the index of a layer of that stack is not here
};

// nullopt when the store has no index of the layer. The stack is the newest of `builds` with it.
[[nodiscard]] std::optional<LayerReport> report_layer(
    const store::Store& store, const oci::DiffId& layer,
    const std::vector<cache::BuildRecord>& builds);

}  // namespace cooper::upkeep
