#include "cli/repository_name.h"

#include "base/error.h"

namespace cooper::cli {

oci::Reference parse_repository(const std::string& text) {
  oci::Reference reference = oci::parse_reference(text);
  // A name without a tag is read as "latest": told apart by writing it out.
  const bool tagged = oci::try_parse_reference(text + ":x") == std::nullopt;
  if (reference.digest || tagged) {
    throw base::Error(base::ErrorKind::usage, "use repository", text,
                      "it has a tag or a digest; a repository is meant")
        .with_hint("leave out what follows the name");
  }
  reference.tag.clear();
  return reference;
}

}  // namespace cooper::cli
