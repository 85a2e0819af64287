// Options about all RUN steps of a target: hosts, /dev/shm, limits, network.
#pragma once

#include <string>

#include "builder/plan/build_graph.h"

namespace cooper::cli {

// "NAME:ADDRESS" or "NAME=ADDRESS", an IPv6 address maybe in brackets, as a line "name address".
// Throws base::Error(usage).
[[nodiscard]] std::string read_extra_host(const std::string& text);

// "NAME=SOFT[:HARD]"; -1 is unlimited. Throws base::Error(usage).
[[nodiscard]] plan::Ulimit read_ulimit(const std::string& text);

// "64m", "1gb". Throws base::Error(usage).
[[nodiscard]] std::uint64_t read_shm_size(const std::string& text);

// "default", "none", "host"; "" is the default. Throws base::Error(unsupported) for a network of
// Docker. `what` names the option.
[[nodiscard]] dockerfile::Network read_network(const std::string& text, const std::string& what);

}  // namespace cooper::cli
