// "type=oci,dest=x": the comma-separated attribute texts of secrets, outputs and caches, and their
// object form.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "builder/bake/node.h"

namespace cooper::bake {

// Keys in lower case, each once; throws base::Error at `where` for a field without '=' or a
// misplaced quote.
using Attributes = std::map<std::string, std::string>;
[[nodiscard]] Attributes parse_attributes(std::string_view text, const Position& where);

// The text again: `first` keys in this order, then the others by name.
[[nodiscard]] std::string join_attributes(const Attributes& attributes,
                                          const std::vector<std::string>& first);

// A text or an object of scalars -> the normal text of a secret ("id=,src=,env="), an output
// ("type=,dest=,..."), a cache ("type=,..."; a bare name is a registry's reference), an ssh agent
// or key ("id" or "id=path,path").
[[nodiscard]] std::string normal_secret(const Node& node);
[[nodiscard]] std::string normal_output(const Node& node);
[[nodiscard]] std::string normal_cache(const Node& node);
[[nodiscard]] std::string normal_ssh(const Node& node);
// Of an attestation: "type=,disabled=true,...".
[[nodiscard]] std::string normal_attest(const Node& node);

// Of entries with the same value of `key`, the last one stands in the place of the first; an empty
// `key` compares what is before '=' (ssh). Empty entries are dropped.
[[nodiscard]] std::vector<std::string> last_of_each(const std::vector<std::string>& entries,
                                                    const std::string& key);

}  // namespace cooper::bake
