// What the parts of Store share. Private to builder/store.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/fd.h"
#include "builder/store/flusher.h"
#include "builder/store/stamp_log.h"
#include "builder/store/store.h"
#include "builder/store/temp_remover.h"
#include "builder/store/temp_space.h"

namespace cooper::store {

struct Store::State {
  std::string path;
  base::Fd root, blobs, cooper, records, temp, locks;
  std::unique_ptr<StampLog> stamps;
  std::unique_ptr<Flusher> flusher;
  mutable std::mutex mutex;
  std::map<std::string, base::Fd> record_directories;  // by kind; under `mutex`

  std::unique_ptr<Holds> holds;          // nullptr: nothing is held
  std::unique_ptr<TempSession> session;  // under `mutex`; goes before `temp`, which it uses
  std::atomic<std::uint64_t> next_temp = 0;
  TempRemover remover;  // goes before `session`, whose directories it removes

  [[nodiscard]] const TempSession& temp_session();
  void hold(std::string_view kind, const std::string& name) {
    if (holds) holds->add(kind, name);
  }
  // The directory of a record kind, created when missing. The descriptor lives as long as the
  // state.
  [[nodiscard]] int record_directory(std::string_view kind);

  std::mutex long_wait_mutex;
  LongWait long_wait;  // under `long_wait_mutex`
  void tell_long_wait(std::string_view kind, const std::string& name);
};

// mkdirat unless it is there, then open without following a link.
[[nodiscard]] base::Fd make_directory(int parent, const std::string& name, mode_t mode = 0700);

// Throws base::Error(failure) unless `name` is a plain word or hexadecimal name of ours.
void require_safe_name(std::string_view name);

}  // namespace cooper::store
