#include "builder/context/local_context.h"

#include <fcntl.h>

#include <utility>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"
#include "builder/context/context_cache.h"
#include "builder/context/file_hasher.h"
#include "builder/context/scan.h"

namespace cooper::context {
namespace {

constexpr int kMaxLinks = 40;  // as the kernel

class LocalContext final : public layer::FileTree {
 public:
  LocalContext(base::Fd root, std::string name, dockerfile::IgnoreRules ignore, StatIndex& index,
               const LocalContextOptions& options)
      : root_(std::move(root)),
        name_(std::move(name)),
        ignore_(std::move(ignore)),
        scanner_(root_.get(), ignore_, index, options.modes),
        cache_(scanner_, options.threads),
        hasher_(root_.get(), index, options.threads) {}

  [[nodiscard]] std::string name() const override { return name_; }

  [[nodiscard]] std::optional<layer::Entry> find(const std::string& path) override {
    const Node* node = cache_.find(path);
    if (node == nullptr) return std::nullopt;
    return entry_of(*node);
  }

  [[nodiscard]] std::string resolve(const std::string& path, bool follow_last) override;

  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override {
    std::vector<std::string> names;
    const Listing listing = cache_.list(directory);
    for (const Node& node : *listing) {
      if (cache_.is_visible(node)) names.emplace_back(base::base_name(node.entry.path));
    }
    return names;
  }

  void walk(const std::string& directory,
            const std::function<bool(const layer::Entry&)>& visit) override {
    const Node* node = cache_.find(directory);
    if (node == nullptr) return;
    if (node->entry.type == layer::EntryType::directory) cache_.read_ahead(directory);
    visit_tree(*node, visit);
  }

  [[nodiscard]] base::Sha256Bytes digest(const layer::Entry& file) override {
    return hasher_.digest(regular_node(file));
  }

  [[nodiscard]] base::Fd open(const layer::Entry& file) override {
    return open_unchanged(root_.get(), regular_node(file));
  }

  [[nodiscard]] std::string inode(const layer::Entry& file) override {
    if (!cache_.saw_hardlinks()) return {};
    const struct stat& status = regular_node(file).status;
    if (status.st_nlink < 2 || !S_ISREG(status.st_mode)) return {};
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  }

  [[nodiscard]] bool hidden(const std::string& path) override {
    if (cache_.find(path) != nullptr) return false;
    return base::try_open_no_links(root_.get(), path, O_PATH | O_NOFOLLOW).has_value();
  }

 private:
  // The entry with its digest, if that is known without reading the file.
  [[nodiscard]] layer::Entry entry_of(const Node& node) const {
    layer::Entry entry = node.entry;
    if (needs_digest(entry)) entry.content = hasher_.known(entry.path);
    return entry;
  }

  [[nodiscard]] static bool needs_digest(const layer::Entry& entry) {
    return entry.type == layer::EntryType::file && !entry.content;
  }

  void visit_tree(const Node& node, const std::function<bool(const layer::Entry&)>& visit) {
    if (!needs_digest(node.entry)) {
      if (!visit(node.entry)) return;
    } else {
      // Before the visit, which may ask for the digest at once: then the neighbours are hashed with
      // it later.
      hasher_.expect(node);
      visit(entry_of(node));
    }
    if (node.entry.type != layer::EntryType::directory) return;
    const Listing listing = cache_.list(node.entry.path);
    for (const Node& child : *listing) {
      if (cache_.is_visible(child)) visit_tree(child, visit);
    }
  }

  [[nodiscard]] const Node& regular_node(const layer::Entry& file) {
    const Node* node = cache_.find(file.path);
    if (node == nullptr || node->entry.type != layer::EntryType::file) {
      throw base::Error(base::ErrorKind::not_found, "read", file.path,
                        "no such file in the " + name_);
    }
    return *node;
  }

  base::Fd root_;
  std::string name_;
  dockerfile::IgnoreRules ignore_;
  Scanner scanner_;
  ContextCache cache_;
  FileHasher hasher_;
};

std::string LocalContext::resolve(const std::string& path, bool follow_last) {
  std::string done;         // resolved so far
  std::string rest = path;  // still to be walked
  int links = 0;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string part = rest.substr(0, slash);
    rest = slash == std::string::npos ? std::string() : rest.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      done = base::parent_path(done);
      continue;
    }
    std::string next = done.empty() ? part : done + "/" + part;
    const bool last = rest.find_first_not_of('/') == std::string::npos;
    const Node* node = last && !follow_last ? nullptr : cache_.find(next);
    if (node == nullptr || node->entry.type != layer::EntryType::symlink) {
      done = std::move(next);
      continue;
    }
    if (++links > kMaxLinks) {
      throw base::Error(base::ErrorKind::failure, "resolve", path,
                        "too many symbolic links in the " + name_);
    }
    if (base::is_absolute(node->entry.link)) done.clear();
    rest = rest.empty() ? node->entry.link : node->entry.link + "/" + rest;
  }
  return done;
}

}  // namespace

std::unique_ptr<layer::FileTree> open_local_context(const std::string& path,
                                                    std::string display_name,
                                                    dockerfile::IgnoreRules ignore,
                                                    StatIndex& index,
                                                    const LocalContextOptions& options) {
  return std::make_unique<LocalContext>(base::open_host_directory(path), std::move(display_name),
                                        std::move(ignore), index, options);
}

}  // namespace cooper::context
