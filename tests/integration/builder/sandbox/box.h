// A tiny root file system (busybox) and a sandbox over it, for tests.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "builder/sandbox/sandbox.h"

namespace cooper::sandbox {

struct Ran {
  ExitStatus status;
  std::string out, err;
};

// A temporary directory with a base layer, an upper and a work directory; removed at the end.
class Box {
 public:
  Box();
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;
  ~Box();

  // A spec that runs `script` with busybox's shell in the box.
  [[nodiscard]] SandboxSpec spec(const std::string& script) const;
  Ran run(const SandboxSpec& spec) const;
  Ran sh(const std::string& script) const { return run(spec(script)); }

  // What the step changed: sorted paths below the upper directory.
  [[nodiscard]] std::vector<std::string> changes() const;
  // Empties upper and work.
  void renew() const;

  void write(const std::string& path,
             const std::string& text) const;  // below the temporary directory
  [[nodiscard]] std::string read(const std::string& path) const;

  [[nodiscard]] const std::filesystem::path& top() const { return top_; }
  [[nodiscard]] std::filesystem::path base() const { return top_ / "base"; }
  [[nodiscard]] std::filesystem::path upper() const { return top_ / "upper"; }

 private:
  std::filesystem::path top_;
};

// One probe for all tests of the process.
[[nodiscard]] const Probe& machine();

}  // namespace cooper::sandbox
