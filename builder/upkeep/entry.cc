#include "builder/upkeep/entry.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/sha256.h"

namespace cooper::upkeep {
namespace {

constexpr std::array kKinds = {EntryKind::step,    EntryKind::layer,  EntryKind::snapshot,
                               EntryKind::base,    EntryKind::mount,  EntryKind::context,
                               EntryKind::build,   EntryKind::failed, EntryKind::image,
                               EntryKind::leftover};

// The directory name of a snapshot without its ending: a DiffId, or the ChainId of "<..>.on".
std::string stem(const std::string& name) { return name.substr(0, name.find('.')); }

class Lister {
 public:
  explicit Lister(const Contents& contents)
      : contents_(contents), pinned_(contents.pinned_blobs()) {
    const auto& items = contents_.disk.items;
    taken_.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) by_path_[items[i].path()] = i;
  }

  std::vector<Entry> run() {
    note_builds();
    add_images();
    add_steps();
    add_layers();
    add_bases();
    add_simple();
    std::ranges::stable_sort(entries_, [](const Entry& a, const Entry& b) {
      return std::tie(a.kind, b.used, a.id) < std::tie(b.kind, a.used, b.id);
    });
    return std::move(entries_);
  }

 private:
  [[nodiscard]] const DiskItem& item(std::size_t i) const { return contents_.disk.items[i]; }

  // Gives the item to an entry, unless another one has it.
  void take(Entry& entry, const std::string& path) {
    const auto found = by_path_.find(path);
    if (found == by_path_.end() || taken_[found->second]) return;
    take(entry, found->second);
  }
  void take(Entry& entry, std::size_t i) {
    taken_[i] = true;
    entry.items.push_back(i);
    entry.bytes += item(i).bytes;
    entry.used = std::max(entry.used, item(i).changed);
  }

  void note_builds() {
    for (const cache::BuildRecord& build : contents_.builds) {
      for (const cache::RecordedTarget& target : build.targets) {
        const std::string name = cache::BuildRecord::name_of(target);
        for (const std::size_t number : build.steps_of(target)) {
          const cache::RecordedStep& step = build.steps[number];
          if (!step.key.empty()) targets_[step.key].insert(name);
          if (step.layer) targets_[step.layer->hex()].insert(name);
          if (step.operation == "base") targets_[step.image_digest].insert(name);
          for (const oci::DiffId& layer : step.base_layers) targets_[layer.hex()].insert(name);
          if (!step.context.empty()) contexts_[base::sha256_hex(step.context)] = step.context;
          if (step.layer && !step.label.empty()) labels_.emplace(step.layer->hex(), step.label);
        }
      }
      for (const cache::RecordedStep& step : build.steps) {
        for (const oci::DiffId& layer : step.base_layers) {
          auto& used = base_used_[layer.hex()];
          used = std::max(used, build.started);
        }
      }
    }
  }

  void add_images() {
    for (const StoredImage& image : contents_.images) {
      Entry entry;
      entry.kind = EntryKind::image;
      entry.id = image.manifest.digest.hex();
      entry.name = image.reference;
      entry.pinned = true;
      for (const oci::DiffId& layer : image.layers) {
        entry.layers.push_back(layer.hex());
        image_layers_.insert(layer.hex());
      }
      // Its documents; blobs of layers belong to the layers.
      std::set<std::string> of_layers;
      for (const auto& [id, layer] : contents_.layers) {
        for (const oci::Descriptor& blob : layer.blobs) of_layers.insert(blob.digest.hex());
      }
      for (const std::string& blob : image.blobs) {
        if (!of_layers.contains(blob)) take(entry, "blobs/sha256/" + blob);
      }
      entry.created = entry.used;
      entries_.push_back(std::move(entry));
    }
  }

  void add_steps() {
    std::map<std::string, Entry> steps;
    for (const cache::StepRecord& record : contents_.steps) {
      // The two keys of one result are one entry.
      const std::string key = record.content_key ? record.content_key->hex : record.key.hex;
      Entry& entry = steps[key];
      entry.kind = EntryKind::step;
      entry.id = key;
      entry.name = record.label;
      entry.created = std::max(entry.created, record.created);
      entry.layers = {record.diff_id.hex()};
      take(entry, "cooper/records/steps/" + record.key.hex);
      take(entry, "cooper/records/step-parts/" + record.key.hex);
      if (const auto found = targets_.find(key); found != targets_.end())
        entry.targets.insert(found->second.begin(), found->second.end());
      auto& used = layer_used_[record.diff_id.hex()];
      used = std::max(used, entry.used);
      labels_.emplace(record.diff_id.hex(), record.label);
    }
    for (auto& [key, entry] : steps) entries_.push_back(std::move(entry));
  }

  void add_layers() {
    std::map<std::string, std::vector<std::size_t>> snapshots;
    for (std::size_t i = 0; i < contents_.disk.items.size(); ++i) {
      if (item(i).place == Place::snapshot) snapshots[stem(item(i).name)].push_back(i);
    }
    for (const auto& [diff_id, record] : contents_.layers) {
      const std::string hex = diff_id.hex();
      Entry entry;
      entry.kind = EntryKind::layer;
      entry.id = hex;
      entry.layers = {hex};
      const auto label = labels_.find(hex);
      if (label != labels_.end()) entry.name = label->second;
      if (base_used_.contains(hex) && entry.name.empty()) entry.name = "of a base image";
      for (const oci::Descriptor& blob : record.blobs) {
        entry.pinned = entry.pinned || pinned_.contains(blob.digest.hex());
        take(entry, "blobs/sha256/" + blob.digest.hex());
      }
      take(entry, "cooper/records/layers/" + hex);
      take(entry, "cooper/records/index/" + hex);
      entry.created = entry.used;
      entry.used = std::max({entry.used, layer_used_[hex], base_used_[hex]});
      entry.targets = targets_[hex];
      layer_used_[hex] = entry.used;
      layer_bytes_[hex] = entry.bytes;
      entries_.push_back(std::move(entry));
    }
    for (const auto& [name, items] : snapshots) {
      for (const std::size_t i : items) add_snapshot(name, i);
    }
    for (Entry& entry : entries_) {
      if (entry.kind != EntryKind::step && entry.kind != EntryKind::image) continue;
      for (const std::string& layer : entry.layers) entry.shared_bytes += layer_bytes_[layer];
    }
  }

  void add_snapshot(const std::string& name, std::size_t i) {
    Entry entry;
    entry.kind = EntryKind::snapshot;
    entry.id = item(i).name;
    entry.layers = {name};
    const auto label = labels_.find(name);
    if (label != labels_.end()) entry.name = label->second;
    take(entry, i);
    entry.created = entry.used;
    entry.used = std::max(entry.used, layer_used_[name]);
    entry.targets = targets_[name];
    entries_.push_back(std::move(entry));
  }

  void add_bases() {
    std::set<std::string> seen;
    for (const cache::BuildRecord& build : contents_.builds) {
      for (const cache::RecordedStep& step : build.steps) {
        if (step.operation != "base" || !seen.insert(step.image_digest).second) continue;
        Entry entry;
        entry.kind = EntryKind::base;
        entry.id = step.image_digest;
        entry.name = step.image;
        entry.created = entry.used = build.started;
        entry.targets = targets_[step.image_digest];
        for (const oci::DiffId& layer : step.base_layers) {
          entry.layers.push_back(layer.hex());
          entry.shared_bytes += layer_bytes_[layer.hex()];
        }
        entries_.push_back(std::move(entry));
      }
    }
  }

  void add_simple() {
    for (std::size_t i = 0; i < contents_.disk.items.size(); ++i) {
      if (taken_[i]) continue;
      const DiskItem& one = item(i);
      Entry entry;
      entry.id = one.name;
      entry.name = one.path();
      if (one.place == Place::other || one.place == Place::temporary) continue;
      if (one.place == Place::record && one.folder == "upkeep") continue;
      if (one.place == Place::mount) {
        entry.kind = EntryKind::mount;
        take(entry, i);
        take(entry, "cooper/records/mounts/" + one.name);
        const auto id = contents_.mounts.find(one.name);
        if (id != contents_.mounts.end() && !id->second.empty()) entry.name = id->second;
      } else if (one.place == Place::record && one.folder == "mounts" &&
                 by_path_.contains("cooper/mounts/" + one.name)) {
        continue;  // goes with its directory
      } else if (one.place == Place::record && one.folder == "stat-index") {
        entry.kind = EntryKind::context;
        const auto path = contexts_.find(one.name);
        if (path != contexts_.end()) entry.name = path->second;
        take(entry, i);
      } else if (one.place == Place::record && one.folder == "lines") {
        entry.kind = EntryKind::context;
        entry.name = "the last directory of a COPY";
        take(entry, i);
      } else if (one.place == Place::record && one.folder == "builds") {
        entry.kind = EntryKind::build;
        for (const cache::BuildRecord& build : contents_.builds) {
          if (build.id != one.name) continue;
          entry.name = build.error.empty() ? "built" : "failed";
          for (const auto& target : build.targets)
            entry.targets.insert(cache::BuildRecord::name_of(target));
        }
        take(entry, i);
        take(entry, "cooper/logs/" + one.name);
      } else if (one.place == Place::log &&
                 by_path_.contains("cooper/records/builds/" + one.name)) {
        continue;  // goes with its build
      } else if (one.place == Place::failed) {
        entry.kind = EntryKind::failed;
        entry.name = "a step that failed, for cooper debug";
        take(entry, i);
      } else {
        entry.kind = EntryKind::leftover;
        // Of a damaged or strange file in an image's place nothing is known: it stays.
        entry.pinned = one.place == Place::blob && pinned_.contains(one.name);
        take(entry, i);
      }
      entry.created = entry.used;
      entries_.push_back(std::move(entry));
    }
  }

  const Contents& contents_;
  std::set<std::string> pinned_;
  std::map<std::string, std::size_t> by_path_;
  std::vector<bool> taken_;
  std::map<std::string, std::set<std::string>> targets_;  // by key, DiffId or digest
  std::map<std::string, std::string> contexts_, labels_;
  std::map<std::string, std::int64_t> layer_used_, base_used_;
  std::map<std::string, std::uint64_t> layer_bytes_;
  std::set<std::string> image_layers_;
  std::vector<Entry> entries_;
};

}  // namespace

std::string_view to_string(EntryKind kind) {
  switch (kind) {
    case EntryKind::step: return "step";
    case EntryKind::layer: return "layer";
    case EntryKind::snapshot: return "snapshot";
    case EntryKind::base: return "base";
    case EntryKind::mount: return "mount";
    case EntryKind::context: return "context";
    case EntryKind::build: return "build";
    case EntryKind::failed: return "failed";
    case EntryKind::image: return "image";
    case EntryKind::leftover: return "leftover";
  }
  return "unknown";
}

std::optional<EntryKind> try_parse_entry_kind(std::string_view word) {
  for (const EntryKind kind : kKinds) {
    if (to_string(kind) == word) return kind;
  }
  return std::nullopt;
}

std::vector<Entry> list_entries(const Contents& contents) { return Lister(contents).run(); }

}  // namespace cooper::upkeep
