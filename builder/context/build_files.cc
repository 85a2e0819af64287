#include "builder/context/build_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"
#include "base/source.h"
#include "base/within_limit.h"
#include "builder/dockerfile/git_reference.h"

namespace cooper::context {
namespace {

constexpr base::Limit kDockerfile = base::Limit::dockerfile_bytes;
constexpr base::Limit kIgnoreFile = base::Limit::ignore_file_bytes;
constexpr int kReadFlags =
    O_RDONLY | O_NONBLOCK | O_NOCTTY;  // never waits for the other end of a FIFO

std::string read_regular(base::Fd file, const std::string& name, base::Limit limit) {
  const struct stat status = base::stat_fd(file.get(), name);
  if (S_ISDIR(status.st_mode)) {
    throw base::Error(base::ErrorKind::usage, "read", name, "it is a directory");
  }
  if (!S_ISREG(status.st_mode)) {
    throw base::Error(base::ErrorKind::usage, "read", name, "it is not a regular file");
  }
  base::FdSource source(std::move(file), name);
  return base::within(limit,
                      [&](std::uint64_t most) { return base::read_all(source, most, name); });
}

std::string read_standard_input() {
  const int copy = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) base::throw_errno("read", "standard input");
  base::FdSource source{base::Fd(copy), "standard input"};
  return base::within(kDockerfile, [&](std::uint64_t most) {
    return base::read_all(source, most, "standard input");
  });
}

// A file of a directory, its links followed in that directory only. A link that leads nowhere there
// is an Error, not an absent file.
std::optional<std::string> try_read_beneath(const base::Fd& directory, const std::string& name,
                                            const std::string& full_name, base::Limit limit) {
  if (auto file = base::try_open_in_root(directory.get(), name, kReadFlags)) {
    return read_regular(std::move(*file), full_name, limit);
  }
  if (!base::try_stat_at(directory.get(), name)) return std::nullopt;
  throw base::Error(base::ErrorKind::not_found, "read", full_name,
                    "it is a link that leads out of its directory or to nothing");
}

std::string join(const std::string& directory, const std::string& name) {
  if (directory.empty()) return name;
  return directory.back() == '/' ? directory + name : directory + "/" + name;
}

DockerfileText find_in_context(const std::string& context) {
  const base::Fd directory = base::open_host_directory(context);
  for (const char* name : {"Dockerfile", "dockerfile"}) {
    const std::string path = join(context, name);
    if (auto text = try_read_beneath(directory, name, path, kDockerfile)) {
      return {std::move(*text), name, path};
    }
  }
  throw base::Error(base::ErrorKind::not_found, "read", join(context, "Dockerfile"), "no such file")
      .with_hint("name another file with -f, or another build context");
}

}  // namespace

DockerfileText read_dockerfile_beneath(const std::string& context, const std::string& file,
                                       const std::string& context_name) {
  const base::Fd directory = base::open_host_directory(context);
  for (const std::string& name : dockerfile_names(file)) {
    const std::string path = base::clean_below_root(name);
    if (auto text = try_read_beneath(directory, path, name, kDockerfile))
      return {std::move(*text), name, ""};
  }
  throw no_dockerfile(file, context_name);
}

std::vector<std::string> dockerfile_names(const std::string& file) {
  if (!file.empty()) return {file};
  return {"Dockerfile", "dockerfile"};
}

base::Error no_dockerfile(const std::string& file, const std::string& context_name) {
  base::Error error(base::ErrorKind::not_found, "read", dockerfile_names(file).front(),
                    "no such file in the build context " + context_name);
  error.with_hint("name another file of the context with -f");
  return error;
}

DockerfileText read_dockerfile(const std::string& context, const std::string& file,
                               const std::string& relative_to) {
  if (file.empty()) return find_in_context(context);
  if (file == "-") return {read_standard_input(), "-", ""};
  const std::string path = base::is_absolute(file) ? file : join(relative_to, file);
  try {
    return {read_regular(base::open_host(path, kReadFlags), path, kDockerfile), file, path};
  } catch (base::Error& error) {
    if (error.kind() == base::ErrorKind::not_found) {
      error.with_hint(relative_to.empty() ? "-f names a file relative to the working directory"
                                          : "the file is looked for in '" + relative_to + "'");
    }
    throw;
  }
}

dockerfile::IgnoreRules read_ignore_rules(const std::string& context,
                                          const std::string& dockerfile_path) {
  const auto parse_in = [](const std::string& directory,
                           const std::string& name) -> std::optional<dockerfile::IgnoreRules> {
    const std::string full_name = join(directory, name);
    const base::Fd opened = base::open_host_directory(directory.empty() ? "." : directory);
    const auto text = try_read_beneath(opened, name, full_name, kIgnoreFile);
    if (!text) return std::nullopt;
    return dockerfile::IgnoreRules::parse(*text, full_name);
  };
  if (!dockerfile_path.empty()) {
    const std::size_t slash = dockerfile_path.rfind('/');
    const bool bare = slash == std::string::npos;
    const std::string directory = bare ? std::string() : dockerfile_path.substr(0, slash + 1);
    const std::string name = bare ? dockerfile_path : dockerfile_path.substr(slash + 1);
    if (auto rules = parse_in(directory, name + ".dockerignore")) return std::move(*rules);
  }
  if (!context.empty()) {
    if (auto rules = parse_in(context, ".dockerignore")) return std::move(*rules);
  }
  return {};
}

ContextKind classify_context(const std::string& text) {
  const std::string_view view = text;
  if (view == "-") return ContextKind::stdin_tar;
  if (view.starts_with("docker-image://")) return ContextKind::docker_image;
  if (view.starts_with("oci-layout://")) return ContextKind::oci_layout;
  if (view.starts_with("target:")) return ContextKind::target;
  if (dockerfile::try_parse_git_reference(text)) return ContextKind::git;
  if (view.starts_with("http://") || view.starts_with("https://")) return ContextKind::http;
  return ContextKind::directory;
}

}  // namespace cooper::context
