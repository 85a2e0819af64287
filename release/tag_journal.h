// Tags that are being written, with what each held before, so that they can be put back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/repository.h"

namespace cooper::release {

class TagJournal {
 public:
  // Notes that `tag` is about to hold `ours`; `before` is what it holds now. Called before the
  // write, so that one with an unknown end counts too.
  void note(const registry::Repository& repository, const std::string& tag,
            std::optional<registry::FetchedManifest> before, const oci::Digest& ours);

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

  // Puts every tag back, the last first: the old manifest, or no tag. A tag that somebody else
  // wrote meanwhile is left alone. Returns a line for each tag that is not what it was; throws
  // nothing.
  [[nodiscard]] std::vector<std::string> roll_back() const;

 private:
  struct Entry {
    registry::Repository repository;
    std::string tag;
    std::optional<registry::FetchedManifest> before;
    oci::Digest ours;
  };
  static std::optional<std::string> roll_back_one(const Entry& entry);

  std::vector<Entry> entries_;
};

}  // namespace cooper::release
