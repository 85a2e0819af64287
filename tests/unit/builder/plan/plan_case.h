// A Dockerfile in a test, planned: outside images are invented unless the test gives them.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "builder/plan/plan.h"

namespace cooper::plan {

// An image of one layer whose digests come from `name`.
[[nodiscard]] BaseImage make_image(const std::string& name,
                                   const std::function<void(oci::RunConfig&)>& change = {});

class PlanCase {
 public:
  // One request named "t", for linux/amd64, main context "ctx".
  explicit PlanCase(std::string_view dockerfile);
  TargetRequest& request() { return requests.front(); }
  // A further request over the same Dockerfile.
  TargetRequest& add_request(const std::string& name);
  // A further Dockerfile, for requests that need another one.
  const dockerfile::Dockerfile* add_file(std::string_view text, const std::string& name);

  // The loop of the caller: list, resolve, until nothing is missing; then make_plan.
  [[nodiscard]] Plan plan();
  // What the error says: "what() | hint", with ":line" in front; "" when nothing is thrown.
  [[nodiscard]] std::string error();

  std::vector<TargetRequest> requests;
  std::map<std::string, BaseImage> images;  // by ExternalImage::location
  std::vector<std::string> resolved_names;  // every location that was asked for, in order

 private:
  std::list<dockerfile::Dockerfile> files_;
};

// The one target's parts.
[[nodiscard]] const oci::RunConfig& config_of(const Plan& plan);
[[nodiscard]] std::vector<std::string> history_of(const Plan& plan);
// The last step that runs a command; its environment as "A=1 B=2" without PATH.
[[nodiscard]] const RunOp& last_run(const Plan& plan);
[[nodiscard]] std::string environment_of(const RunOp& run);
[[nodiscard]] const CopyOp& last_copy(const Plan& plan);
[[nodiscard]] std::vector<std::string> labels_of(const Plan& plan);
// "Rule: message" of each diagnostic.
[[nodiscard]] std::vector<std::string> remarks_of(const Plan& plan);
// The whole plan as text, for golden files.
[[nodiscard]] std::string dump(const Plan& plan);

}  // namespace cooper::plan
