#include "builder/open_context.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "base/error.h"
#include "base/sha256.h"
#include "base/sink.h"
#include "base/source.h"
#include "base/within_limit.h"
#include "builder/context/archive_context.h"
#include "builder/context/build_files.h"

namespace cooper {
namespace {

using base::Error;
using base::ErrorKind;
using context::ContextKind;

constexpr const char* kFileName = "context";  // of an http context that is one file

OpenContext open_directory(const std::string& text) {
  char resolved[PATH_MAX] = {};
  if (::realpath(text.c_str(), resolved) == nullptr) base::throw_errno("open build context", text);
  struct stat status = {};
  if (::stat(resolved, &status) != 0 || !S_ISDIR(status.st_mode)) {
    throw Error(ErrorKind::usage, "open build context", text, "not a directory");
  }
  OpenContext context;
  context.directory = resolved;
  context.identity = resolved;
  return context;
}

base::Fd temporary_file(const store::Store& store) {
  const base::Fd directory = store.directory("tmp");
  base::Fd file(::openat(directory.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file) base::throw_errno("create a temporary file in", store.path());
  return file;
}

std::optional<std::int64_t> newest_file(layer::FileTree& tree) {
  std::optional<std::int64_t> newest;
  tree.walk("", [&](const layer::Entry& entry) {
    if (entry.type == layer::EntryType::file && (!newest || entry.mtime > *newest))
      newest = entry.mtime;
    return true;
  });
  return newest;
}

std::unique_ptr<layer::FileTree> open_archive(const context::RemoteFile& file,
                                              const store::Store& store) {
  return context::try_open_archive_context(file.content.duplicate(), "build context", store);
}

bool is_directory(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

std::optional<std::int64_t> time_of_file(const context::RemoteFile& file,
                                         const store::Store& store) {
  if (file.last_modified) return file.last_modified;
  const auto archive = open_archive(file, store);
  return archive ? newest_file(*archive) : std::nullopt;
}

context::GitAccess git_access(const BuildRequest& request, const BuildTools& tools) {
  context::GitAccess access;
  access.secret = [&request](const std::string& id) -> std::optional<std::string> {
    const auto found = request.secrets.find(id);
    if (found == request.secrets.end()) return std::nullopt;
    return found->second;
  };
  if (tools.ssh_agent) access.ssh_agent = [&tools] { return tools.ssh_agent("default"); };
  return access;
}

const OpenContext& ContextOpener::open(const std::string& text, const GitWishes& git) {
  const auto key = std::make_pair(text, git);
  const auto found = opened_.find(key);
  if (found != opened_.end()) return found->second;
  return opened_.emplace(key, open_new(text, git)).first->second;
}

const OpenContext& ContextOpener::open_named(const std::string& text) {
  if (context::classify_context(text) != ContextKind::http) return open(text);
  const auto key = std::make_pair("file\n" + text, GitWishes{});
  const auto found = opened_.find(key);
  if (found != opened_.end()) return found->second;
  return opened_.emplace(key, open_http(text, false)).first->second;
}

OpenContext ContextOpener::open_new(const std::string& text, const GitWishes& git) {
  switch (context::classify_context(text)) {
    case ContextKind::directory: return open_directory(text);
    case ContextKind::stdin_tar: return open_stdin();
    case ContextKind::git:
      if (text.find("://") == std::string::npos && is_directory(text)) return open_directory(text);
      return open_git(text, git);
    case ContextKind::http: return open_http(text, true);
    default:
      throw Error(ErrorKind::usage, "open build context", text,
                  "an image cannot be the main context");
  }
}

OpenContext ContextOpener::open_stdin() const {
  base::FdSink spool(temporary_file(tools_.store), "standard input");
  base::FdSource input(base::Fd(STDIN_FILENO).duplicate(), "standard input");
  base::within(base::Limit::context_bytes, [&](std::uint64_t most) {
    base::LimitedSource limited(input, most, "standard input");
    base::copy(limited, spool);
  });
  spool.finish();
  const auto rewound = [&spool] {
    base::Fd file = spool.fd().duplicate();
    if (::lseek(file.get(), 0, SEEK_SET) != 0) base::throw_errno("rewind", "standard input");
    return file;
  };
  OpenContext context;
  context.identity = "standard input";
  context.tree = context::try_open_archive_context(rewound(), "build context", tools_.store);
  if (context.tree) return context;
  base::FdSource text(rewound(), "standard input");
  context.dockerfile_text = base::within(base::Limit::dockerfile_bytes, [&](std::uint64_t most) {
    return base::read_all(text, most, "standard input");
  });
  context.tree = context::make_empty_context("build context", tools_.store);
  return context;
}

OpenContext ContextOpener::open_git(const std::string& text, const GitWishes& git) const {
  context::GitRequest wanted;
  wanted.reference = dockerfile::try_parse_git_reference(text).value();
  wanted.keep_git_dir = wanted.reference.keep_git_dir.value_or(git.keep_git_dir);
  wanted.reference.commit_times = wanted.reference.commit_times.value_or(git.commit_times);
  const context::GitAccess access = git_access(request_, tools_);
  const context::GitCommit commit = resolve_commit(wanted, tools_.store, access, stop_);
  auto checkout = std::make_shared<const context::GitCheckout>(
      check_out(wanted, commit, tools_.store, access, stop_));
  OpenContext context;
  context.identity = text + "\n" + commit.name + (git.keep_git_dir ? "\n.git" : "") +
                     (git.commit_times ? "\ntimes" : "");
  context.directory = checkout->path;
  context.checked_out = true;
  context.time = checkout->time;
  context.checkout = std::move(checkout);
  return context;
}

OpenContext ContextOpener::open_http(const std::string& text, bool unpack) const {
  if (tools_.fetcher == nullptr)
    throw Error(ErrorKind::unsupported, "fetch", text, "no network access was given");
  const std::string authorization =
      context::authorization_for(text, git_access(request_, tools_).secret);
  const context::RemoteFile file = tools_.fetcher->fetch(text, "", authorization, stop_);
  OpenContext context;
  context.identity = text + "\n" + base::to_hex(file.digest) + (unpack ? "" : "\nfile");
  context.time = time_of_file(file, tools_.store);
  if (unpack) {
    context.tree = open_archive(file, tools_.store);
    if (context.tree) return context;
    context.dockerfile = kFileName;
  }
  context.tree =
      context::make_file_context(file.content.duplicate(), kFileName,
                                 file.last_modified.value_or(0), "build context", tools_.store);
  return context;
}

}  // namespace cooper
