// What live processes need of a store. Each process lists what it holds in a file of its locked
// temporary directory, so a killed process holds nothing any more. One lock (cooper/locks/holders)
// is shared while a process adds to its list, and exclusive while a collector removes things.
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/fd.h"

namespace cooper::store {

// The list of this process. Thread-safe.
class Holds {
 public:
  // `locks` outlives it; `session` gives the directory of this process, made with the first use.
  Holds(int locks, std::function<int()> session) : locks_(locks), session_(std::move(session)) {}

  // Waits while a collector removes things. Throws base::Error.
  void add(std::string_view kind, const std::string& name);

 private:
  int locks_;
  std::function<int()> session_;
  std::mutex mutex_;
  base::Fd lock_, list_;
  std::unordered_set<std::string> known_;
};

// The lists of all live processes; nobody adds to them while this lives.
class HeldThings {
 public:
  HeldThings(int locks, int temp_directory);
  [[nodiscard]] bool has(std::string_view kind, const std::string& name) const;

 private:
  base::Fd lock_;
  std::set<std::string, std::less<>> things_;
};

}  // namespace cooper::store
