#include "smoke/smoke_file.h"

#include "base/error.h"
#include "base/suggest.h"

namespace cooper::smoke {
namespace {

using base::Error;
using base::ErrorKind;

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    std::string one = base::printable(word);
    if (one.empty() || one.find_first_of(" ;&|$\"'") != std::string::npos) one = "'" + one + "'";
    text += (text.empty() ? "" : " ") + one;
  }
  return text;
}

std::string text_of(const HttpRequest& request) {
  return base::printable(request.url) + (request.host.empty() ? "" : " (" + request.host + ")");
}

std::string says(const std::string& pattern) {
  return pattern.empty() ? std::string() : ", says /" + base::printable(pattern) + "/";
}

struct Describe {
  std::string operator()(const ExecStep& step) const {
    const std::string exit =
        step.expect_exit == 0 ? "" : " ends with status " + std::to_string(step.expect_exit);
    return "exec " + join(step.argv) + exit + says(step.expect_output);
  }
  std::string operator()(const WaitHttpStep& step) const {
    return "wait for GET " + text_of(step.request) + " to answer " +
           std::to_string(step.expect_status);
  }
  std::string operator()(const HttpStep& step) const {
    return "GET " + text_of(step.request) + " answers " + std::to_string(step.expect_status) +
           says(step.expect_body) + (step.fetch_assets ? ", and so do its assets" : "");
  }
  std::string operator()(const WaitOutputStep& step) const {
    return "wait for output /" + base::printable(step.regex) + "/";
  }
  std::string operator()(const SignalStep& step) const {
    return step.name == "stop" ? "send the stop signal" : "send " + step.name;
  }
  std::string operator()(const ExitStep& step) const {
    return step.expect_exit ? "ends with status " + std::to_string(*step.expect_exit) : "ends";
  }
  std::string operator()(const StayStep& step) const {
    return "still runs after " + std::to_string(step.time.count()) + " ms";
  }
};

std::vector<std::string> names_of(const SmokeFile& file) {
  std::vector<std::string> names;
  for (const auto& [name, target] : file.targets) names.push_back(name);
  return names;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool begins_with(const std::string& tag, const std::string& name) {
  return tag == name || tag.starts_with(name + "-");
}

}  // namespace

Target default_target() {
  Target target;
  target.steps = {StayStep{}, SignalStep{"stop"}, ExitStep{}};
  return target;
}

const Target& select_target(const SmokeFile& file, const std::string& asked,
                            const std::string& tag) {
  const std::vector<std::string> names = names_of(file);
  if (!asked.empty()) {
    const auto found = file.targets.find(asked);
    if (found != file.targets.end()) return found->second;
    throw Error(ErrorKind::usage, "find smoke target", asked, "the file has " + list(names))
        .with_hint(base::did_you_mean(asked, names));
  }
  const std::string* best = nullptr;
  for (const auto& [name, target] : file.targets) {
    if (begins_with(tag, name) && (best == nullptr || name.size() > best->size())) best = &name;
  }
  if (best != nullptr) return file.targets.at(*best);
  if (names.size() == 1) return file.targets.begin()->second;
  throw Error(ErrorKind::usage, "find smoke target", tag,
              "no target's name begins this tag; the file has " + list(names))
      .with_hint("choose one with --role NAME");
}

std::string describe(const Step& step) { return std::visit(Describe{}, step); }

}  // namespace cooper::smoke
