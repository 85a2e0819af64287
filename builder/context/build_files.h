// The small files of a build: the Dockerfile and its ignore file (rows I1, I4, I8).
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "builder/dockerfile/pattern.h"

namespace cooper::context {

struct DockerfileText {
  std::string text;
  std::string display_name;  // as the user named it, for messages
  std::string path;          // on the host; empty when it came from stdin
};

// `file` is what -f gave: "" means <context>/Dockerfile, then <context>/dockerfile, found beneath
// the context; "-" reads standard input. Anything else is a path of the host, relative to
// `relative_to` (the working directory for build, the context for bake). Limit 4 MiB. Throws
// base::Error(not_found) with a hint.
[[nodiscard]] DockerfileText read_dockerfile(const std::string& context, const std::string& file,
                                             const std::string& relative_to);

// The same for a context that came from outside: `file` lies in it, links lead nowhere else, and
// DockerfileText::path is empty.
// `context_name`: the context as the user wrote it, for messages.
[[nodiscard]] DockerfileText read_dockerfile_beneath(const std::string& context,
                                                     const std::string& file,
                                                     const std::string& context_name);

// The names to look for in a context: `file`, or without one the usual names.
[[nodiscard]] std::vector<std::string> dockerfile_names(const std::string& file);
[[nodiscard]] base::Error no_dockerfile(const std::string& file, const std::string& context_name);

// <Dockerfile>.dockerignore beside the Dockerfile wins over <context>/.dockerignore; neither: no
// rules. `dockerfile_path` is DockerfileText::path; `context` is a directory, or empty if there is
// none. An ignore file that is there but cannot be read is an Error: what it hides must not get in.
[[nodiscard]] dockerfile::IgnoreRules read_ignore_rules(const std::string& context,
                                                        const std::string& dockerfile_path);

// What a context argument is, judged by its text alone. Throws base::Error(usage) for a git address
// that is wrong.
enum class ContextKind { directory, stdin_tar, git, http, oci_layout, docker_image, target };
[[nodiscard]] ContextKind classify_context(const std::string& text);

}  // namespace cooper::context
