// What a request wants to do, as token servers name it: "repository:team/site:pull,push".
#pragma once

#include <string>
#include <vector>

namespace cooper::registry {

struct Scope {
  std::string repository;  // empty: no repository (the version check)
  bool push = false;
  bool remove = false;
  std::vector<std::string> also_pull = {};  // repositories a blob is mounted from

  // One text per repository.
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> out;
    if (!repository.empty()) {
      out.push_back("repository:" + repository + ":pull" + (push ? ",push" : "") +
                    (remove ? ",delete" : ""));
    }
    for (const std::string& other : also_pull) out.push_back("repository:" + other + ":pull");
    return out;
  }
};

}  // namespace cooper::registry
