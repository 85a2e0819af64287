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

bool is_lock(const std::string& name) { return name.size() > kLockSuffix.size() && name.ends_with(kLockSuffix); }

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

TempDirectory::TempDirectory(base::Fd parent, base::Fd dir, base::Fd lock, std::string name, std::string path)
    : parent_(std::move(parent)), dir_(std::move(dir)), lock_(std::move(lock)), name_(std::move(name)),
      path_(std::move(path)) {}

TempDirectory::TempDirectory(TempDirectory&&) noexcept = default;

TempDirectory& TempDirectory::operator=(TempDirectory&& other) noexcept {
  std::swap(parent_, other.parent_);
  std::swap(dir_, other.dir_);
  std::swap(lock_, other.lock_);
  std::swap(name_, other.name_);
  std::swap(path_, other.path_);
  return *this;
}

TempDirectory::~TempDirectory() {
  if (!parent_) return;
  try {
    base::remove_tree_at(parent_.get(), name_);
    ::unlinkat(parent_.get(), (name_ + std::string(kLockSuffix)).c_str(), 0);
  } catch (const std::exception&) {
    return;  // a later run removes it: the lock falls with this object
  }
}

TempDirectory Store::new_temp_directory() const {
  const std::string name = base::random_name();
  const int temp = state_->temp.get();
  // The lock is taken before the directory exists, so nobody sees the directory unlocked.
  base::Fd lock = base::open_at(temp, name + std::string(kLockSuffix), O_RDWR | O_CREAT | O_EXCL, 0600);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) base::throw_errno("lock", name);
  base::Fd directory = make_directory(temp, name);
  return TempDirectory(state_->temp.duplicate(), std::move(directory), std::move(lock), name,
                       state_->path + "/cooper/tmp/" + name);
}

}  // namespace cooper::store
