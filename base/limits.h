// How large what comes from outside may be: each limit has a name, a default and a place in
// docs/security.md. The program may change them before it starts a thread; after that they are
// constants. Reaching one is Error(limit), exit status 4, and its hint names it. Those of what a
// step writes only shorten it; those in seconds are failures of the network, with the same hint.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace cooper::base {

enum class Limit {
  document_bytes,
  json_depth,
  index_entries,
  index_depth,
  image_layers,
  token_bytes,
  answer_bytes,
  tag_pages,
  redirects,
  connect_seconds,
  idle_seconds,
  layer_bytes,
  layer_ratio,
  layer_entries,
  layer_depth,
  layer_header_bytes,
  layer_xattrs,
  layer_xattr_bytes,
  layer_empty_parts,
  zstd_window_bytes,
  passwd_bytes,
  dockerfile_bytes,
  dockerfile_instructions,
  onbuild_triggers,
  ignore_file_bytes,
  context_bytes,
  download_bytes,
  output_line_bytes,
  step_log_bytes,
  log_bytes,
};

struct LimitRow {
  Limit limit;
  std::string_view name;  // as options and the configuration write it
  std::uint64_t standard;
  std::string_view what;  // is limited
};

// In the order of the enumeration.
[[nodiscard]] std::span<const LimitRow> all_limits();
[[nodiscard]] std::uint64_t limit_of(Limit limit);

// Throws Error(usage) for a name there is none of, with the nearest one as a hint, and for 0.
void set_limit(std::string_view name, std::uint64_t value);

// An Error(limit) whose hint names the limit and how to raise it.
[[nodiscard]] Error limit_error(Limit limit, std::string doing, std::string thing,
                                std::string cause);
// The hint alone.
[[nodiscard]] std::string limit_hint(Limit limit);

}  // namespace cooper::base
