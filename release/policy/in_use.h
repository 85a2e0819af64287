// The images of one repository that a text says are running: a list of references or tags, or the
// output of kubectl or helm in any of its forms. Every reference in the text counts whose
// repository is ours, whatever its registry (clusters pull through mirrors); so does, where every
// line is a tag, each line.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "oci/digest.h"

namespace cooper::release {

struct InUse {
  std::set<std::string> tags = {};  // in lower case
  std::set<oci::Digest> digests = {};
  [[nodiscard]] bool empty() const noexcept { return tags.empty() && digests.empty(); }
};

// `repository` without its registry: "team/site".
[[nodiscard]] InUse find_in_use(std::string_view text, std::string_view repository);

}  // namespace cooper::release
