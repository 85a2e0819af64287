// The locks of a store, by which builds of one store wait for each other.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sha256.h"
#include "builder/store/store.h"
#include "builder/store/store_state.h"

namespace cooper::store {
namespace {

constexpr std::chrono::seconds kLongWait{2};

// All locks of a kind are bytes of one file, at an offset that is the hash of the name: no file is
// made for each name. The lock belongs to the open file, so it excludes other threads as well as
// other processes.
struct NamedLock {
  base::Fd file;
  struct flock range = {};
};

NamedLock open_lock(int locks, std::string_view kind, const std::string& name) {
  require_safe_name(kind);
  NamedLock lock;
  lock.file = base::open_at(locks, std::string(kind), O_RDWR | O_CREAT, 0600);
  lock.range.l_type = F_WRLCK;
  lock.range.l_whence = SEEK_SET;
  lock.range.l_start =
      static_cast<off_t>(std::stoull(base::sha256_hex(name).substr(0, 15), nullptr, 16));
  lock.range.l_len = 1;
  return lock;
}

// False when somebody else holds it.
bool try_take(NamedLock& lock, const std::string& name) {
  if (::fcntl(lock.file.get(), F_OFD_SETLK, &lock.range) == 0) return true;
  if (errno != EAGAIN && errno != EACCES && errno != EINTR) base::throw_errno("lock", name);
  return false;
}

}  // namespace

Lock Store::lock(std::string_view kind, const std::string& name, std::stop_token stop,
                 const std::function<void()>& waiting) const {
  NamedLock lock = open_lock(state_->locks.get(), kind, name);
  const auto asked = std::chrono::steady_clock::now();
  bool told = false;
  for (useconds_t pause = 1000; !try_take(lock, name);
       pause = std::min<useconds_t>(pause * 2, 50'000)) {
    if (stop.stop_requested())
      throw base::Error(base::ErrorKind::cancelled, "lock", name, "cancelled");
    if (!told && waiting) {
      waiting();
      told = true;
    } else if (!told && std::chrono::steady_clock::now() - asked > kLongWait) {
      state_->tell_long_wait(kind, name);
      told = true;
    }
    ::usleep(pause);
  }
  return Lock(std::move(lock.file));
}

std::optional<Lock> Store::try_lock(std::string_view kind, const std::string& name) const {
  NamedLock lock = open_lock(state_->locks.get(), kind, name);
  if (!try_take(lock, name)) return std::nullopt;
  return Lock(std::move(lock.file));
}

void Store::on_long_wait(LongWait told) const {
  const std::lock_guard guard(state_->long_wait_mutex);
  state_->long_wait = std::move(told);
}

void Store::State::tell_long_wait(std::string_view kind, const std::string& name) {
  const std::lock_guard guard(long_wait_mutex);
  if (long_wait) long_wait(kind, name);
}

}  // namespace cooper::store
