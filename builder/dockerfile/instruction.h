// The instructions of a Dockerfile, typed, with their words still unexpanded: variables are the
// planner's business, because their values depend on the stage, the base image and the build
// arguments. Rules: Dockerfile reference and BuildKit's parser; row ids (P1, H2, ...) of
// docs/dockerfile.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "builder/dockerfile/source_range.h"

namespace cooper::dockerfile {

// One here-document. `expand` is false when any part of its word was quoted.
struct Heredoc {
  std::string name;
  std::string body;  // with the tabs of <<- already stripped
  bool expand = true;
  bool strip_tabs = false;
  bool operator==(const Heredoc&) const = default;
};

// RUN, CMD, ENTRYPOINT, SHELL arguments: the JSON form is an argv, the shell form one text.
struct Command {
  bool exec_form = false;
  std::vector<std::string> argv;  // exec form
  std::string text;               // shell form
  bool operator==(const Command&) const = default;
};

enum class MountType { bind, cache, tmpfs, secret, ssh };
enum class CacheSharing { shared, private_, locked };

// RUN --mount; every value still unexpanded except `from`, which never expands. An absent option is
// nullopt. A type, sharing, readonly or required that holds a variable is only known after
// resolve_mount (mount.h).
struct Mount {
  MountType type = MountType::bind;
  std::optional<std::string> id, source, target, from, mode, uid, gid, size, env;
  std::optional<CacheSharing> sharing;
  std::optional<std::string> sharing_word;  // when it holds a variable
  std::optional<bool> readonly;             // ro / rw as written; nullopt: the type's default
  bool required = false;
  SourceRange where;
  std::string text;  // the whole option as written, "type=cache,target=/x"
  bool operator==(const Mount&) const = default;
};

enum class Network { default_, none, host };
enum class Security { sandbox, insecure };

struct Pair {
  std::string key;
  std::string value;
  bool operator==(const Pair&) const = default;
};

struct From {
  std::string image;
  std::optional<std::string> platform;
  std::optional<std::string> name;  // lower case
  std::string name_as_written;
  std::string as_keyword;  // as written ("as")
};
struct Arg {
  std::vector<std::pair<std::string, std::optional<std::string>>> args;
};
struct Env {
  std::vector<Pair> pairs;
  bool legacy_form = false;
};
struct Label {
  std::vector<Pair> pairs;
  bool legacy_form = false;
};
struct Run {
  Command command;
  std::vector<Heredoc> heredocs;  // command.text holds the line with its << words
  std::vector<Mount> mounts;
  Network network = Network::default_;
  Security security = Security::sandbox;
  std::vector<std::string> devices;
};
// COPY and ADD. `sources` may be empty when heredocs are given.
struct Copy {
  bool add = false;
  std::vector<std::string> sources;
  std::vector<Heredoc> heredocs;
  std::string destination;
  std::optional<std::string> from, chown, chmod, checksum;
  std::optional<bool> link, parents, keep_git_dir, unpack;
  std::vector<std::string> excludes;
};
struct Workdir {
  std::string path;
};
struct User {
  std::string user;
};
struct Volume {
  std::vector<std::string> paths;
};
struct Expose {
  std::vector<std::string> ports;
};
struct StopSignal {
  std::string signal;
};
struct Cmd {
  Command command;
};
struct Entrypoint {
  Command command;
};
struct Shell {
  std::vector<std::string> argv;
};
struct Maintainer {
  std::string name;
};
struct Healthcheck {
  bool none = false;
  Command command;
  // nanoseconds; nullopt: not given
  std::optional<std::int64_t> interval, timeout, start_period, start_interval, retries;
};
// The trigger's text as it is stored in an image configuration (heredoc bodies re-serialised after
// it).
struct OnBuild {
  std::string trigger;
};

using Payload = std::variant<From, Arg, Env, Label, Run, Copy, Workdir, User, Volume, Expose,
                             StopSignal, Cmd, Entrypoint, Shell, Maintainer, Healthcheck, OnBuild>;

struct Instruction {
  std::string keyword;  // as written ("run")
  std::string
      original;  // the logical line's text, continuation lines joined, without heredoc bodies
  SourceRange where;
  std::vector<std::string> comments;  // the comment block directly above, without '#'
  Payload payload;
};

}  // namespace cooper::dockerfile
