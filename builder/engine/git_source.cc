#include "builder/engine/git_source.h"

#include "builder/context/local_context.h"
#include "builder/dockerfile/text.h"

namespace cooper::engine {
namespace {

// What a tree in temp space lives with.
struct CheckedOut {
  context::GitCheckout checkout;
  context::StatIndex index;
  std::unique_ptr<layer::FileTree> tree;
};

}  // namespace

GitSource GitSource::resolve(const plan::CopyOp& op, const std::string& address,
                             const store::Store& store, const context::GitAccess& access,
                             std::stop_token stop) {
  context::GitRequest request;
  request.reference = dockerfile::try_parse_git_reference(address).value();
  if (!op.checksum.empty()) request.reference.checksum = dockerfile::to_lower(op.checksum);
  request.keep_git_dir = request.reference.keep_git_dir.value_or(op.keep_git_dir);
  context::GitCommit commit = resolve_commit(request, store, access, std::move(stop));
  return {std::move(request), std::move(commit)};
}

std::string GitSource::facts() const {
  const dockerfile::GitReference& reference = request_.reference;
  std::string facts = "git " + commit_.name + " " + reference.subdir;
  if (request_.keep_git_dir) facts += " with .git of " + reference.remote + " " + commit_.ref;
  if (!reference.submodules.value_or(true)) facts += " without submodules";
  if (reference.commit_times.value_or(false)) facts += " with the commit's times";
  return facts;
}

std::shared_ptr<layer::FileTree> GitSource::check_out(const store::Store& store,
                                                      const context::GitAccess& access,
                                                      std::stop_token stop) const {
  context::GitCheckout checkout =
      context::check_out(request_, commit_, store, access, std::move(stop));
  const std::string path = checkout.path;
  auto all = std::make_shared<CheckedOut>(
      CheckedOut{std::move(checkout), context::StatIndex::load(store, path), nullptr});
  all->tree = context::open_local_context(path, "git repository", {}, all->index,
                                          {context::Modes::normalize, 0});
  return {all, all->tree.get()};
}

}  // namespace cooper::engine
