#include <algorithm>
#include <set>

#include "base/error.h"
#include "release/image_facts.h"
#include "release/prune.h"

namespace cooper::release {
namespace {

using registry::DeleteResult;

class Deletion {
 public:
  Deletion(const registry::Repository& repository, const std::vector<Verdict>& plan,
           std::stop_token stop)
      : repository_(repository), plan_(plan), stop_(std::move(stop)) {}

  void run(const std::function<void(const Verdict&)>& deleted) {
    for (const Verdict& verdict : plan_) {
      if (!verdict.doomed) continue;
      require_not_cancelled();
      if (!gone_.contains(verdict.tag)) delete_one(verdict);
      deleted(verdict);
    }
    require_all_kept();
  }

 private:
  [[noreturn]] void surprise(const std::string& tag, const std::string& cause) const {
    throw base::Error(base::ErrorKind::failure, "prune", repository_.display_name() + ":" + tag,
                      cause)
        .with_hint("nothing more was deleted; look what happened, then prune again");
  }

  void require_not_cancelled() const {
    if (stop_.stop_requested()) {
      throw base::Error(base::ErrorKind::cancelled, "prune", repository_.display_name(),
                        "cancelled");
    }
  }

  [[nodiscard]] std::optional<oci::Digest> digest_of(const std::string& tag) const {
    const auto top = repository_.head_manifest(tag, stop_);
    return top ? std::optional(top->digest) : std::nullopt;
  }

  void require_as_planned(const Verdict& verdict) const {
    const auto now = digest_of(verdict.tag);
    if (!now) surprise(verdict.tag, "it is gone already: somebody else deletes here too");
    if (now != verdict.digest)
      surprise(verdict.tag, "it was moved meanwhile: it holds " + now->to_string());
  }

  void delete_one(const Verdict& verdict) {
    if (verdict.tag.empty()) surprise(verdict.tag, "a tag without a name is never deleted");
    require_as_planned(verdict);
    if (!by_digest_) {
      switch (repository_.delete_manifest(verdict.tag, stop_)) {
        case DeleteResult::deleted: return require_gone(verdict);
        case DeleteResult::absent: surprise(verdict.tag, "it vanished while it was deleted");
        case DeleteResult::unsupported: begin_by_digest(verdict);
      }
    }
    delete_by_digest(verdict);
  }

  void require_gone(const Verdict& verdict) const {
    if (digest_of(verdict.tag))
      surprise(verdict.tag, "the registry said that it was deleted, and still shows it");
  }

  // From here on a deletion takes every tag of the image along, so the tags that stay are read
  // again: also those that were pushed since the plan was made.
  void begin_by_digest(const Verdict& verdict) {
    if (repository_.host().is_gitea())
      surprise(verdict.tag,
               "Gitea refuses to delete it by tag; by digest nothing is deleted there");
    const auto tags = repository_.list_tags(stop_);
    if (!tags) surprise(verdict.tag, "the repository is gone");
    for (const std::string& tag : *tags) {
      const bool doomed = std::ranges::any_of(
          plan_, [&](const Verdict& one) { return one.doomed && one.tag == tag; });
      if (doomed) continue;
      const auto top = repository_.head_manifest(tag, stop_);
      if (!top) continue;
      kept_.emplace(top->digest, tag);
      for (const oci::Digest& child : read_children(repository_, *top, stop_))
        kept_.emplace(child, tag);
    }
    by_digest_ = true;
  }

  void delete_by_digest(const Verdict& verdict) {
    const auto kept = kept_.find(*verdict.digest);
    if (kept != kept_.end()) {
      surprise(verdict.tag, "this registry deletes by digest only, and " + kept->second +
                                ", which stays, has the same image");
    }
    std::vector<std::string> same;
    for (const Verdict& other : plan_) {
      if (!other.doomed || other.digest != verdict.digest) continue;
      require_as_planned(other);
      same.push_back(other.tag);
    }
    const DeleteResult result = repository_.delete_manifest(verdict.digest->to_string(), stop_);
    if (result == DeleteResult::unsupported) {
      throw base::Error(base::ErrorKind::unsupported, "prune", repository_.display_name(),
                        "the registry deletes nothing, by tag or by digest")
          .with_hint("docker-registry: set storage.delete.enabled in its configuration");
    }
    if (result == DeleteResult::absent) surprise(verdict.tag, "it vanished while it was deleted");
    require_gone(verdict);
    gone_.insert(same.begin(), same.end());
  }

  void require_all_kept() const {
    const auto tags = repository_.list_tags(stop_).value_or(std::vector<std::string>{});
    const std::set<std::string> there(tags.begin(), tags.end());
    for (const Verdict& verdict : plan_) {
      if (!verdict.doomed && verdict.digest && !there.contains(verdict.tag))
        surprise(verdict.tag, "it was to stay, and the registry does not list it any more");
    }
  }

  const registry::Repository& repository_;
  const std::vector<Verdict>& plan_;
  std::stop_token stop_;
  bool by_digest_ = false;
  std::map<oci::Digest, std::string> kept_;
  std::set<std::string> gone_;
};

}  // namespace

void delete_doomed(const registry::Repository& repository, const std::vector<Verdict>& plan,
                   const std::function<void(const Verdict&)>& deleted, std::stop_token stop) {
  Deletion(repository, plan, std::move(stop)).run(deleted);
}

}  // namespace cooper::release
