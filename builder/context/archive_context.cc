#include "builder/context/archive_context.h"

#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <vector>

#include "base/error.h"
#include "base/path.h"
#include "base/sink.h"
#include "base/source.h"
#include "builder/context/archive_spool.h"
#include "builder/layer/layer_stack.h"

namespace cooper::context {
namespace {

using base::Error;
using base::ErrorKind;
using layer::Entry;
using layer::EntryType;

constexpr std::size_t kPiece = std::size_t{1} << 16;

// Calls `take` with the bytes [offset, offset + size) of a file.
void read_part(const base::Fd& file, std::uint64_t offset, std::uint64_t size,
               const std::function<void(std::span<const std::byte>)>& take) {
  std::vector<std::byte> piece(kPiece);
  while (size > 0) {
    const std::size_t want = std::min<std::uint64_t>(piece.size(), size);
    const ssize_t count = ::pread(file.get(), piece.data(), want, static_cast<off_t>(offset));
    if (count < 0) base::throw_errno("read", "build context");
    if (count == 0) throw Error(ErrorKind::corrupt, "read", "build context", "it became shorter");
    take(std::span(piece).first(static_cast<std::size_t>(count)));
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::uint64_t>(count);
  }
}

class SpooledContext final : public layer::FileTree {
 public:
  SpooledContext(layer::ArchiveSpool spool, std::string name, const store::Store& store)
      : bytes_(std::move(spool.bytes)), name_(std::move(name)), store_(store) {
    std::map<std::string, Entry> entries;  // the last of a name wins
    for (layer::SpooledMember& member : spool.members) add(std::move(member), entries);
    std::vector<Entry> all;
    all.reserve(entries.size());
    for (auto& [path, entry] : entries) all.push_back(std::move(entry));
    stack_ = layer::LayerStack({std::make_shared<const layer::LayerIndex>(std::move(all))});
  }

  [[nodiscard]] std::string name() const override { return name_; }

  [[nodiscard]] std::optional<Entry> find(const std::string& path) override {
    const auto found = stack_.find(path);
    if (!found) return std::nullopt;
    return entry_at(path, found->entry);
  }

  [[nodiscard]] std::string resolve(const std::string& path, bool follow_last) override {
    return stack_.resolve(path, follow_last);
  }

  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override {
    return stack_.list(directory);
  }

  void walk(const std::string& directory, const std::function<bool(const Entry&)>& visit) override {
    stack_.walk(directory, [&](const std::string& path, const layer::Found& found) {
      return visit(entry_at(path, found.entry));
    });
  }

  [[nodiscard]] base::Sha256Bytes digest(const Entry& file) override {
    if (!file.content) throw Error(ErrorKind::corrupt, "read digest of", file.path, "unknown");
    return *file.content;
  }

  // A copy of the part of the spool, so that the descriptor is the file and nothing else.
  [[nodiscard]] base::Fd open(const Entry& file) override {
    const auto found = stack_.find(file.path);
    if (!found) throw Error(ErrorKind::not_found, "open", file.path, "not in the " + name_);
    const base::Fd directory = store_.directory("tmp");
    base::Fd copy(::openat(directory.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!copy) base::throw_errno("create a temporary file in", store_.path());
    read_part(bytes_, offsets_.at(found->entry->path), found->entry->size,
              [&](std::span<const std::byte> piece) {
                base::write_all(copy.get(), piece, "temporary file");
              });
    if (::lseek(copy.get(), 0, SEEK_SET) != 0) base::throw_errno("rewind", "temporary file");
    return copy;
  }

  [[nodiscard]] std::string inode(const Entry& file) override {
    const auto found = stack_.find(file.path);
    return found ? found->entry->path : std::string();
  }

 private:
  static Entry entry_at(const std::string& path, const Entry* found) {
    Entry entry = *found;
    entry.path = path;
    return entry;
  }

  void add(layer::SpooledMember member, std::map<std::string, Entry>& entries) {
    Entry& entry = member.entry;
    for (std::string_view parent = base::parent_path(entry.path); !parent.empty();
         parent = base::parent_path(parent)) {
      const auto above = entries.find(std::string(parent));
      if (above == entries.end() || above->second.type == EntryType::directory) continue;
      throw Error(ErrorKind::corrupt, "read build context", entry.path,
                  "the archive has it below what is no directory");
    }
    if (entry.type == EntryType::file) {
      base::Sha256 hash;
      read_part(bytes_, member.offset, entry.size,
                [&](std::span<const std::byte> piece) { hash.update(piece); });
      entry.content = hash.finish();
      offsets_[entry.path] = member.offset;
    }
    const std::string path = entry.path;
    entries.insert_or_assign(path, std::move(entry));
  }

  base::Fd bytes_;
  std::string name_;
  const store::Store& store_;
  std::map<std::string, std::uint64_t> offsets_;
  layer::LayerStack stack_;
};

}  // namespace

std::unique_ptr<layer::FileTree> try_open_archive_context(base::Fd file, const std::string& name,
                                                          const store::Store& store) {
  auto spool = try_spool_archive(std::move(file), name, store);
  if (!spool) return nullptr;
  return std::make_unique<SpooledContext>(std::move(*spool), name, store);
}

std::unique_ptr<layer::FileTree> make_file_context(base::Fd file, const std::string& file_name,
                                                   std::int64_t mtime, const std::string& name,
                                                   const store::Store& store) {
  layer::ArchiveSpool spool;
  layer::SpooledMember member;
  member.entry.path = file_name;
  member.entry.mode = 0600;
  member.entry.mtime = mtime;
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  if (size < 0) base::throw_errno("measure", name);
  member.entry.size = static_cast<std::uint64_t>(size);
  spool.bytes = std::move(file);
  spool.members.push_back(std::move(member));
  return std::make_unique<SpooledContext>(std::move(spool), name, store);
}

std::unique_ptr<layer::FileTree> make_empty_context(const std::string& name,
                                                    const store::Store& store) {
  return std::make_unique<SpooledContext>(layer::ArchiveSpool{}, name, store);
}

}  // namespace cooper::context
