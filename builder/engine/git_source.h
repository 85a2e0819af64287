// A git repository as a source of ADD (row C19): first its commit, which is all a key needs, then
// its files.
#pragma once

#include <memory>
#include <string>

#include "builder/context/git_checkout.h"
#include "builder/layer/file_tree.h"
#include "builder/plan/build_graph.h"

namespace cooper::engine {

class GitSource {
 public:
  // Asks the repository which commit is meant.
  [[nodiscard]] static GitSource resolve(const plan::CopyOp& op, const std::string& address,
                                         const store::Store& store,
                                         const context::GitAccess& access, std::stop_token stop);

  // Everything that decides which files there are.
  [[nodiscard]] std::string facts() const;
  // The tree keeps its files.
  [[nodiscard]] std::shared_ptr<layer::FileTree> check_out(const store::Store& store,
                                                           const context::GitAccess& access,
                                                           std::stop_token stop) const;

 private:
  GitSource(context::GitRequest request, context::GitCommit commit)
      : request_(std::move(request)), commit_(std::move(commit)) {}

  context::GitRequest request_;
  context::GitCommit commit_;
};

}  // namespace cooper::engine
