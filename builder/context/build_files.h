// The small files of a build: the Dockerfile and its ignore file (rows I1, I4, I8).
#pragma once

#include <optional>
#include <string>

#include "builder/dockerfile/pattern.h"

namespace cooper::context {

struct DockerfileText {
  std::string text;
  std::string display_name;  // as the user named it, for messages
  std::string path;          // on the host; empty when it came from stdin or inline
};

// `file` is what -f gave: "" means <context>/Dockerfile, then <context>/dockerfile; "-" reads stdin (limit 4 MiB). A relative `file` is
// relative to the working directory for build, to the context for bake (`relative_to`). Throws base::Error(not_found) with a hint.
[[nodiscard]] DockerfileText read_dockerfile(const std::string& context, const std::string& file, const std::string& relative_to);

// <Dockerfile>.dockerignore beside the Dockerfile wins over <context>/.dockerignore; neither: no rules.
[[nodiscard]] dockerfile::IgnoreRules read_ignore_rules(const std::string& context, const std::string& dockerfile_path);

// What a context argument is. Directories are built now; the others are refused by name until they are.
enum class ContextKind { directory, stdin_tar, git, http, oci_layout, docker_image, target };
[[nodiscard]] ContextKind classify_context(const std::string& text);

}  // namespace cooper::context
