#include "builder/context/file_hasher.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "base/thread_pool.h"

namespace cooper::context {
namespace {

constexpr std::size_t kBatchFiles = 1024;
constexpr std::uint64_t kBatchBytes = std::uint64_t{256} << 20;
constexpr std::size_t kReadBytes = 256 * 1024;

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// Neither another file nor other content. The ctime may differ: a new name for the file changes it,
// too.
bool same_content(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         same_time(a.st_mtim, b.st_mtim) && (a.st_mode & S_IFMT) == (b.st_mode & S_IFMT);
}

[[noreturn]] void fail_changed(const Node& node) {
  throw base::Error(base::ErrorKind::failure, "read", node.entry.path,
                    "it changed while the build was running")
      .with_hint("build again when nothing writes to the build context");
}

}  // namespace

base::Fd open_unchanged(int root, const Node& node) {
  auto file =
      base::try_open_no_links(root, node.entry.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (!file) fail_changed(node);
  if (!same_content(base::stat_fd(file->get(), node.entry.path), node.status)) fail_changed(node);
  return std::move(*file);
}

base::Sha256Bytes FileHasher::hash(const Node& node) {
  const base::Fd file = open_unchanged(root_, node);
  base::FdSource source(file.duplicate(), node.entry.path);
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::clamp<std::uint64_t>(node.entry.size + 1, 1, kReadBytes)));
  base::Sha256 hash;
  std::uint64_t total = 0;
  while (const std::size_t count = source.read(buffer)) {
    hash.update(std::span(buffer.data(), count));
    total += count;
  }
  const struct stat after = base::stat_fd(file.get(), node.entry.path);
  if (total != node.entry.size || !same_content(after, node.status)) fail_changed(node);
  return hash.finish();
}

void FileHasher::keep(const Node& node, const base::Sha256Bytes& digest) {
  index_.note(node.entry.path, node.status, node.seen, {digest, node.entry.xattrs});
  const std::lock_guard lock(mutex_);
  digests_.try_emplace(node.entry.path, digest);
  expected_.erase(node.entry.path);
}

std::optional<base::Sha256Bytes> FileHasher::known(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = digests_.find(path);
  if (found == digests_.end()) return std::nullopt;
  return found->second;
}

void FileHasher::expect(const Node& node) {
  const std::lock_guard lock(mutex_);
  if (!digests_.contains(node.entry.path)) expected_.try_emplace(node.entry.path, &node);
}

std::vector<const Node*> FileHasher::take_batch(const Node& first) {
  std::vector<const Node*> batch = {&first};
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = first.entry.size;
  expected_.erase(first.entry.path);
  auto next = expected_.lower_bound(first.entry.path);
  while (next != expected_.end() && batch.size() < kBatchFiles && bytes < kBatchBytes) {
    batch.push_back(next->second);
    bytes += next->second->entry.size;
    next = expected_.erase(next);
  }
  return batch;
}

base::Sha256Bytes FileHasher::digest(const Node& node) {
  if (node.entry.content) return *node.entry.content;
  if (const auto found = known(node.entry.path)) return *found;
  const std::lock_guard lock(batch_mutex_);
  if (const auto found = known(node.entry.path)) return *found;
  const std::vector<const Node*> batch = take_batch(node);
  base::Sha256Bytes wanted{};
  base::parallel_for(threads_, batch.size(), [&](std::size_t i) {
    try {
      const base::Sha256Bytes digest = hash(*batch[i]);
      keep(*batch[i], digest);
      if (i == 0) wanted = digest;
    } catch (const base::Error&) {
      // A file that nobody asked for yet may fail in peace; whoever asks for it gets the error.
      if (i == 0) throw;
    }
  });
  return wanted;
}

}  // namespace cooper::context
