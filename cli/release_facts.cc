#include "cli/release_facts.h"

#include <stdlib.h>

#include <map>

#include "oci/time_text.h"

namespace cooper::cli {

void set_release_variables(const std::string& version, const GitFacts& facts) {
  ::setenv("VERSION", version.c_str(), 1);
  if (!facts.revision.empty()) ::setenv("REVISION", facts.revision.c_str(), 0);
  if (!facts.source.empty()) ::setenv("SOURCE", facts.source.c_str(), 0);
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (facts.commit_time && (epoch == nullptr || *epoch == '\0'))
    ::setenv("SOURCE_DATE_EPOCH", std::to_string(*facts.commit_time).c_str(), 1);
}

void describe_release(BuildRequest& request, const std::string& version, const GitFacts& facts) {
  std::map<std::string, std::string> words{{"version", version}};
  if (!facts.revision.empty()) words["revision"] = facts.revision;
  if (!facts.source.empty()) words["source"] = facts.source;
  if (facts.commit_time) words["created"] = oci::to_rfc3339(*facts.commit_time);
  for (BuildTarget& target : request.targets) {
    for (const auto& [word, value] : words) {
      target.labels.try_emplace("org.opencontainers.image." + word, value);
      target.annotations.try_emplace("org.opencontainers.image." + word, value);
    }
  }
}

}  // namespace cooper::cli
