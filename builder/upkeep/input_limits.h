// The member "limits" of the configuration file (limits.h): how large what comes from outside may
// be.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cooper::upkeep {

// {"limits": {"layerBytes": "40GiB", "layerEntries": 5000000}}: names of base/limits.h, which are
// not looked at here, with numbers or sizes as text. Throws base::Error(usage) that names `file`.
[[nodiscard]] std::map<std::string, std::string> parse_input_limits(std::string_view text,
                                                                    const std::string& file);

}  // namespace cooper::upkeep
