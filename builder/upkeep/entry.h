// What people call things of the cache: steps, layers, base images and so on, with what each takes
// on the disk, when it was used last, and which targets of the recorded builds use it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "builder/upkeep/contents.h"

namespace cooper::upkeep {

enum class EntryKind {
  step,      // a record that a step was done, with what its key was made of
  layer,     // blobs, index and record of a layer
  snapshot,  // a layer as a directory, for the next RUN
  base,      // a base image: a name for layers, takes nothing itself
  mount,     // a cache mount
  context,   // what is known of the files of a build context
  build,     // the record of a build, and what its steps wrote
  failed,    // a step that failed and was kept for `cooper debug`
  image,     // a tagged image: a name for layers; its documents
  leftover,  // nobody refers to it, or it was set aside as damaged
};
[[nodiscard]] std::string_view to_string(EntryKind kind);
// nullopt for another word.
[[nodiscard]] std::optional<EntryKind> try_parse_entry_kind(std::string_view word);

struct Entry {
  EntryKind kind = EntryKind::leftover;
  std::string id;                  // key, DiffId in hex, digest, directory name
  std::string name;                // for people: label, image, id of a mount, path
  std::uint64_t bytes = 0;         // on the disk, of its own items
  std::uint64_t shared_bytes = 0;  // step, base, image: of the layers it stands for
  std::int64_t created = 0, used = 0;
  std::set<std::string> targets;
  std::vector<std::size_t> items;   // of Contents::disk, that go when it goes
  std::vector<std::string> layers;  // DiffIds in hex: of a step its own; of base, image all
  bool pinned = false;              // an image needs (a part of) it
};

// Sorted by kind, then by last use, the newest first. Every item of the disk is in exactly one
// entry, but for the directories and files of the store itself.
[[nodiscard]] std::vector<Entry> list_entries(const Contents& contents);

}  // namespace cooper::upkeep
