// Where the files of a build context come from (rows I9, I11): a directory, standard input, a git
// repository, an http(s) address.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "builder/build.h"
#include "builder/context/git_checkout.h"
#include "builder/layer/file_tree.h"

namespace cooper {

struct OpenContext {
  std::string identity;      // contexts of one identity have the same files
  std::string directory;     // of the host; empty: the files are in `tree`
  bool checked_out = false;  // `directory` came from git: its modes are git's, ignore files do not
                             // apply, and nothing outside it is meant
  std::shared_ptr<layer::FileTree> tree;
  std::shared_ptr<const context::GitCheckout> checkout;  // keeps `directory`
  std::optional<std::string> dockerfile_text;            // standard input was a Dockerfile
  std::string dockerfile;  // the name of the only file, which is the Dockerfile
  // Of a commit, or when the server says that a file was changed; of an archive its newest file.
  std::optional<std::int64_t> time;
};

// When the server says that it was changed, else the newest file of an archive; nullopt: neither.
[[nodiscard]] std::optional<std::int64_t> time_of_file(const context::RemoteFile& file,
                                                       const store::Store& store);

// What git may use of the caller's.
[[nodiscard]] context::GitAccess git_access(const BuildRequest& request, const BuildTools& tools);

// What is not told in the address of a git repository.
struct GitWishes {
  bool keep_git_dir = false;
  bool commit_times = false;  // files have the time of the commit
  auto operator<=>(const GitWishes&) const = default;
};

class ContextOpener {
 public:
  // Both outlive the opener and what it opened.
  ContextOpener(const BuildRequest& request, BuildTools& tools, std::stop_token stop)
      : request_(request), tools_(tools), stop_(std::move(stop)) {}

  // Equal texts are opened once. Throws base::Error; usage for what is no place of files.
  [[nodiscard]] const OpenContext& open(const std::string& text, const GitWishes& git = {});
  // A named context: what an http(s) address gives is one file, also when that is an archive.
  [[nodiscard]] const OpenContext& open_named(const std::string& text);

 private:
  [[nodiscard]] OpenContext open_new(const std::string& text, const GitWishes& git);
  [[nodiscard]] OpenContext open_stdin() const;
  [[nodiscard]] OpenContext open_git(const std::string& text, const GitWishes& git) const;
  [[nodiscard]] OpenContext open_http(const std::string& text, bool unpack) const;

  const BuildRequest& request_;
  BuildTools& tools_;
  std::stop_token stop_;
  std::map<std::pair<std::string, GitWishes>, OpenContext> opened_;
};

}  // namespace cooper
