#include "builder/store/holds.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sink.h"
#include "builder/store/temp_space.h"

namespace cooper::store {
namespace {

constexpr const char* kLock = "holders";
constexpr const char* kList = "holds";
constexpr std::uint64_t kMaxListBytes = std::uint64_t{1} << 30;

// The whole file, of the open file itself: it excludes other threads as well as other processes.
void set_lock(int file, short type) {
  struct flock range = {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  while (::fcntl(file, F_OFD_SETLKW, &range) != 0) {
    if (errno != EINTR) base::throw_errno("lock", kLock);
  }
}

std::string line_of(std::string_view kind, const std::string& name) {
  return std::string(kind) + "/" + name;
}

}  // namespace

void Holds::add(std::string_view kind, const std::string& name) {
  std::string thing = line_of(kind, name);
  const std::lock_guard guard(mutex_);
  if (known_.contains(thing)) return;
  if (!list_) {
    lock_ = base::open_at(locks_, kLock, O_RDWR | O_CREAT, 0600);
    list_ = base::open_at(session_(), kList, O_WRONLY | O_CREAT | O_APPEND, 0600);
  }
  set_lock(lock_.get(), F_RDLCK);
  try {
    base::write_all(list_.get(), base::as_bytes(thing + "\n"), kList);
  } catch (const base::Error&) {
    set_lock(lock_.get(), F_UNLCK);
    throw;
  }
  set_lock(lock_.get(), F_UNLCK);
  known_.insert(std::move(thing));
}

HeldThings::HeldThings(int locks, int temp_directory)
    : lock_(base::open_at(locks, kLock, O_RDWR | O_CREAT, 0600)) {
  set_lock(lock_.get(), F_WRLCK);
  for (const std::string& session : live_sessions(temp_directory)) {
    const auto directory = base::try_open_at(temp_directory, session, O_RDONLY | O_DIRECTORY);
    const auto text =
        directory ? base::try_read_file_at(directory->get(), kList, kMaxListBytes) : std::nullopt;
    if (!text) continue;
    std::string_view rest = *text;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      things_.emplace(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
  }
}

bool HeldThings::has(std::string_view kind, const std::string& name) const {
  return things_.contains(line_of(kind, name));
}

}  // namespace cooper::store
