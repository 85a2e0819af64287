// Runs git with an environment of our own. Private to builder/context.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "builder/context/git_checkout.h"

namespace cooper::context {

class GitProgram {
 public:
  // Reads secrets of `access` that fit the repository. `space` is a directory of ours.
  GitProgram(const dockerfile::GitReference& reference, const std::string& space,
             const GitAccess& access, std::stop_token stop);

  void set_directories(std::string git_directory, std::string work_tree);
  // Standard output. Throws base::Error, with git's own words, when it fails.
  std::string run(std::vector<std::string> arguments) const;
  // nullopt when it fails.
  std::optional<std::string> try_run(std::vector<std::string> arguments) const;

 private:
  struct Outcome {
    bool success;
    std::string output, errors;
  };
  [[nodiscard]] Outcome execute(std::vector<std::string> arguments) const;
  void add_config(const std::string& key, const std::string& value);
  void add_authorization(const dockerfile::GitReference& reference, const GitAccess& access);

  std::string name_;  // of the repository, without a password
  std::vector<std::string> env_;
  std::vector<std::pair<std::string, std::string>> config_;
  std::string git_directory_, work_tree_;
  std::stop_token stop_;
};

}  // namespace cooper::context
