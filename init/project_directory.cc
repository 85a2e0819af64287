#include "init/project_directory.h"

#include <unistd.h>

#include <cstdio>

#include "base/error.h"
#include "base/file_at.h"
#include "init/unified_diff.h"

namespace cooper::init {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{4} << 20;
constexpr mode_t kExecutable = 0100;

struct SplitPath {
  std::string directory;  // "." for the root
  std::string name;
};

SplitPath split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

std::string kind_text(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return "a file";
  if (S_ISLNK(status.st_mode)) return "a symbolic link";
  if (S_ISDIR(status.st_mode)) return "a directory";
  return "a special file";
}

// What is in the way of the directory `path`, in words; empty when it can be made.
std::string obstacle_to(int root, const std::string& path) {
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    const SplitPath at = split(part);
    const auto above = base::try_open_in_root(root, at.directory, O_PATH | O_DIRECTORY);
    const auto status = above ? base::try_stat_at(above->get(), at.name) : std::nullopt;
    if (!status) return {};
    if (S_ISLNK(status->st_mode)) {
      if (!base::try_open_in_root(root, part, O_PATH | O_DIRECTORY))
        return part + " is a symbolic link that leads to no directory of the repository\n";
    } else if (!S_ISDIR(status->st_mode)) {
      return part + " is " + kind_text(*status) + ", not a directory\n";
    }
    if (end == std::string::npos) return {};
  }
}

FileComparison compare_link(int directory, const SplitPath& at, const ProjectFile& file,
                            const struct stat& status) {
  const std::string wanted = "a symbolic link to " + file.content;
  if (!S_ISLNK(status.st_mode)) {
    return {FileState::differs, file.path + ": is " + kind_text(status) + ", not " + wanted + "\n"};
  }
  const std::string target = base::read_link_at(directory, at.name);
  if (target == file.content) return {FileState::same, {}};
  return {FileState::differs, file.path + ": is a symbolic link to " + base::printable(target) +
                                  ", not to " + file.content + "\n"};
}

}  // namespace

ProjectDirectory::ProjectDirectory(const std::string& path)
    : path_(path), root_(base::open_host_directory(path)) {
  for (const char* name : {"artisan", "composer.json"}) {
    if (has(name)) continue;
    throw Error(ErrorKind::usage, "prepare", path_,
                "it is no Laravel application: it has no " + std::string(name))
        .with_hint("name the root of the application's repository");
  }
}

bool ProjectDirectory::has(const std::string& path) const {
  return base::try_open_in_root(root_.get(), path, O_PATH).has_value();
}

std::optional<Parameters> ProjectDirectory::kept_parameters() const {
  const std::string name(kParametersFile);
  const auto text = base::try_read_file_at(root_.get(), name, kMaxFileBytes);
  if (!text) return std::nullopt;
  return parse_parameters(*text, name);
}

FileComparison ProjectDirectory::compare(const ProjectFile& file) const {
  const SplitPath at = split(file.path);
  const auto directory = base::try_open_in_root(root_.get(), at.directory, O_PATH | O_DIRECTORY);
  if (!directory) {
    const std::string obstacle = obstacle_to(root_.get(), at.directory);
    if (obstacle.empty()) return {};
    return {FileState::blocked, file.path + ": " + obstacle};
  }
  const auto status = base::try_stat_at(directory->get(), at.name);
  if (!status) return {};
  if (S_ISDIR(status->st_mode)) {
    return {FileState::blocked, file.path + ": a directory is in its place\n"};
  }
  if (file.mode == 0) return compare_link(directory->get(), at, file, *status);
  if (!S_ISREG(status->st_mode)) {
    return {FileState::differs, file.path + ": is " + kind_text(*status) + ", not a file\n"};
  }
  if (static_cast<std::uint64_t>(status->st_size) > kMaxFileBytes) {
    return {FileState::differs, file.path + ": is too large to be compared\n"};
  }
  const std::string content = base::read_file_at(directory->get(), at.name, kMaxFileBytes);
  std::string diff = unified_diff(file.path, content, file.content);
  if ((status->st_mode & kExecutable) != (file.mode & kExecutable)) {
    const bool wanted = (file.mode & kExecutable) != 0;
    diff += file.path + (wanted ? ": is not executable\n" : ": is executable, and need not be\n");
  }
  return {diff.empty() ? FileState::same : FileState::differs, diff};
}

void ProjectDirectory::write(const ProjectFile& file) const {
  const SplitPath at = split(file.path);
  if (at.directory != ".") {
    static_cast<void>(base::make_directories_in_root(root_.get(), at.directory));
  }
  const base::Fd directory = base::open_in_root(root_.get(), at.directory, O_RDONLY | O_DIRECTORY);
  const auto status = base::try_stat_at(directory.get(), at.name);
  if (status && S_ISDIR(status->st_mode)) {
    throw Error(ErrorKind::failure, "write", path_ + "/" + file.path,
                "a directory is in its place");
  }
  if (file.mode != 0) return base::write_file_at(directory.get(), at.name, file.content, file.mode);
  if (status && ::unlinkat(directory.get(), at.name.c_str(), 0) != 0) {
    base::throw_errno("replace", path_ + "/" + file.path);
  }
  if (::symlinkat(file.content.c_str(), directory.get(), at.name.c_str()) != 0) {
    base::throw_errno("make link", path_ + "/" + file.path);
  }
}

}  // namespace cooper::init
