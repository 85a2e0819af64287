#include "cli/call.h"

#include <map>

#include "base/error.h"
#include "base/suggest.h"
#include "builder/check/file_checks.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

struct Answered {};  // thrown when all is known: nothing after it is wanted

Call::Method parse_method(const std::string& word) {
  static const std::map<std::string, Call::Method> kMethods = {{"build", Call::Method::build},
                                                               {"check", Call::Method::check},
                                                               {"lint", Call::Method::check},
                                                               {"outline", Call::Method::outline},
                                                               {"targets", Call::Method::targets}};
  const auto found = kMethods.find(word);
  if (found != kMethods.end()) return found->second;
  throw Error(ErrorKind::usage, "parse --call", word, "there is no such method")
      .with_hint("it is build, check, outline or targets");
}

void read_option(const std::string& text, const std::string& option, Call& call) {
  if (option == "format=json" || option == "format=text") {
    call.json = option == "format=json";
  } else if (option == "ignorestatus=true" || option == "ignorestatus=false" ||
             option == "ignorestatus") {
    call.ignore_status = option != "ignorestatus=false";
  } else {
    throw Error(ErrorKind::usage, "parse --call", text, "unknown option '" + option + "'")
        .with_hint("options are format=text, format=json and ignorestatus=true");
  }
}

std::vector<CalledStage> stages_of(const dockerfile::Dockerfile& file) {
  std::vector<CalledStage> stages;
  for (const dockerfile::Stage& stage : file.stages) {
    const auto& from = std::get<dockerfile::From>(stage.from.payload);
    stages.push_back({stage.name, check::description_of(stage.name, stage.from.comments),
                      from.image, from.platform.value_or(""), false, stage.where});
  }
  if (!stages.empty()) stages.back().is_default = true;
  return stages;
}

}  // namespace

Call parse_call(const std::string& text) {
  Call call;
  const std::size_t comma = text.find(',');
  call.method = parse_method(text.substr(0, comma));
  for (std::size_t at = comma; at != std::string::npos;) {
    const std::size_t end = text.find(',', at + 1);
    read_option(text, text.substr(at + 1, end == std::string::npos ? end : end - at - 1), call);
    at = end;
  }
  return call;
}

std::vector<CalledTarget> call_targets(const Call& call, BuildRequest request, BuildTools& tools,
                                       std::stop_token stop) {
  std::vector<CalledTarget> answers;
  std::vector<const dockerfile::Dockerfile*> files;
  for (BuildTarget& target : request.targets) {
    if (target.platforms.size() > 1) target.platforms.resize(1);  // the answers are the same
    target.all_stages = call.method == Call::Method::check && target.stage.empty();
  }
  CalledTarget unparsed;  // the Dockerfile that was read last, until all are parsed
  tools.on_dockerfile = [&](const std::string& target, const std::string& file,
                            const std::string& text) {
    unparsed = {target, file, text, {}, {}, {}, {}};
  };
  tools.on_requests = [&](const std::vector<plan::TargetRequest>& requests) {
    for (const plan::TargetRequest& one : requests) {
      answers.push_back(
          {one.name, one.file->file_name, one.file->text, {}, {}, stages_of(*one.file), {}});
      files.push_back(one.file);
    }
    if (call.method == Call::Method::targets) throw Answered{};
  };
  tools.on_plan = [&](const plan::Plan& plan) {
    const bool planned = plan.outlines.size() == answers.size();
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (planned) answers[i].outline = plan.outlines[i];
      if (call.method == Call::Method::check) answers[i].error = plan.violation;
      for (const plan::Diagnostic& one : plan.diagnostics) {
        if (one.file == files[i]) answers[i].diagnostics.push_back(one);
      }
    }
    if (planned) throw Answered{};  // else build() tells what ended the plan
  };
  try {
    static_cast<void>(build(request, tools, std::move(stop)));
  } catch (const Answered&) {  // NOLINT(bugprone-empty-catch)
  } catch (const Error& error) {
    if (answers.empty()) {
      const bool parsing = error.doing() == "parse" && error.thing() == unparsed.file_name;
      if (call.method != Call::Method::check || !parsing) throw;
      answers.push_back(std::move(unparsed));
    }
    for (CalledTarget& answer : answers) {
      if (answers.size() > 1 && error.spot() && error.spot()->file != answer.file_name) continue;
      answer.error = error;
    }
  }
  return answers;
}

}  // namespace cooper::cli
