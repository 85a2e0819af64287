#include "cli/check_plan.h"

#include "cli/step_board.h"

namespace cooper::cli {
namespace {

struct PlanIsKnown {};  // thrown by on_plan: nothing after it is wanted

}  // namespace

std::vector<std::string> check_plan(const BuildRequest& request, BuildTools& tools,
                                    std::stop_token stop) {
  std::vector<std::string> warnings;
  tools.on_plan = [&warnings](const plan::Plan& plan) {
    warnings = warning_lines(plan);
    throw PlanIsKnown{};
  };
  try {
    static_cast<void>(build(request, tools, std::move(stop)));
  } catch (const PlanIsKnown&) {  // NOLINT(bugprone-empty-catch)
  }
  return warnings;
}

}  // namespace cooper::cli
