#include "builder/context/git_checkout.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"
#include "builder/context/git_program.h"

namespace cooper::context {
namespace {

using base::Error;
using base::ErrorKind;
using dockerfile::GitReference;

// Lines "NAME<tab>REF" of ls-remote.
std::map<std::string, std::string> parse_references(const std::string& output) {
  std::map<std::string, std::string> references;
  std::string_view rest = output;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    references.emplace(line.substr(tab + 1), line.substr(0, tab));
  }
  return references;
}

std::string default_branch(const GitProgram& git, const GitReference& reference) {
  const std::string output = git.run({"ls-remote", "--symref", "--", reference.remote, "HEAD"});
  constexpr std::string_view kStart = "ref: ";
  if (output.starts_with(kStart))
    return output.substr(kStart.size(), output.find('\t') - kStart.size());
  throw Error(ErrorKind::not_found, "find the default branch of",
              without_password(reference.remote), "the repository has none")
      .with_hint("name a branch, a tag or a commit: " + reference.remote + "#REF");
}

std::string without(const std::string& text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

void compare_checksum(const GitReference& reference, const std::string& commit,
                      const std::string& peeled) {
  const std::string& wanted = reference.checksum;
  if (commit.starts_with(wanted) || (!peeled.empty() && peeled.starts_with(wanted))) return;
  throw Error(ErrorKind::corrupt, "check out", without_password(reference.remote),
              "expected checksum to match " + wanted + ", got " + commit +
                  (peeled.empty() ? "" : " or " + peeled));
}

// The branch of a name before its tag, as git itself decides.
GitCommit choose(const GitReference& reference, const std::string& ref,
                 const std::map<std::string, std::string>& found) {
  const std::string partial = "refs/" + without(ref, "refs/");
  const std::string head = "refs/heads/" + without(ref, "refs/heads/");
  const std::string tag = "refs/tags/" + without(ref, "refs/tags/");
  for (const std::string& name : {partial, head, tag}) {
    const auto at = found.find(name);
    if (at == found.end()) continue;
    const auto peeled = found.find(name + "^{}");
    const std::string target =
        name.starts_with("refs/tags/") && peeled != found.end() ? peeled->second : "";
    compare_checksum(reference, at->second, target);
    return {at->second, name};
  }
  throw Error(ErrorKind::not_found, "check out", without_password(reference.remote),
              "the repository has no branch, tag or reference '" + ref + "'");
}

// --depth needs a server that can: one that only serves files cannot.
void fetch(const GitProgram& git, const std::vector<std::string>& what) {
  const auto arguments = [&what](std::vector<std::string> options) {
    std::vector<std::string> all = {"fetch", "--quiet", "--force"};
    all.insert(all.end(), options.begin(), options.end());
    all.emplace_back("origin");
    all.insert(all.end(), what.begin(), what.end());
    return all;
  };
  if (git.try_run(arguments({"--depth=1", "--no-tags"}))) return;
  static_cast<void>(git.run(arguments({"--no-tags"})));
}

void fetch_commit(const GitProgram& git, const GitCommit& commit) {
  if (!dockerfile::is_commit(commit.ref)) {
    fetch(git, {commit.ref + ":" + commit.ref});
  } else if (!git.try_run({"fetch", "--quiet", "--depth=1", "--no-tags", "origin", commit.name})) {
    static_cast<void>(
        git.run({"fetch", "--quiet", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*"}));
  }
  if (git.try_run({"cat-file", "-e", commit.name + "^{commit}"})) return;
  throw Error(ErrorKind::not_found, "git fetch", commit.ref,
              "the repository has no commit " + commit.name);
}

void set_times(int directory, const timespec& time) {
  for (const std::string& name : base::list_directory(directory, "checkout")) {
    const auto status = base::try_stat_at(directory, name);
    if (status && S_ISDIR(status->st_mode))
      set_times(base::open_at(directory, name, O_RDONLY | O_DIRECTORY).get(), time);
    const timespec times[2] = {time, time};
    if (::utimensat(directory, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
      base::throw_errno("set times of", name);
  }
}

std::int64_t commit_time(const GitProgram& git, const GitCommit& commit) {
  const std::string text = git.run({"log", "-1", "--format=%ct", commit.name + "^{commit}"});
  std::int64_t time = 0;
  std::from_chars(text.data(), text.data() + text.size(), time);
  return time;
}

// What lies in the work tree is the repository's word: a link on the way is refused.
std::string directory_of(const GitRequest& request, const std::string& tree) {
  const std::string subdir = base::clean_below_root(request.reference.subdir);
  const auto root = base::open_host_directory(tree);
  if (subdir.empty()) return tree;
  if (!base::try_open_no_links(root.get(), subdir, O_PATH | O_DIRECTORY)) {
    throw Error(ErrorKind::not_found, "open directory of the repository", request.reference.subdir,
                "it is no directory there")
        .with_hint("links are not followed");
  }
  return tree + "/" + subdir;
}

// An index without times and inodes, so that equal checkouts are equal.
void make_plain(const GitProgram& git, const std::string& git_directory) {
  const base::Fd directory = base::open_host_directory(git_directory);
  for (const char* name : {"index", "FETCH_HEAD", "ORIG_HEAD", "logs", "hooks"})
    base::remove_tree_at(directory.get(), name);
  static_cast<void>(git.run({"read-tree", "HEAD"}));
}

}  // namespace

GitCommit resolve_commit(const GitRequest& request, const store::Store& store,
                         const GitAccess& access, std::stop_token stop) {
  const GitReference& reference = request.reference;
  if (dockerfile::is_commit(reference.ref)) {
    compare_checksum(reference, reference.ref, "");
    return {reference.ref, reference.ref};
  }
  const store::TempDirectory space = store.new_temp_directory();
  const GitProgram git(reference, space.path(), access, std::move(stop));
  const std::string ref = reference.ref.empty() ? default_branch(git, reference) : reference.ref;
  const auto found =
      parse_references(git.run({"ls-remote", "--", reference.remote, ref, ref + "^{}"}));
  GitCommit commit = choose(reference, ref, found);
  if (!dockerfile::is_commit(commit.name))
    throw Error(ErrorKind::corrupt, "git ls-remote", without_password(reference.remote),
                "the server gave a name that is no commit's");
  return commit;
}

GitCheckout check_out(const GitRequest& request, const GitCommit& commit, const store::Store& store,
                      const GitAccess& access, std::stop_token stop) {
  store::TempDirectory space = store.new_temp_directory();
  GitProgram git(request.reference, space.path(), access, std::move(stop));
  const bool keep =
      request.keep_git_dir && base::clean_below_root(request.reference.subdir).empty();
  const std::string tree = space.path() + "/tree";
  const std::string git_directory = keep ? tree + "/.git" : space.path() + "/repository";
  if (::mkdirat(space.fd(), "tree", 0755) != 0) base::throw_errno("create", tree);
  git.set_directories(git_directory, tree);
  std::vector<std::string> init = {"init", "--quiet", "--template="};
  if (commit.name.size() == 64) init.emplace_back("--object-format=sha256");
  static_cast<void>(git.run(init));
  static_cast<void>(git.run({"config", "remote.origin.url", request.reference.remote}));
  fetch_commit(git, commit);
  static_cast<void>(git.run({"checkout", "--quiet", "--force", "--detach", commit.name}));
  if (request.reference.submodules.value_or(true)) {
    static_cast<void>(
        git.run({"submodule", "--quiet", "update", "--init", "--recursive", "--depth=1"}));
  }
  const std::int64_t time = commit_time(git, commit);
  if (request.reference.commit_times.value_or(false))
    set_times(base::open_host_directory(tree).get(), timespec{time, 0});
  if (keep) {
    static_cast<void>(
        git.run({"config", "remote.origin.url", without_password(request.reference.remote)}));
    make_plain(git, git_directory);
  }
  std::string path = directory_of(request, tree);
  return {std::move(space), std::move(path), time};
}

}  // namespace cooper::context
