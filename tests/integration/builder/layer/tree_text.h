// A directory tree as lines of text, for comparing two of them: everything a layer keeps.
#pragma once

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/sha256.h"

namespace cooper::layer::test {

inline std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::string xattr_text(const std::string& path) {
  std::string names(4096, '\0');
  const ssize_t size = ::llistxattr(path.c_str(), names.data(), names.size());
  names.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  std::vector<std::string> lines;
  std::stringstream in(names);
  for (std::string name; std::getline(in, name, '\0');) {
    if (name.find("overlay") != std::string::npos ||
        (!name.starts_with("user.") && name != "security.capability"))
      continue;
    std::string value(4096, '\0');
    const ssize_t length = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
    value.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    lines.push_back(" " + name + "=" + base::sha256_hex(value).substr(0, 8));
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

inline std::vector<std::string> tree_text(const std::string& root) {
  std::vector<std::string> paths = {""};
  for (const auto& item : std::filesystem::recursive_directory_iterator(root)) {
    paths.push_back(item.path().string().substr(root.size()));
  }
  std::sort(paths.begin(), paths.end());
  std::map<std::pair<dev_t, ino_t>, std::string> first;
  std::vector<std::string> lines;
  for (const std::string& path : paths) {
    const std::string full = root + path;
    struct stat status {};
    if (::lstat(full.c_str(), &status) != 0) continue;
    std::stringstream line;
    line << path << " " << std::oct << status.st_mode << std::dec << " " << status.st_uid << ":"
         << status.st_gid;
    // Layers carry whole seconds; the root's time is not kept.
    if (!path.empty()) line << " " << status.st_mtim.tv_sec;
    if (S_ISREG(status.st_mode)) line << " " << base::sha256_hex(file_text(full)).substr(0, 16);
    if (S_ISLNK(status.st_mode)) line << " -> " << std::filesystem::read_symlink(full).string();
    if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode))
      line << " " << major(status.st_rdev) << "," << minor(status.st_rdev);
    if (S_ISREG(status.st_mode) && status.st_nlink > 1) {
      const auto [name, is_first] = first.try_emplace({status.st_dev, status.st_ino}, path);
      if (!is_first) line << " = " << name->second;
    }
    lines.push_back(line.str() + xattr_text(full));
  }
  return lines;
}

// Empty if two trees are the same, else the first line that differs.
inline std::string first_difference(const std::string& found, const std::string& expected) {
  const auto a = tree_text(found);
  const auto b = tree_text(expected);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string left = i < a.size() ? a[i] : "(end)", right = i < b.size() ? b[i] : "(end)";
    if (left != right) return "found: " + left + "  expected: " + right;
  }
  return {};
}

}  // namespace cooper::layer::test
