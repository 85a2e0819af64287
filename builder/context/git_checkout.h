// Repositories for ADD and for build contexts (row C19), by the program git, which sees nothing of
// ours: no configuration of the user or the machine, no hooks, no password prompt, and only the
// protocols http, https, git and ssh, for submodules too (security D13, D14).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "builder/dockerfile/git_reference.h"
#include "builder/store/store.h"

namespace cooper::context {

// The address without a password or token in it; any other text as it is.
[[nodiscard]] std::string without_password(const std::string& remote);

// What of the caller a repository may need. Functions may be empty.
struct GitAccess {
  // GIT_AUTH_TOKEN[.host] and GIT_AUTH_HEADER[.host] are sent to http(s) repositories.
  std::function<std::optional<std::string>(const std::string& id)> secret;
  // The agent's socket for ssh repositories.
  std::function<std::optional<std::string>()> ssh_agent;
};

struct GitRequest {
  dockerfile::GitReference reference;  // checksum and keep_git_dir as they apply
  bool keep_git_dir = false;           // .git stays, if no subdir is asked for
};

// The commit that is meant now, with the checksum compared. One round trip, none for a commit.
struct GitCommit {
  std::string name;  // 40 or 64 hexadecimal digits; of the tag itself for an annotated one
  std::string ref;   // refs/heads/main, or the commit
};
[[nodiscard]] GitCommit resolve_commit(const GitRequest& request, const store::Store& store,
                                       const GitAccess& access, std::stop_token stop);

// Its files in temp space of the store. Modes are whatever our umask made of git's 0644 and 0755.
struct GitCheckout {
  store::TempDirectory space;
  std::string path;       // host directory with the files, or with those of the subdir
  std::int64_t time = 0;  // when the commit was made, in seconds
};
// Throws base::Error: not_found (no git, no such repository, reference or subdir), denied, usage.
[[nodiscard]] GitCheckout check_out(const GitRequest& request, const GitCommit& commit,
                                    const store::Store& store, const GitAccess& access,
                                    std::stop_token stop);

}  // namespace cooper::context
