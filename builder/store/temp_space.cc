#include "builder/store/temp_space.h"

#include <sys/file.h>
#include <unistd.h>

#include <string>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"
#include "builder/store/store_state.h"

namespace cooper::store {
namespace {

constexpr std::string_view kLockSuffix = ".lock";

bool is_lock(const std::string& name) {
  return name.size() > kLockSuffix.size() && name.ends_with(kLockSuffix);
}

void remove_if_dead(int temp, const std::string& lock_name) {
  const base::Fd lock = base::open_at(temp, lock_name, O_RDWR);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return;  // its owner lives
  base::remove_tree_at(temp, lock_name.substr(0, lock_name.size() - kLockSuffix.size()));
  ::unlinkat(temp, lock_name.c_str(), 0);
}

}  // namespace

void remove_dead_temp(int temp_directory) noexcept {
  try {
    for (const std::string& name : base::list_directory(temp_directory, "tmp")) {
      if (!is_lock(name)) continue;
      try {
        remove_if_dead(temp_directory, name);
      } catch (const std::exception&) {
        continue;  // another process is at it, or it cannot be removed now
      }
    }
  } catch (const std::exception&) {
    return;
  }
}

TempSession::TempSession(int temp_directory) : temp_(temp_directory) {
  // The lock is taken before the directory exists, so nobody sees the directory unlocked. Between
  // its making and its taking the lock file looks like a dead process's: another process may have
  // removed it.
  do {
    name_ = base::random_name();
    lock_ = base::open_at(temp_, name_ + std::string(kLockSuffix), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (::flock(lock_.get(), LOCK_EX) != 0) base::throw_errno("lock", name_);
  } while (base::stat_fd(lock_.get(), name_).st_nlink == 0);
  directory_ = make_directory(temp_, name_);
}

std::vector<std::string> live_sessions(int temp_directory) {
  std::vector<std::string> live;
  for (const std::string& name : base::list_directory(temp_directory, "tmp")) {
    if (!is_lock(name)) continue;
    const auto lock = base::try_open_at(temp_directory, name, O_RDWR);
    if (!lock || ::flock(lock->get(), LOCK_EX | LOCK_NB) == 0) continue;
    live.push_back(name.substr(0, name.size() - kLockSuffix.size()));
  }
  return live;
}

TempSession::~TempSession() {
  try {
    base::remove_tree_at(temp_, name_);
    ::unlinkat(temp_, (name_ + std::string(kLockSuffix)).c_str(), 0);
  } catch (const std::exception&) {
    return;  // a later run removes it: the lock falls with this object
  }
}

TempDirectory::TempDirectory(base::Fd parent, base::Fd dir, std::string name, std::string path)
    : parent_(std::move(parent)),
      dir_(std::move(dir)),
      name_(std::move(name)),
      path_(std::move(path)) {}

TempDirectory::TempDirectory(TempDirectory&&) noexcept = default;

TempDirectory& TempDirectory::operator=(TempDirectory&& other) noexcept {
  std::swap(parent_, other.parent_);
  std::swap(dir_, other.dir_);
  std::swap(name_, other.name_);
  std::swap(path_, other.path_);
  return *this;
}

TempDirectory::~TempDirectory() {
  if (!parent_) return;
  try {
    base::remove_tree_at(parent_.get(), name_);
  } catch (const std::exception&) {
    return;  // it goes with the session
  }
}

TempDirectory Store::new_temp_directory() const {
  const TempSession& session = state_->temp_session();
  std::string name = std::to_string(state_->next_temp++);
  base::Fd directory = make_directory(session.fd(), name);
  std::string path = state_->path + "/cooper/tmp/" + session.name() + "/" + name;
  return TempDirectory(base::Fd(::fcntl(session.fd(), F_DUPFD_CLOEXEC, 3)), std::move(directory),
                       std::move(name), std::move(path));
}

void Store::discard(TempDirectory directory) const { state_->remover.remove(std::move(directory)); }

const TempSession& Store::State::temp_session() {
  const std::lock_guard guard(mutex);
  if (!session) session = std::make_unique<TempSession>(temp.get());
  return *session;
}

}  // namespace cooper::store
