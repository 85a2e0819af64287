// Runs a helper program (credential helper, git) and waits for it. For RUN steps see
// builder/sandbox.
//
// The child gets the argv, environment and directory of the spec and nothing else of ours: no other
// descriptor, default signals, a session of its own, no controlling terminal. It is killed when we
// die. When it ends, or is given up, what is left of its process group is killed.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace cooper::base {

struct ProcessSpec {
  std::vector<std::string> argv;  // argv[0]: a path with '/', or a name looked up in PATH of `env`
  std::vector<std::string> env;   // NAME=value, all of it
  int directory = -1;             // working directory, an open descriptor; -1: ours
  std::string input = {};         // standard input
  std::uint64_t output_limit = std::uint64_t{1} << 20;
  std::uint64_t errors_limit = std::uint64_t{64} << 10;  // what comes beyond is dropped
  std::chrono::milliseconds timeout{60'000};
  std::stop_token stop = {};
};

struct ProcessResult {
  std::string output;
  std::string errors;
  int exit_status = 0;  // 128 + signal if a signal ended it
  int signal = 0;
};

// Throws Error: not_found (no such program), limit (more output than allowed), cancelled, failure
// (timeout). A program that ran and failed is a result. Any thread may call it.
[[nodiscard]] ProcessResult run_process(const ProcessSpec& spec);

// The file `name` means with this PATH, as a shell finds it; empty if there is none.
[[nodiscard]] std::string find_program(const std::string& name, const std::string& path);

}  // namespace cooper::base
