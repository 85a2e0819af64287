#include "builder/cache/key_difference.h"

#include <deque>
#include <map>

namespace cooper::cache {

std::vector<KeyDifference> differences(const std::vector<KeyPart>& before,
                                       const std::vector<KeyPart>& after) {
  std::map<std::string, std::deque<const KeyPart*>> old_parts;
  for (const KeyPart& part : before) old_parts[part.name].push_back(&part);
  std::vector<KeyDifference> out;
  for (const KeyPart& part : after) {
    auto& same_name = old_parts[part.name];
    if (same_name.empty()) {
      out.push_back({part.name, std::nullopt, part.value});
      continue;
    }
    if (same_name.front()->value != part.value)
      out.push_back({part.name, same_name.front()->value, part.value});
    same_name.pop_front();
  }
  for (const KeyPart& part : before) {
    auto& left = old_parts[part.name];
    if (left.empty() || left.front() != &part) continue;
    out.push_back({part.name, part.value, std::nullopt});
    left.pop_front();
  }
  return out;
}

}  // namespace cooper::cache
