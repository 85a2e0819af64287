// A git repository as ADD and a build context name it (row C19): the address that git gets, and
// what of it is meant.
//
//   https://host/team/site.git   http://...   ssh://git@host/site.git   git://host/site
//   git@host:team/site.git       github.com/team/site (contexts only)
//   ...#REF:SUBDIR               ...?ref= tag= branch= subdir= checksum= commit= keep-git-dir=
//                                   submodules= mtime= fetch-by-commit=
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cooper::dockerfile {

struct GitReference {
  std::string remote;  // without fragment and query; never begins with '-'
  std::string host;    // as written, with a port; for secrets
  std::string ref;     // branch, tag, refs/..., or a commit; empty: the default branch
  std::string subdir;
  std::string checksum;  // of the commit, lower case hexadecimal, may be a prefix
  std::optional<bool> keep_git_dir, submodules;
  std::optional<bool> commit_times;  // mtime=commit or mtime=checkout
  bool over_ssh = false;
  bool looks_local = false;  // github.com/...: only a build context means it so
};

// nullopt: not the name of a repository (http needs a path that ends with .git). Throws
// base::Error(usage) for one that is wrong: an unknown or contradictory query, a reference that git
// would take for an option.
[[nodiscard]] std::optional<GitReference> try_parse_git_reference(std::string_view text);

// 40 or 64 hexadecimal digits.
[[nodiscard]] bool is_commit(std::string_view text);

}  // namespace cooper::dockerfile
