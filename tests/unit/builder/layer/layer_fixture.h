// Entries in one line, and a real store in a temporary directory.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "builder/layer/layer_index.h"
#include "builder/store/store.h"

namespace cooper::layer::test {

inline Entry make_entry(EntryType type, std::string path, std::string link = {}) {
  Entry entry;
  entry.type = type;
  entry.path = std::move(path);
  entry.mode = type == EntryType::directory ? 0755 : 0644;
  entry.mtime = 1700000000;
  entry.link = std::move(link);
  return entry;
}

inline Entry dir(std::string path) { return make_entry(EntryType::directory, std::move(path)); }
inline Entry symlink(std::string path, std::string to) {
  return make_entry(EntryType::symlink, std::move(path), std::move(to));
}
inline Entry hardlink(std::string path, std::string to) {
  return make_entry(EntryType::hardlink, std::move(path), std::move(to));
}
inline Entry whiteout(std::string path) { return make_entry(EntryType::whiteout, std::move(path)); }
inline Entry file(std::string path, std::uint64_t size = 0) {
  Entry entry = make_entry(EntryType::file, std::move(path));
  entry.size = size;
  return entry;
}
inline Entry opaque(std::string path) {
  Entry entry = dir(std::move(path));
  entry.opaque = true;
  return entry;
}

inline std::shared_ptr<const LayerIndex> index_of(std::vector<Entry> entries) {
  return std::make_shared<const LayerIndex>(std::move(entries));
}

class TempStore {
 public:
  TempStore() : path_(make_path()), store_(store::Store::open(path_ + "/store")) {}
  ~TempStore() { std::filesystem::remove_all(path_); }
  TempStore(const TempStore&) = delete;
  TempStore& operator=(const TempStore&) = delete;

  [[nodiscard]] store::Store& store() { return store_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  static std::string make_path() {
    std::string name = (std::filesystem::temp_directory_path() / "cooper-layer-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    return name;
  }

  std::string path_;
  store::Store store_;
};

}  // namespace cooper::layer::test
