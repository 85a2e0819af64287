#include "builder/plan/source_date_epoch.h"

#include <utility>

#include "base/error.h"
#include "builder/dockerfile/expand.h"
#include "builder/dockerfile/git_reference.h"
#include "builder/plan/at_spot.h"
#include "builder/plan/global_scope.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kName = "SOURCE_DATE_EPOCH";
constexpr std::uint64_t kMaxSeconds = 253402300799;  // the last second of the year 9999

std::optional<std::int64_t> try_seconds(const std::string& text) {
  const auto seconds = parse_unsigned(text, 10, kMaxSeconds);
  if (!seconds) return std::nullopt;
  return static_cast<std::int64_t>(*seconds);
}

[[noreturn]] void refuse(const std::string& text) {
  throw Error(ErrorKind::usage, std::string("read ") + kName, text,
              "not a number of seconds, 'context', or the name of a context or stage")
      .with_hint("for a commit's time write " + std::string(kName) + "=$(git log -1 --format=%ct)");
}

std::optional<std::int64_t> parse_seconds(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto seconds = try_seconds(text);
  if (!seconds) refuse(text);
  return seconds;
}

// The global ARG that declares it, for the place of an error.
const dockerfile::Instruction* declaration(const dockerfile::Dockerfile& file) {
  for (const dockerfile::Instruction& instruction : file.global_args) {
    for (const auto& given : std::get<dockerfile::Arg>(instruction.payload).args) {
      if (given.first == kName) return &instruction;
    }
  }
  return nullptr;
}

struct Given {
  std::string text;
  const dockerfile::Instruction* arg = nullptr;  // whose default it is
};

Given given_to(const TargetRequest& request) {
  const auto given = request.build_args.find(kName);
  if (given != request.build_args.end()) return {given->second, nullptr};
  const dockerfile::Instruction* arg = declaration(*request.file);
  if (arg == nullptr) return {};
  return {make_global_scope(request).values.get(kName).value_or(""), arg};
}

// An error about what a global ARG says shows that ARG.
template <class Action>
auto at_given(const TargetRequest& request, const Given& given, Action&& action) {
  if (given.arg == nullptr) return action();
  return at_spot(*request.file, given.arg->where, action);
}

std::optional<std::int64_t> epoch_of(const TargetRequest& request) {
  const Given given = given_to(request);
  return at_given(request, given, [&] { return parse_seconds(given.text); });
}

[[noreturn]] void refuse_stage(const std::string& name, const std::string& cause) {
  throw Error(ErrorKind::usage, "use the time of stage", name, cause)
      .with_hint(std::string("a stage that ") + kName +
                 " names is FROM scratch with one ADD of an http(s) address or a git repository");
}

// Reads the only ADD of a stage.
class EpochStage {
 public:
  EpochStage(const TargetRequest& request, const dockerfile::Stage& stage)
      : request_(request), stage_(stage), scope_(make_global_scope(request).values) {}

  AddressEpoch read() {
    const auto& from = std::get<dockerfile::From>(stage_.from.payload);
    if (word(from.image) != "scratch") refuse_stage(stage_.name, "it is not FROM scratch");
    for (const dockerfile::Instruction& instruction : stage_.instructions) {
      at_spot(*request_.file, instruction.where, [&] { take(instruction); });
    }
    if (!found_) refuse_stage(stage_.name, "it has no ADD");
    return std::move(*found_);
  }

 private:
  [[nodiscard]] std::string word(const std::string& text) const {
    const auto lookup = [this](std::string_view name) { return scope_.get(name); };
    return dockerfile::expand(text, lookup, request_.file->directives.escape).text;
  }

  void take(const dockerfile::Instruction& instruction) {
    if (const auto* arg = std::get_if<dockerfile::Arg>(&instruction.payload)) {
      for (const auto& [name, value] : arg->args) {
        const auto given = request_.build_args.find(name);
        if (given != request_.build_args.end()) {
          scope_.set(name, given->second);
        } else if (value) {
          scope_.set(name, word(*value));
        }
      }
      return;
    }
    const auto* copy = std::get_if<dockerfile::Copy>(&instruction.payload);
    if (copy == nullptr || !copy->add)
      refuse_stage(stage_.name, upper_case(instruction.keyword) + " is not allowed in it");
    if (found_) refuse_stage(stage_.name, "it has more than one ADD");
    if (copy->sources.size() != 1 || !copy->heredocs.empty())
      refuse_stage(stage_.name, "its ADD has more than one source");
    AddressEpoch epoch;
    epoch.address = word(copy->sources.front());
    const auto git = dockerfile::try_parse_git_reference(epoch.address);
    const bool http = epoch.address.starts_with("http://") || epoch.address.starts_with("https://");
    if (!http && (!git || git->looks_local))
      refuse_stage(stage_.name, "its ADD fetches nothing from elsewhere");
    epoch.checksum = word(copy->checksum.value_or(""));
    epoch.keep_git_dir = copy->keep_git_dir.value_or(false);
    epoch.where = instruction.where;
    found_ = std::move(epoch);
  }

  const TargetRequest& request_;
  const dockerfile::Stage& stage_;
  Scope scope_;
  std::optional<AddressEpoch> found_;
};

EpochSource named_epoch(const TargetRequest& request, const std::string& name) {
  if (name == "context") return ContextEpoch{};
  if (request.local_contexts.count(name) != 0 || request.image_contexts.count(name) != 0 ||
      request.target_contexts.count(name) != 0)
    return ContextEpoch{name};
  for (const dockerfile::Stage& stage : request.file->stages) {
    if (!stage.name.empty() && stage.name == lower_case(name))
      return EpochStage(request, stage).read();
  }
  refuse(name);
}

}  // namespace

std::optional<EpochSource> epoch_source(const TargetRequest& request) {
  const Given given = given_to(request);
  if (given.text.empty() || try_seconds(given.text)) return std::nullopt;
  return at_given(request, given, [&] { return std::optional(named_epoch(request, given.text)); });
}

void set_epoch(TargetRequest& request, std::optional<std::int64_t> seconds) {
  if (seconds) {
    request.build_args[kName] = std::to_string(*seconds);
  } else if (declaration(*request.file) != nullptr) {
    request.build_args[kName] = "";
  } else {
    request.build_args.erase(kName);
  }
}

std::optional<std::int64_t> source_date_epoch(const std::vector<TargetRequest>& requests) {
  std::optional<std::int64_t> epoch;
  for (const TargetRequest& request : requests) {
    const auto own = epoch_of(request);
    if (own && epoch && *own != *epoch) {
      throw Error(ErrorKind::usage, std::string("use ") + kName, std::to_string(*own),
                  "another target has " + std::to_string(*epoch))
          .with_hint("targets with different times are built one after the other");
    }
    if (own) epoch = own;
  }
  return epoch;
}

}  // namespace cooper::plan
