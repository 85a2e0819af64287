// Store: records. Written with a rename, so a reader sees the old or the new text; not flushed,
// because a record that a power cut damaged does not parse and then counts as absent.
#include <unistd.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"
#include "base/sink.h"
#include "builder/store/store_state.h"

namespace cooper::store {
namespace {

constexpr std::uint64_t kMaxRecordBytes = 1U << 30;

}  // namespace

int Store::State::record_directory(std::string_view kind) {
  require_safe_name(kind);
  const std::lock_guard guard(mutex);
  const std::string name(kind);
  const auto found = record_directories.find(name);
  if (found != record_directories.end()) return found->second.get();
  return record_directories.emplace(name, make_directory(records.get(), name)).first->second.get();
}

std::optional<std::string> Store::read_record(std::string_view kind,
                                              const std::string& name) const {
  require_safe_name(name);
  state_->hold(kind, name);
  return base::try_read_file_at(state_->record_directory(kind), name, kMaxRecordBytes);
}

std::optional<base::Fd> Store::open_record(std::string_view kind, const std::string& name) const {
  require_safe_name(name);
  state_->hold(kind, name);
  return base::try_open_at(state_->record_directory(kind), name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

void Store::write_record(std::string_view kind, const std::string& name,
                         std::string_view content) const {
  require_safe_name(name);
  state_->hold(kind, name);
  const int directory = state_->record_directory(kind);
  const std::string temp = "record-" + base::random_name();
  const std::string where = state_->path + "/cooper/records/" + std::string(kind) + "/" + name;
  try {
    const base::Fd file =
        base::open_at(state_->temp.get(), temp, O_WRONLY | O_CREAT | O_EXCL, 0600);
    base::write_all(file.get(), base::as_bytes(content), where);
    if (::renameat(state_->temp.get(), temp.c_str(), directory, name.c_str()) != 0)
      base::throw_errno("write", where);
  } catch (const base::Error&) {
    ::unlinkat(state_->temp.get(), temp.c_str(), 0);
    throw;
  }
}

void Store::remove_record(std::string_view kind, const std::string& name) const {
  require_safe_name(name);
  if (::unlinkat(state_->record_directory(kind), name.c_str(), 0) != 0 && errno != ENOENT) {
    base::throw_errno("remove record", name);
  }
}

std::vector<std::string> Store::list_records(std::string_view kind) const {
  return base::list_directory(state_->record_directory(kind), "records");
}

void Store::touch_record(std::string_view kind, const std::string& name) const {
  require_safe_name(name);
  // Absent is fine: somebody removed it; the next look-up is a miss.
  ::utimensat(state_->record_directory(kind), name.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

}  // namespace cooper::store
