// Changed files of a directory tree -> LayerWriter. Shared by both forms of tree_diff.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "builder/layer/disk_entry.h"
#include "builder/layer/layer_writer.h"
#include "builder/layer/tree_diff.h"

namespace cooper::layer {

class DiffWriter {
 public:
  DiffWriter(store::Store& store, const DiffOptions& diff, const LayerOptions& options);

  // A directory is entered: it is written as soon as something in it is (or at once, if it is
  // changed itself). Left in reverse order.
  void enter(const Entry& directory, bool changed);
  void leave();
  // Anything but a directory, with its bytes. Sockets are left out, as docker does.
  void write(DiskEntry disk);
  void write_whiteout(const std::string& path);

  [[nodiscard]] bool is_skipped(const std::string& path) const;
  // As the layer writer will note it.
  [[nodiscard]] Entry clamped(Entry entry) const;
  // Equal in all that a directory or a device has.
  [[nodiscard]] bool same_attributes(const Entry& disk, const Entry& before) const;
  [[nodiscard]] WrittenLayer finish() { return writer_.finish(); }

 private:
  void write_pending();

  struct Pending {
    Entry entry;
    bool written = false;
  };
  LayerOptions options_;
  LayerWriter writer_;
  std::vector<std::string> skip_;  // sorted
  std::vector<Pending> open_;
  FirstNames first_names_;
};

}  // namespace cooper::layer
