#include "builder/plan/source_date_epoch.h"

#include "base/error.h"
#include "builder/plan/at_spot.h"
#include "builder/plan/global_scope.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kName = "SOURCE_DATE_EPOCH";
constexpr std::uint64_t kMaxSeconds = 253402300799;  // the last second of the year 9999

std::optional<std::int64_t> parse_seconds(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto seconds = parse_unsigned(text, 10, kMaxSeconds);
  if (!seconds) {
    throw Error(ErrorKind::usage, std::string("read ") + kName, text, "not a number of seconds")
        .with_hint("for a commit's time write " + std::string(kName) +
                   "=$(git log -1 --format=%ct)");
  }
  return static_cast<std::int64_t>(*seconds);
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

std::optional<std::int64_t> epoch_of(const TargetRequest& request) {
  const auto given = request.build_args.find(kName);
  if (given != request.build_args.end()) return parse_seconds(given->second);
  const dockerfile::Instruction* arg = declaration(*request.file);
  if (arg == nullptr) return std::nullopt;
  const std::string value = make_global_scope(request).values.get(kName).value_or("");
  return at_spot(*request.file, arg->where, [&] { return parse_seconds(value); });
}

}  // namespace

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
