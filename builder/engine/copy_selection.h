// What the sources of a COPY or ADD mean in the tree they are taken from: wildcards matched, links
// followed, excludes applied. Looks at names, attributes and digests, never at bytes that are
// already known.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/cache/step_key.h"
#include "builder/context/remote_file.h"
#include "builder/engine/git_source.h"
#include "builder/engine/tree_selection.h"
#include "builder/layer/file_tree.h"
#include "builder/plan/build_graph.h"

namespace cooper::engine {

// One matched source: a file, a directory with everything to be copied in it, or text of the
// Dockerfile.
struct SelectedSource {
  std::shared_ptr<layer::FileTree> tree;  // null for texts and URLs
  std::string base_name;
  bool directory = false;
  SelectedItems items;              // in path_less order
  std::optional<std::string> text;  // of a here-document (then items has one made-up entry)
  std::shared_ptr<context::RemoteFile> remote;  // of an http source (likewise)
  std::shared_ptr<const GitSource> git;  // of a repository: no items until check_out_sources()
};

// Where sources come from, besides the tree.
struct SourceAccess {
  const store::Store& store;
  context::RemoteFetcher* fetcher;
  const context::GitAccess& git;
  unsigned threads;
  std::stop_token stop;
};

struct Selection {
  std::shared_ptr<layer::FileTree> tree;  // may be null when all sources are texts or URLs
  std::vector<SelectedSource> sources;
};

// Throws base::Error(not_found) for a literal source that is absent or ignored.
[[nodiscard]] Selection select_sources(const plan::CopyOp& op,
                                       std::shared_ptr<layer::FileTree> tree,
                                       const SourceAccess& access);

// Fetches the files of git sources. Their key needs only the commit.
void check_out_sources(Selection& selection, const plan::CopyOp& op, const SourceAccess& access);

// What goes into the key for a selection; digests of files not known yet are computed here, in
// parallel.
[[nodiscard]] std::vector<cache::CopiedItem> key_items(const Selection& selection);

// Facts of everything in `directory` of a tree, as one digest: the key of a bind mount.
[[nodiscard]] std::string tree_digest(layer::FileTree& tree, const std::string& directory,
                                      unsigned threads);

}  // namespace cooper::engine
