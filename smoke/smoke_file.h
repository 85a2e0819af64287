// smoke.json -> what is asked of images: containers beside the image's own, and steps in order.
// Pure. The format is described in docs/smoke.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cooper::smoke {

using Milliseconds = std::chrono::milliseconds;

// A file or directory of the main image, as the image has it.
struct MainPath {
  std::string path;
};
// A file or directory of this machine, relative to the base directory of the run.
struct HostPath {
  std::string path;
};
// A writable directory in memory, empty at the start.
struct Scratch {};

struct Mount {
  std::variant<MainPath, HostPath, Scratch> source;
  std::string target;
};

// What a container gets besides what its image says.
struct ContainerSettings {
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<Mount> mounts;
  std::optional<std::vector<std::string>> command;  // in the place of the image's Cmd
  bool read_only = false;                           // the root file system
};

// Something that runs beside the main container, in the same network: of an image, or a program of
// this machine.
struct Sidecar {
  std::string name;
  std::string image;                      // a reference; empty for a program of this machine
  std::vector<std::string> host_command;  // likewise
  ContainerSettings settings;             // of a program: env only
  std::optional<std::uint16_t>
      ready_port;  // what comes after it starts when this port accepts connections
};

struct HttpRequest {
  std::string url;   // http, of a loopback host
  std::string host;  // the field Host; empty: as the URL says
};

struct ExecStep {
  std::vector<std::string> argv;
  int expect_exit = 0;
  std::string expect_output;  // a Pattern; empty: not looked at
  Milliseconds timeout{60'000};
};
struct WaitHttpStep {
  HttpRequest request;
  int expect_status = 200;
  Milliseconds timeout{30'000};
};
struct HttpStep {
  HttpRequest request;
  int expect_status = 200;
  std::string expect_body;  // a Pattern
  bool fetch_assets = false;
  Milliseconds timeout{30'000};
};
struct WaitOutputStep {
  std::string regex;
  Milliseconds timeout{30'000};
};
struct SignalStep {
  std::string name;  // "stop": the image's stop signal
};
struct ExitStep {
  std::optional<int> expect_exit;  // absent: any
  Milliseconds timeout{10'000};
};
// The main container still runs after this time.
struct StayStep {
  Milliseconds time{2'000};
};
using Step =
    std::variant<ExecStep, WaitHttpStep, HttpStep, WaitOutputStep, SignalStep, ExitStep, StayStep>;

struct Target {
  ContainerSettings settings;
  std::vector<Sidecar> sidecars;
  std::vector<Step> steps;
};

struct SmokeFile {
  std::map<std::string, Target> targets;
};

inline constexpr std::size_t kMaxFileBytes = 1U << 20;

// Strict: a member that is not known is refused by name, as is a pattern, signal or URL that cannot
// be meant. Throws base::Error(usage, unsupported, corrupt or limit).
[[nodiscard]] SmokeFile parse_smoke_file(std::string_view text, const std::string& file_name);

// Without a file: starts, stays up for 2 s, ends within 10 s once it gets its stop signal.
[[nodiscard]] Target default_target();

// The target for an image: the one asked for, else the only one, else the one whose name the tag
// begins with
// ("app-v1.0.0" is "app"; the longest name wins). Throws base::Error(usage) naming what there is.
[[nodiscard]] const Target& select_target(const SmokeFile& file, const std::string& asked,
                                          const std::string& tag);

// One line for people: "GET http://127.0.0.1:8080/up (site.example.test) answers 200".
[[nodiscard]] std::string describe(const Step& step);

}  // namespace cooper::smoke
