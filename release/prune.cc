#include "release/prune.h"

#include "base/error.h"
#include "registry/parallel.h"
#include "release/image_facts.h"

namespace cooper::release {
namespace {

constexpr unsigned kRequestsAtOnce = 4;

}  // namespace

std::vector<TagFacts> collect_tags(const registry::Repository& repository,
                                   const RetentionRules& rules, std::stop_token stop) {
  const auto names = repository.list_tags(stop);
  if (!names) {
    throw base::Error(base::ErrorKind::not_found, "list tags of", repository.display_name(),
                      "the registry has no such repository");
  }
  std::vector<TagFacts> tags(names->size());
  registry::for_each_parallel(tags.size(), kRequestsAtOnce, stop,
                              [&](std::size_t i, const std::stop_token& inner) {
                                TagFacts& facts = tags[i];
                                facts.tag = (*names)[i];
                                const auto top = repository.head_manifest(facts.tag, inner);
                                if (!top) return;
                                facts.digest = top->digest;
                                facts.children = read_children(repository, *top, inner);
                                if (rules.keep_since && is_version_tag(rules, facts.tag))
                                  facts.created = read_created(repository, top->digest, inner);
                              });
  if (stop.stop_requested()) {
    throw base::Error(base::ErrorKind::cancelled, "list tags of", repository.display_name(),
                      "cancelled");
  }
  return tags;
}

}  // namespace cooper::release
