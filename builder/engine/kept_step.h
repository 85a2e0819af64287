// RUN steps that failed, kept with what they left and all they saw, so that a person may look at
// them (`cooper debug`). Each is a directory cooper/failed/<id>/ of the store:
//
//   step.json   what is below: the sandbox's spec, without the value of any secret
//   root/       the changed files: an overlay's upper directory, or the whole root
//   mounts/<n>/ copies of context files the step was shown
//
// The layers below are not kept: they are in the store as usual, and made from their blobs again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "builder/sandbox/sandbox_spec.h"
#include "builder/snapshot/snapshot.h"
#include "builder/store/store.h"
#include "oci/digest.h"

namespace cooper::engine {

// A secret the step was given: where it stood, not what it was.
struct KeptSecret {
  std::string id;
  std::string target;              // "" when it was a variable only
  std::optional<std::string> env;  // name of the variable
  std::uint32_t mode = 0, uid = 0, gid = 0;
};

struct KeptStep {
  std::string id;  // sorts by time
  std::string label, file;
  int line = 0;
  std::string failure;              // "exit status 3"
  sandbox::SandboxSpec spec;        // the lower directories of an overlay are missing
  std::vector<oci::DiffId> layers;  // below, lowest first
  std::vector<KeptSecret> secrets;
  bool had_agent = false;  // an ssh agent, which is not kept
};

class KeptSteps {
 public:
  static constexpr std::size_t kMost = 5;
  static constexpr const char* kFolder = "failed";

  // `store` outlives it.
  explicit KeptSteps(const store::Store& store) : store_(store) {}

  // Keeps `step`, whose id is not set, and gives its id. `root` and `copies` (directories that bind
  // mounts of the step show) lose their files to it. The oldest beyond kMost go, but those in use.
  std::string keep(KeptStep step, snapshot::WritableRoot& root,
                   const std::vector<store::TempDirectory>& copies) const;

  // The newest first.
  [[nodiscard]] std::vector<std::string> ids() const;
  // nullopt when it is not there or damaged. Paths of the spec are of this machine.
  [[nodiscard]] std::optional<KeptStep> read(const std::string& id) const;
  // For one process at a time. Throws Error(failure) when another one has it.
  [[nodiscard]] store::Lock use(const std::string& id) const;

 private:
  [[nodiscard]] std::string path_of(const std::string& id) const;
  void remove_oldest() const;

  const store::Store& store_;
};

[[nodiscard]] std::string to_json(const KeptStep& step);
// Throws base::Error(corrupt).
[[nodiscard]] KeptStep parse_kept_step(const std::string& text);

}  // namespace cooper::engine
