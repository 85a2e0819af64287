// WWW-Authenticate: what a server wants to see. A server may send several fields and several
// challenges in one field.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "registry/http/message.h"

namespace cooper::registry {

struct Challenge {
  std::string scheme;                         // lower case: "bearer", "basic"
  std::map<std::string, std::string> params;  // names lower case
  bool operator==(const Challenge&) const = default;
};

// What can be read of the text, in order; the rest is left out.
[[nodiscard]] std::vector<Challenge> parse_challenges(std::string_view field);
[[nodiscard]] std::vector<Challenge> challenges_of(const http::Headers& headers);

// The first of a scheme; nullptr if there is none.
[[nodiscard]] const Challenge* find_challenge(const std::vector<Challenge>& challenges,
                                              std::string_view scheme);

}  // namespace cooper::registry
