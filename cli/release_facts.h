// What a release tells its bake file and its images: version, commit, sources, time.
#pragma once

#include <string>

#include "builder/build.h"
#include "cli/git_facts.h"

namespace cooper::cli {

// What the bake file's variables see: VERSION, and REVISION, SOURCE and SOURCE_DATE_EPOCH unless
// the environment has them: a person's own choice goes before git's.
void set_release_variables(const std::string& version, const GitFacts& facts);

// Labels and annotations org.opencontainers.image.*, unless the bake file says others.
void describe_release(BuildRequest& request, const std::string& version, const GitFacts& facts);

}  // namespace cooper::cli
