#include "builder/resolve_epochs.h"

#include <utility>

#include "base/error.h"
#include "builder/context/archive_context.h"
#include "builder/plan/at_spot.h"
#include "builder/plan/source_date_epoch.h"

namespace cooper {
namespace {

using Time = std::optional<std::int64_t>;

class EpochReader {
 public:
  EpochReader(const BuildRequest& request, BuildTools& tools, std::stop_token stop)
      : request_(request), tools_(tools), stop_(std::move(stop)) {}

  [[nodiscard]] Time read(const plan::EpochSource& source, const OpenTarget& target) const {
    if (const auto* context = std::get_if<plan::ContextEpoch>(&source)) {
      const auto found = target.contexts.find(context->name);
      return found == target.contexts.end() ? std::nullopt : found->second.time;
    }
    const auto& address = std::get<plan::AddressEpoch>(source);
    return plan::at_spot(*target.file, address.where, [&] { return time_of(address); });
  }

 private:
  [[nodiscard]] Time time_of(const plan::AddressEpoch& wanted) const {
    const context::GitAccess access = git_access(request_, tools_);
    if (auto git = dockerfile::try_parse_git_reference(wanted.address)) {
      context::GitRequest repository{std::move(*git), wanted.keep_git_dir};
      if (!wanted.checksum.empty()) repository.reference.checksum = wanted.checksum;
      const context::GitCommit commit = resolve_commit(repository, tools_.store, access, stop_);
      return check_out(repository, commit, tools_.store, access, stop_).time;
    }
    if (tools_.fetcher == nullptr) {
      throw base::Error(base::ErrorKind::unsupported, "fetch", wanted.address,
                        "no network access was given");
    }
    const std::string authorization = context::authorization_for(wanted.address, access.secret);
    const context::RemoteFile file =
        tools_.fetcher->fetch(wanted.address, wanted.checksum, authorization, stop_);
    return time_of_file(file, tools_.store);
  }

  const BuildRequest& request_;
  BuildTools& tools_;
  std::stop_token stop_;
};

}  // namespace

void resolve_epochs(OpenTargets& targets, const BuildRequest& request, BuildTools& tools,
                    std::stop_token stop) {
  const EpochReader reader(request, tools, std::move(stop));
  for (std::size_t i = 0; i < targets.requests.size(); ++i) {
    if (const auto source = plan::epoch_source(targets.requests[i]))
      plan::set_epoch(targets.requests[i], reader.read(*source, targets.targets[i]));
  }
}

}  // namespace cooper
