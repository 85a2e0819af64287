// One thing that made a step's key another one, told so that a person can act on it. Pure.
#pragma once

#include <string>
#include <vector>

#include "builder/cache/step_key.h"

namespace cooper::cache {

// What kind of input it was.
enum class ChangeKind {
  instruction,  // text or flags of the instruction, a here-document
  base,         // the image of FROM
  file,         // a file that COPY or ADD takes
  mount,        // what a RUN --mount shows, or its settings
  variable,     // ENV or a build argument
  setting,      // user, directory, platform, SOURCE_DATE_EPOCH, network
  parent,       // the steps before it gave another result
  no_cache,     // it was asked for
  lost,         // the same step was done, but its result is not in the store any more
  first,        // there is no earlier step like it
};
[[nodiscard]] std::string_view to_string(ChangeKind kind);

struct Change {
  ChangeKind kind = ChangeKind::first;
  std::string name = {};    // path, variable, flag; what the kind is about
  std::string before = {};  // safe to show; "" when there was nothing or it must not be told
  std::string after = {};
  std::string text = {};  // "src/a.php changed", "src/a.php mode 0644 -> 0664"
  bool operator==(const Change&) const = default;
};

// The differences of two keys of one step, the likeliest cause first: an instruction, then files,
// then variables; what the steps before it brought along comes last. Empty when the keys are equal.
// Values of variables with a secret's name are left out.
[[nodiscard]] std::vector<Change> changes_between(const std::vector<KeyPart>& before,
                                                  const std::vector<KeyPart>& after);

// One line: the first change and how many more there are. "" for none.
[[nodiscard]] std::string summary(const std::vector<Change>& changes);

}  // namespace cooper::cache
