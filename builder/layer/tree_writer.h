// Writes the entries of a layer beneath a directory, by descriptors only; see directory_chain.h for
// why nothing escapes. Where things go and what replaces what was decided before (layer_tree.h).
// Directories get their attributes at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "builder/layer/directory_chain.h"
#include "builder/layer/layer_index.h"
#include "builder/layer/layer_reader.h"
#include "builder/layer/layer_tree.h"

namespace cooper::layer {

class TreeWriter {
 public:
  // `root` outlives the writer. Oddities that do not end it are added to `oddities`.
  TreeWriter(int root, TreeForm form, Oddities& oddities);

  void remove(const std::string& path);
  void make_directory(const Entry& entry) { static_cast<void>(chain_.make(entry.path)); }
  // Whiteouts and opaque directories; `nodes`: what this layer itself has put there, which stays.
  void hide(const Entry& entry, const LayerTree::Nodes& nodes);
  void make_symlink(const Entry& entry);
  void make_special(const Entry& entry);  // device or fifo
  void make_hardlink(const Entry& entry);
  // A file is created, written by write_content(), and closed with its attributes set.
  void create_file(const Entry& entry);
  void write_content(std::span<const std::byte> bytes);
  void close_file(const Entry& entry);
  // Attributes of the directories that have an entry (and are `written`), or that were made for the
  // sake of others (`implied` tells theirs).
  void finish(const LayerTree::Nodes& nodes, const std::function<bool(const std::string&)>& written,
              const std::function<Entry(const std::string&)>& implied);

 private:
  [[nodiscard]] int parent_of(const std::string& path);
  // Calls `make(parent, name)`, an *at call that returns < 0 with EEXIST if something is in the
  // way, which is then removed.
  template <class Make>
  int make_new(const char* doing, const std::string& path, const Make& make);
  void set_attributes(int fd, const Entry& entry);
  void set_xattrs(int fd, const Entry& entry);
  void set_link_attributes(int parent, const std::string& name, const Entry& entry);
  void remove_lower(const std::string& directory, const LayerTree::Nodes& nodes);
  [[nodiscard]] bool has_own_owner(const Entry& entry) const;
  [[noreturn]] void refuse_owner(const Entry& entry) const;
  void warn(const Entry& entry, const std::string& text);

  int root_;
  TreeForm form_;
  Oddities& oddities_;
  std::set<std::string, PathLess> created_;
  DirectoryChain chain_;
  base::Fd file_;
  std::string file_path_;
  std::uint32_t own_uid_, own_gid_;
};

}  // namespace cooper::layer
