// What tells one site's files from another's: names, the registry, the hosts. Kept in the
// repository as .cooper-init.json, so that `cooper init --check` needs no arguments.
#pragma once

#include <string>
#include <string_view>

namespace cooper::init {

// Where they are kept, in the repository's root.
inline constexpr std::string_view kParametersFile = ".cooper-init.json";

struct Parameters {
  std::string name;      // of the chart and the release, a DNS label of at most 40 characters
  std::string registry;  // host[:port]
  std::string image;     // owner/name in the registry
  std::string site;      // the host names of the three parts of the site
  std::string account;
  std::string admin;
  bool operator==(const Parameters&) const = default;
};

// Throws base::Error(usage) that names the parameter and says what it may be.
void check(const Parameters& parameters);

// The three host names of a domain: itself, account.<domain>, admin.<domain>.
void set_domain(Parameters& parameters, const std::string& domain);

// Of kParametersFile. parse throws base::Error: corrupt, or usage as check() does.
[[nodiscard]] Parameters parse_parameters(std::string_view text, const std::string& file);
[[nodiscard]] std::string to_json(const Parameters& parameters);

}  // namespace cooper::init
