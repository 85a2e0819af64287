#include "builder/store/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <ctime>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/store/store_state.h"
#include "builder/store/temp_space.h"

namespace cooper::store {
namespace {

constexpr std::string_view kLayout = R"({"imageLayoutVersion":"1.0.0"})";
constexpr std::string_view kEmptyIndex =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
// Linux writes back what is older, by default after half a minute.
constexpr std::int64_t kUnwrittenSeconds = 10 * 60;
constexpr std::string_view kVersion = "2\n";  // 1 had a lock file a name

void make_parents(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (::mkdir(parent.c_str(), 0755) != 0 && errno != EEXIST)
      base::throw_errno("create directory", parent);
  }
}

void require_own(const struct stat& status, const std::string& path) {
  const bool is_other = status.st_uid != ::geteuid();
  if (!is_other && (status.st_mode & 0022) == 0) return;
  throw base::Error(base::ErrorKind::denied, "open store", path,
                    is_other ? "it belongs to another user" : "other users may write to it")
      .with_hint("give a directory of your own with --root");
}

base::Fd open_root(const std::string& path) {
  make_parents(path);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) base::throw_errno("create store", path);
  // By name first: another user's cannot be opened, which says less.
  struct stat named {};
  if (::stat(path.c_str(), &named) == 0) require_own(named, path);
  base::Fd root = base::open_host_directory(path);
  require_own(base::stat_fd(root.get(), path), path);
  return root;
}

void require_version(int cooper, const std::string& path) {
  const auto version = base::try_read_file_at(cooper, "version", 64);
  if (!version) {
    base::write_file_at(cooper, "version", kVersion, 0600);
  } else if (*version != kVersion) {
    throw base::Error(base::ErrorKind::unsupported, "open store", path,
                      "it was written by another version of cooper")
        .with_hint("give another directory with --root, or remove this one");
  }
}

// So that the directory has its name after a power cut when what is in it has.
base::Fd make_flushed_directory(int parent, const std::string& name, mode_t mode) {
  if (auto existing = base::try_open_at(parent, name, O_RDONLY | O_DIRECTORY))
    return std::move(*existing);
  base::Fd made = make_directory(parent, name, mode);
  if (::fsync(parent) != 0) base::throw_errno("flush directory of", name);
  return made;
}

}  // namespace

base::Fd make_directory(int parent, const std::string& name, mode_t mode) {
  if (auto existing = base::try_open_at(parent, name, O_RDONLY | O_DIRECTORY))
    return std::move(*existing);
  if (::mkdirat(parent, name.c_str(), mode) != 0 && errno != EEXIST)
    base::throw_errno("create directory", name);
  return base::open_at(parent, name, O_RDONLY | O_DIRECTORY);
}

void require_safe_name(std::string_view name) {
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  bool good = !name.empty() && name.size() <= 128;
  for (char c : name) good = good && safe(c);
  if (!good)
    throw base::Error(base::ErrorKind::failure, "use record name", std::string(name),
                      "not a plain word");
}

Store Store::open(const std::string& path, Holding holding) {
  auto state = std::make_shared<State>();
  state->root = open_root(path);
  char resolved[PATH_MAX] = {};
  if (::realpath(path.c_str(), resolved) == nullptr) base::throw_errno("open store", path);
  state->path = resolved;
  const int root = state->root.get();
  const base::Fd blobs = make_flushed_directory(root, "blobs", 0755);
  state->blobs = make_flushed_directory(blobs.get(), "sha256", 0755);
  state->cooper = make_directory(root, "cooper");
  require_version(state->cooper.get(), path);
  if (!base::try_stat_at(root, "index.json")) base::write_file_at(root, "index.json", kEmptyIndex);
  if (!base::try_stat_at(root, "oci-layout")) base::write_file_at(root, "oci-layout", kLayout);
  state->records = make_directory(state->cooper.get(), "records");
  state->temp = make_directory(state->cooper.get(), "tmp");
  state->locks = make_directory(state->cooper.get(), "locks");
  state->stamps = std::make_unique<StampLog>(state->cooper.get());
  state->flusher = std::make_unique<Flusher>(state->path + "/blobs/sha256/");
  if (holding == Holding::yes) {
    state->holds = std::make_unique<Holds>(
        state->locks.get(), [raw = state.get()] { return raw->temp_session().fd(); });
  }
  remove_dead_temp(state->temp.get());
  return Store(std::move(state));
}

Store::Store(std::shared_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

const std::string& Store::path() const { return state_->path; }
int Store::root_fd() const { return state_->root.get(); }

void Store::hold(std::string_view kind, const std::string& name) const { state_->hold(kind, name); }

HeldThings Store::exclude_holders() const {
  return HeldThings(state_->locks.get(), state_->temp.get());
}

base::Fd Store::directory(const std::string& name) const {
  require_safe_name(name);
  return make_directory(state_->cooper.get(), name);
}

const std::string& Store::boot() const { return state_->stamps->boot(); }

void Store::remove_directories(const std::string& prefix, const std::string& keep) const {
  for (const std::string& name : base::list_directory(state_->cooper.get(), state_->path)) {
    if (name.starts_with(prefix) && name != keep) base::remove_tree_at(state_->cooper.get(), name);
  }
}

void Store::flush() const {
  state_->flusher->wait();
  const std::vector<std::string> flushed = state_->flusher->take_flushed();
  if (flushed.empty()) return;
  if (::fsync(state_->blobs.get()) != 0) base::throw_errno("flush", state_->path + "/blobs");
  for (const std::string& hex : flushed) {
    if (const auto status = base::try_stat_at(state_->blobs.get(), hex))
      state_->stamps->note_flushed(oci::Digest::parse("sha256:" + hex), *status);
  }
}

void Store::flush_blob(const oci::Digest& digest) const {
  if (state_->flusher->knows(digest.hex())) return;
  const auto status = base::try_stat_at(state_->blobs.get(), digest.hex());
  if (!status || status->st_mtim.tv_sec < ::time(nullptr) - kUnwrittenSeconds ||
      state_->stamps->is_flushed(digest, *status))
    return;
  if (auto file = open_blob_fd(digest)) state_->flusher->add(std::move(*file), digest.hex());
}

}  // namespace cooper::store
