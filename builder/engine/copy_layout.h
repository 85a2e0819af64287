// Where everything a COPY or ADD takes goes in the image: the destination rules (rows C1-C4, C7,
// C8, C11, C12).
//
// The result is a list of entries with the place their bytes come from, parents first, ready to be
// written as a layer. Existing directories on the way are listed with the attributes they have, so
// the layer alone says how the directory looks.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "builder/engine/chmod.h"
#include "builder/engine/copy_selection.h"
#include "builder/layer/layer_stack.h"
#include "builder/sandbox/passwd.h"

namespace cooper::engine {

// Bytes of a planned file.
struct TreeBytes {
  layer::Entry source;
  layer::FileTree* tree;
};  // outlives the layout
struct TextBytes {
  const std::string* text;
};  // outlives the layout
struct FileBytes {
  const base::Fd* file;
  std::uint64_t offset;
};  // part of an open file, outlives the layout
using Bytes = std::variant<std::monostate, TreeBytes, TextBytes, FileBytes>;

struct PlannedEntry {
  layer::Entry entry;  // entry.path: where it goes, clean, relative to the image root
  Bytes bytes;
};

struct PathOrder {
  bool operator()(const std::string& a, const std::string& b) const {
    return layer::path_less(a, b);
  }
};

class CopyLayout {
 public:
  struct Options {
    bool link = false;                    // independent of what is below (row C14)
    std::optional<sandbox::Owner> owner;  // --chown
    std::optional<ModeChange> mode;       // --chmod
    std::int64_t directory_time = 0;      // mtime of directories that are made
  };
  // `below` outlives the layout; it is not looked at with Options::link.
  CopyLayout(const layer::LayerStack& below, Options options)
      : below_(below), options_(std::move(options)) {}

  // Where `destination` is after links; nothing is planned yet.
  [[nodiscard]] std::string locate(const std::string& destination) const;
  [[nodiscard]] bool is_directory(const std::string& path) const;

  // Plans one entry at `path` (and its missing parents). The entry's attributes are the source's;
  // owner and mode changes are applied here. A directory that exists gets the attributes too, and
  // keeps extended attributes the entry does not have.
  void place(const std::string& path, layer::Entry entry, Bytes bytes);
  // A directory that is only there because of what is in it. One that exists gets the mode alone.
  void place_parent(const std::string& path, layer::Entry entry);
  // A member of an archive: as place(), but there is no mode change, parents that are missing are
  // root's, and it replaces whatever else is there, as Docker unpacks (row C17).
  void unpack(const std::string& path, layer::Entry entry, Bytes bytes);
  // Plans the directory `path` itself, if it does not exist, as one cooper makes.
  void make_directory(const std::string& path) { make_directory(path, kChanged); }
  // Likewise, without the mode change: where an archive goes.
  void make_archive_directory(const std::string& path) { make_directory(path, kOwned); }

  // Makes the first name of a hard-linked file, in path order, the one that has the bytes: a layer
  // is written in that order.
  void order_hard_links();

  [[nodiscard]] const std::map<std::string, PlannedEntry, PathOrder>& entries() const noexcept {
    return entries_;
  }

 private:
  // Which of the changes apply.
  struct Changes {
    bool owner, mode;
  };
  static constexpr Changes kChanged{true, true}, kOwned{true, false}, kPlain{false, false};

  [[nodiscard]] const layer::Entry* existing(const std::string& path) const;
  void make_directory(const std::string& path, Changes changes);
  void add_parents(const std::string& path, Changes changes);
  void change(layer::Entry& entry, Changes changes) const;
  void merge_directory(const std::string& path, layer::Entry entry);
  void put(const std::string& path, layer::Entry entry, Bytes bytes);
  void detach_links(const std::string& path);

  const layer::LayerStack& below_;
  Options options_;
  std::map<std::string, PlannedEntry, PathOrder> entries_;
  bool has_links_ = false;
};

// Plans all of a selection of plain files and directories (archives to be unpacked are the
// caller's).
void lay_out(CopyLayout& layout, const SelectedSource& source, const std::string& destination,
             bool into_directory);

}  // namespace cooper::engine
