#include "builder/store/stamp_log.h"

#include <unistd.h>

#include <string_view>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sink.h"

namespace cooper::store {
namespace {

constexpr std::uint64_t kMaxLogBytes = 256U << 20;
constexpr std::size_t kHexLength = 64;
constexpr std::string_view kFlushed = "flushed ";

std::string read_boot_id() {
  try {
    base::FdSource source(base::open_host("/proc/sys/kernel/random/boot_id", O_RDONLY), "boot id");
    std::string text = base::read_all(source, 256, "boot id");
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  } catch (const base::Error&) {
    return "unknown";  // no /proc: stamps then hold across boots, and blobs are flushed before they
                       // are reported
  }
}

}  // namespace

StampLog::StampLog(int directory) : boot_(read_boot_id()) {
  log_ = base::open_at(directory, "stamps", O_RDWR | O_CREAT | O_APPEND, 0600);
  load(directory);
}

void StampLog::load(int directory) {
  const auto text = base::try_read_file_at(directory, "stamps", kMaxLogBytes);
  if (!text) return;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;  // a line cut off by a kill
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line.size() > kHexLength + 1 && line[kHexLength] == ' ') {
      const std::string_view stamp = line.substr(kHexLength + 1);
      const bool flushed = stamp.starts_with(kFlushed);
      (flushed ? flushed_ : stamps_)[std::string(line.substr(0, kHexLength))] =
          stamp.substr(flushed ? kFlushed.size() : 0);
    }
  }
}

std::string StampLog::stamp_of(const struct stat& status) const {
  const auto time = [](const timespec& t) {
    return std::to_string(t.tv_sec) + "." + std::to_string(t.tv_nsec);
  };
  return std::to_string(status.st_ino) + " " + std::to_string(status.st_size) + " " +
         time(status.st_mtim) + " " + time(status.st_ctim) + " " + boot_;
}

void StampLog::note(const oci::Digest& blob, const struct stat& status) {
  add(stamps_, "", blob, status);
}

void StampLog::note_flushed(const oci::Digest& blob, const struct stat& status) {
  add(flushed_, kFlushed, blob, status);
}

void StampLog::add(Stamps& to, std::string_view word, const oci::Digest& blob,
                   const struct stat& status) {
  const std::string stamp = stamp_of(status);
  const std::lock_guard guard(mutex_);
  std::string& known = to[blob.hex()];
  if (known == stamp) return;
  known = stamp;
  const std::string line = blob.hex() + " " + std::string(word) + stamp + "\n";
  base::write_all(log_.get(), base::as_bytes(line), "stamps");
}

bool StampLog::holds(const oci::Digest& blob, const struct stat& status) const {
  return has(stamps_, blob, status);
}

bool StampLog::is_flushed(const oci::Digest& blob, const struct stat& status) const {
  return has(flushed_, blob, status);
}

bool StampLog::has(const Stamps& stamps, const oci::Digest& blob, const struct stat& status) const {
  const std::lock_guard guard(mutex_);
  const auto found = stamps.find(blob.hex());
  return found != stamps.end() && found->second == stamp_of(status);
}

}  // namespace cooper::store
