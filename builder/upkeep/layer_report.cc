#include "builder/upkeep/layer_report.h"

#include <algorithm>

#include "builder/layer/layer_stack.h"
#include "builder/layer/layer_writer.h"

namespace cooper::upkeep {
namespace {

struct Stack {
  std::vector<oci::DiffId> layers = {};
  std::string target = {};
};

Stack stack_with(const oci::DiffId& layer, const std::vector<cache::BuildRecord>& builds) {
  for (const cache::BuildRecord& build : builds) {
    for (const cache::RecordedTarget& target : build.targets) {
      Stack stack{build.stack_of(target.result), cache::BuildRecord::name_of(target)};
      if (std::ranges::find(stack.layers, layer) != stack.layers.end()) return stack;
    }
  }
  for (const cache::BuildRecord& build : builds) {  // of a stage that only lends files
    for (std::size_t i = build.steps.size(); i-- > 0;) {
      Stack stack{build.stack_of(i), build.steps[i].stage};
      if (std::ranges::find(stack.layers, layer) != stack.layers.end()) return stack;
    }
  }
  return {{layer}, ""};
}

class Reporter {
 public:
  Reporter(const store::Store& store, std::shared_ptr<const layer::LayerIndex> index,
           const oci::DiffId& layer, const Stack& stack)
      : index_(std::move(index)) {
    report_.target = stack.target;
    std::vector<std::shared_ptr<const layer::LayerIndex>> lower, upper;
    bool below = true;
    for (const oci::DiffId& one : stack.layers) {
      if (one == layer) {
        below = false;
        continue;
      }
      auto other = layer::find_layer_index(store, one);
      if (other) {
        (below ? lower : upper).push_back(std::move(other));
      } else {
        report_.complete = false;
      }
    }
    above_ = upper;
    lower_ = layer::LayerStack(std::move(lower));
  }

  LayerReport run() {
    for (const layer::Entry& entry : index_->entries()) add(entry);
    return std::move(report_);
  }

 private:
  [[nodiscard]] bool is_hidden(const std::string& path) const {
    for (const auto& index : above_) {
      if (index->find(path) != nullptr) return true;
      for (std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0;
           slash = path.rfind('/', slash - 1)) {
        const layer::Entry* parent = index->find(path.substr(0, slash));
        if (parent == nullptr) continue;
        if (parent->type != layer::EntryType::directory || parent->opaque) return true;
      }
    }
    return false;
  }

  [[nodiscard]] std::uint64_t bytes_below(const std::string& path) const {
    std::uint64_t bytes = 0;
    if (lower_.find(path)) {
      lower_.walk(path, [&](const std::string&, const layer::Found& found) {
        if (found.entry->type == layer::EntryType::file) bytes += found.entry->size;
        return true;
      });
    }
    return bytes;
  }

  void add(const layer::Entry& entry) {
    LayerFile file{entry, FileChange::adds, false};
    const auto old = lower_.find(entry.path);
    if (entry.type == layer::EntryType::whiteout) {
      file.change = FileChange::deletes;
      report_.deleted_bytes += bytes_below(entry.path);
    } else if (old && !entry.path.empty()) {
      if (entry.type == layer::EntryType::directory &&
          old->entry->type == layer::EntryType::directory && !entry.opaque)
        return;
      file.change = FileChange::replaces;
      report_.replaced_bytes += entry.size;
    } else {
      if (entry.path.empty()) return;
      report_.added_bytes += entry.size;
    }
    if (entry.type == layer::EntryType::file && is_hidden(entry.path)) {
      file.wasted = true;
      report_.wasted_bytes += entry.size;
    }
    report_.files.push_back(std::move(file));
  }

  std::shared_ptr<const layer::LayerIndex> index_;
  std::vector<std::shared_ptr<const layer::LayerIndex>> above_;
  layer::LayerStack lower_;
  LayerReport report_;
};

}  // namespace

std::string_view to_string(FileChange change) {
  switch (change) {
    case FileChange::adds: return "adds";
    case FileChange::replaces: return "replaces";
    case FileChange::deletes: return "deletes";
  }
  return "unknown";
}

std::optional<LayerReport> report_layer(const store::Store& store, const oci::DiffId& layer,
                                        const std::vector<cache::BuildRecord>& builds) {
  auto index = layer::find_layer_index(store, layer);
  if (!index) return std::nullopt;
  return Reporter(store, std::move(index), layer, stack_with(layer, builds)).run();
}

}  // namespace cooper::upkeep
