// What git, or the variables of a CI job, tell of the sources of a release.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace cooper::cli {

struct GitFacts {
  std::string revision;                     // commit id; empty: unknown
  std::string source;                       // https URL without credentials; empty: unknown
  std::optional<std::int64_t> commit_time;  // seconds since 1970
  std::vector<std::string> remarks;  // what a person should know: uncommitted changes, no git
};

// Of the work tree around the current directory; GITHUB_SHA, GITHUB_SERVER_URL and
// GITHUB_REPOSITORY where git tells nothing. Throws nothing but base::Error(cancelled).
[[nodiscard]] GitFacts read_git_facts(std::stop_token stop);

// "git@host:team/site.git", "https://user:secret@host/team/site.git" -> "https://host/team/site";
// "" for what is no address of a server.
[[nodiscard]] std::string source_url(const std::string& remote);

}  // namespace cooper::cli
