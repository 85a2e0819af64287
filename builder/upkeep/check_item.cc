#include "builder/upkeep/check_item.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sha256.h"
#include "base/source.h"
#include "builder/cache/build_record.h"
#include "builder/cache/key_parts_file.h"
#include "builder/cache/step_record.h"
#include "builder/context/stat_index_file.h"
#include "builder/layer/layer_writer.h"
#include "builder/store/checked_text.h"
#include "builder/upkeep/check_snapshot.h"

namespace cooper::upkeep {
namespace {

using Causes = std::vector<std::string>;

bool is_hex_name(const std::string& name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The file, unless it is something else or has gone.
std::optional<base::Fd> open(const store::Store& store, const DiskItem& item, Causes& causes) {
  auto file = base::try_open_at(store.root_fd(), item.path(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) {
    if (base::try_stat_at(store.root_fd(), item.path())) causes.push_back("it is no regular file");
    return std::nullopt;
  }
  if (S_ISREG(base::stat_fd(file->get(), item.path()).st_mode)) return std::move(*file);
  causes.push_back("it is no regular file");
  return std::nullopt;
}

Causes check_blob(const store::Store& store, const DiskItem& item) {
  if (!is_hex_name(item.name)) return {"its name is no digest"};
  Causes causes;
  auto file = open(store, item, causes);
  if (!file) return causes;
  base::FdSource source(std::move(*file), item.path());
  base::Sha256 hash;
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  for (std::size_t count = source.read(buffer); count > 0; count = source.read(buffer))
    hash.update(std::span<const std::byte>(buffer).first(count));
  const std::string hex = base::to_hex(hash.finish());
  if (hex != item.name) causes.push_back("its bytes have the digest sha256:" + hex);
  return causes;
}

bool is_sound_record(const store::Store& store, const DiskItem& item, std::string text) {
  if (item.folder == "steps") return cache::try_parse_step_record(text, {item.name}).has_value();
  if (item.folder == "step-parts") return cache::try_parse_key_parts(text, {item.name}).has_value();
  if (item.folder == "builds") return cache::try_parse_build_record(text, item.name).has_value();
  if (item.folder == "stat-index")
    return context::StatIndexFile::try_parse(std::move(text)).has_value();
  const auto diff_id = oci::DiffId::try_parse("sha256:" + item.name);
  if (item.folder == "layers") return diff_id && layer::find_layer(store, *diff_id).has_value();
  if (item.folder == "index") return diff_id && layer::find_layer_index(store, *diff_id);
  if (item.folder == "lines") {
    const auto body = store::checked_body_or_old(text, "sha256:");
    return body && oci::DiffId::try_parse(*body).has_value();
  }
  // A directory's name is the hash of the mount's id, and a number if it is one of several.
  if (item.folder == "mounts") return item.name.starts_with(base::sha256_hex(text));
  return true;
}

Causes check_record(const store::Store& store, const DiskItem& item) {
  Causes causes;
  auto file = open(store, item, causes);
  if (!file) return causes;
  base::FdSource source(std::move(*file), item.path());
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
  std::string text = base::read_all(source, kMost, item.path());
  if (!is_sound_record(store, item, std::move(text))) causes.push_back("it does not read back");
  return causes;
}

}  // namespace

std::vector<std::string> what_is_wrong(const store::Store& store, const DiskItem& item) {
  try {
    switch (item.place) {
      case Place::blob: return check_blob(store, item);
      case Place::record: return check_record(store, item);
      case Place::snapshot: return check_snapshot(store, item);
      case Place::quarantine: return {"it was set aside as damaged"};
      default: return {};
    }
  } catch (const base::Error& error) {
    return {error.what()};
  }
}

}  // namespace cooper::upkeep
