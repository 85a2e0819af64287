#include "builder/engine/copy_selection.h"

#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "base/sha256.h"
#include "builder/dockerfile/pattern.h"
#include "builder/engine/digest_files.h"
#include "builder/engine/source_match.h"

namespace cooper::engine {
namespace {

using base::Error;
using base::ErrorKind;

SelectedSource select_one(const std::shared_ptr<layer::FileTree>& from, const std::string& source,
                          const std::string& clean, const std::string& include,
                          const dockerfile::IgnoreRules& excludes) {
  layer::FileTree& tree = *from;
  const std::string meant = tree.resolve(clean, true);
  const auto top = tree.find(meant);
  if (!top) refuse_missing(tree, source, clean);
  SelectedSource selected;
  selected.tree = from;
  selected.base_name = std::string(base::base_name(clean));
  selected.directory = top->type == layer::EntryType::directory;
  selected.items = select_tree(tree, meant, include, excludes);
  return selected;
}

SelectedSource select_text(const plan::CopySource& source) {
  SelectedSource selected;
  selected.base_name = source.path;
  selected.text = source.content;
  layer::Entry entry;
  entry.path = source.path;
  entry.mode = 0644;
  entry.size = source.content.size();
  base::Sha256 hash;
  hash.update(source.content);
  entry.content = hash.finish();
  selected.items.push_back({"", std::move(entry)});
  return selected;
}

SelectedSource select_remote(const plan::CopyOp& op, const plan::CopySource& source,
                             const SourceAccess& access) {
  if (access.fetcher == nullptr)
    throw Error(ErrorKind::unsupported, "fetch", source.path, "no network access was given");
  auto remote = std::make_shared<context::RemoteFile>(access.fetcher->fetch(
      source.path, op.checksum, context::authorization_for(source.path, access.git.secret),
      access.stop));
  SelectedSource selected;
  selected.base_name = remote->name;
  layer::Entry entry;
  entry.path = remote->name;
  entry.mode = 0600;
  entry.size = remote->size;
  entry.mtime = remote->last_modified.value_or(0);
  entry.content = remote->digest;
  selected.items.push_back({"", std::move(entry)});
  selected.remote = std::move(remote);
  return selected;
}

SelectedSource select_git(const plan::CopyOp& op, const plan::CopySource& source,
                          const SourceAccess& access) {
  SelectedSource selected;
  selected.directory = true;
  selected.git = std::make_shared<const GitSource>(
      GitSource::resolve(op, source.path, access.store, access.git, access.stop));
  return selected;
}

void add_paths(Selection& selection, const plan::CopySource& source,
               const dockerfile::IgnoreRules& excludes) {
  layer::FileTree& tree = *selection.tree;
  for (const std::string& clean : match_source(tree, source.path)) {
    selection.sources.push_back(select_one(selection.tree, source.path, clean, "", excludes));
  }
}

// --parents: what is before the first "/./" is where the paths that are kept begin.
void add_with_parents(Selection& selection, const plan::CopySource& source,
                      const dockerfile::IgnoreRules& excludes) {
  layer::FileTree& tree = *selection.tree;
  const std::size_t pivot = source.path.find("/./");
  const bool has_pivot = pivot != std::string::npos;
  const std::string from = has_pivot ? source.path.substr(0, pivot) : "/";
  const std::string include =
      base::clean_below_root(has_pivot ? source.path.substr(pivot + 3) : source.path);
  if (!dockerfile::has_wildcards(from) && !dockerfile::has_wildcards(include)) {
    const std::string needed = base::clean_below_root(from + "/" + include);
    if (!tree.find(tree.resolve(needed, true))) refuse_missing(tree, source.path, needed);
  }
  for (const std::string& clean : match_source(tree, from)) {
    selection.sources.push_back(select_one(selection.tree, source.path, clean, include, excludes));
  }
}

}  // namespace

Selection select_sources(const plan::CopyOp& op, std::shared_ptr<layer::FileTree> tree,
                         const SourceAccess& access) {
  Selection selection;
  selection.tree = std::move(tree);
  const auto excludes = dockerfile::IgnoreRules::from_patterns(op.excludes);
  for (const plan::CopySource& source : op.sources) {
    switch (source.kind) {
      case plan::CopySource::Kind::path:
        (op.parents ? add_with_parents : add_paths)(selection, source, excludes);
        break;
      case plan::CopySource::Kind::inline_file:
        selection.sources.push_back(select_text(source));
        break;
      case plan::CopySource::Kind::http:
        selection.sources.push_back(select_remote(op, source, access));
        break;
      case plan::CopySource::Kind::git:
        selection.sources.push_back(select_git(op, source, access));
        break;
    }
  }
  if (selection.tree) {
    std::vector<layer::Entry*> files;
    for (SelectedSource& one : selection.sources) {
      for (SelectedItem& item : one.items) {
        if (!item.entry.content) files.push_back(&item.entry);
      }
    }
    digest_files(*selection.tree, files, access.threads);
  }
  return selection;
}

void check_out_sources(Selection& selection, const plan::CopyOp& op, const SourceAccess& access) {
  const auto excludes = dockerfile::IgnoreRules::from_patterns(op.excludes);
  for (SelectedSource& source : selection.sources) {
    if (!source.git) continue;
    source.tree = source.git->check_out(access.store, access.git, access.stop);
    source.items = select_tree(*source.tree, "", "", excludes);
    std::vector<layer::Entry*> files;
    for (SelectedItem& item : source.items) files.push_back(&item.entry);
    digest_files(*source.tree, files, access.threads);
  }
}

std::vector<cache::CopiedItem> key_items(const Selection& selection) {
  std::vector<cache::CopiedItem> items;
  std::size_t count = 0;
  for (const SelectedSource& source : selection.sources) count += source.items.size() + 1;
  items.reserve(count);
  for (std::size_t i = 0; i < selection.sources.size(); ++i) {
    const SelectedSource& source = selection.sources[i];
    const std::string place = std::to_string(i) + ":" + (source.directory ? "" : source.base_name);
    if (source.git) items.push_back({place, source.git->facts()});
    for (const SelectedItem& item : source.items) {
      std::string facts = facts_of(item.entry);
      if (item.parent) facts += " parent";
      if (!item.same_as.empty()) facts += " same as " + item.same_as;
      std::string path;
      path.reserve(place.size() + 1 + item.path.size());
      path += place;
      if (!item.path.empty()) path.append("/").append(item.path);
      items.push_back({std::move(path), std::move(facts)});
    }
  }
  return items;
}

std::string tree_digest(layer::FileTree& tree, const std::string& directory, unsigned threads) {
  std::vector<layer::Entry> entries;
  const std::string meant = tree.resolve(directory, true);
  if (!tree.find(meant)) refuse_missing(tree, directory, directory);
  tree.walk(meant, [&](const layer::Entry& entry) {
    entries.push_back(entry);
    return true;
  });
  std::vector<layer::Entry*> files;
  for (layer::Entry& entry : entries) files.push_back(&entry);
  digest_files(tree, files, threads);
  base::Sha256 hash;
  for (const layer::Entry& entry : entries) {
    const std::string below = entry.path.substr(std::min(meant.size(), entry.path.size()));
    hash.update(std::to_string(below.size()) + ":" + below + facts_of(entry) + "\n");
  }
  return base::to_hex(hash.finish());
}

}  // namespace cooper::engine
