#include "release/release.h"

#include <algorithm>
#include <map>
#include <memory>

#include "release/release_state.h"
#include "release/tag_journal.h"

namespace cooper::release {
namespace {

class Release {
 public:
  Release(const std::vector<ReleaseImage>& images, const ReleaseOptions& options,
          std::vector<ReleasedImage>& plan, std::stop_token stop)
      : images_(images), options_(options), plan_(plan), stop_(std::move(stop)) {}

  void run() {
    upload();
    try {
      for (std::size_t i = 0; i < images_.size(); ++i) write_version(i);
      for (std::size_t i = 0; i < images_.size(); ++i) {
        for (std::size_t tag = 1; tag < plan_[i].tags.size(); ++tag) write_latest(i, tag);
      }
      look_again();
    } catch (base::Error& error) {
      undo(error);
    }
  }

 private:
  registry::PushSession& session(const ReleaseImage& image) {
    auto& session = sessions_[image.repository.display_name()];
    if (!session)
      session = std::make_unique<registry::PushSession>(image.repository, options_.push);
    return *session;
  }

  void say(const std::string& line) const {
    if (options_.say) options_.say(line);
  }

  // The blobs of every image whose manifest is not known to be there.
  void upload() {
    std::map<std::string, std::vector<registry::PushImage>> lists;
    std::map<std::string, bool> is_new;
    std::map<std::string, const ReleaseImage*> first;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const std::string name = images_[i].repository.display_name();
      first.try_emplace(name, &images_[i]);
      is_new.try_emplace(name, true);
      for (const ReleasedTag& tag : plan_[i].tags) {
        if (tag.before) is_new[name] = false;
      }
      if (plan_[i].tags.front().change != TagChange::unchanged)
        lists[name].push_back(images_[i].image);
    }
    for (const auto& [name, list] : lists)
      session(*first.at(name)).place(list, is_new.at(name), stop_);
  }

  void write_version(std::size_t image) {
    ReleasedTag& tag = plan_[image].tags.front();
    if (!writes(tag.change)) return account_unchanged(image);
    auto before = images_[image].repository.try_get_manifest(tag.tag, stop_);
    require_same(image, tag, before);
    put(image, tag, std::move(before));
  }

  void write_latest(std::size_t image, std::size_t number) {
    ReleasedTag& tag = plan_[image].tags[number];
    if (!writes(tag.change)) return;
    const registry::Repository& repository = images_[image].repository;
    auto before = repository.try_get_manifest(tag.tag, stop_);
    const auto there = before ? std::optional(before->descriptor.digest) : std::nullopt;
    // The blobs took their time: another release may have passed us by.
    const TagDecision decision =
        decide_latest(images_[image].role, options_.version, plan_[image].manifest.digest,
                      read_latest(repository, there, stop_));
    tag = {tag.tag, decision.change, decision.reason, there};
    if (writes(tag.change)) put(image, tag, std::move(before));
  }

  void require_same(std::size_t image, const ReleasedTag& tag,
                    const std::optional<registry::FetchedManifest>& now) const {
    const auto there = now ? std::optional(now->descriptor.digest) : std::nullopt;
    if (there == tag.before) return;
    throw base::Error(base::ErrorKind::failure, "release", plan_[image].repository + ":" + tag.tag,
                      "somebody else wrote the tag meanwhile: it holds " +
                          (there ? there->to_string() : "nothing"))
        .with_hint("look what that is, then run the release again");
  }

  void put(std::size_t image, ReleasedTag& tag, std::optional<registry::FetchedManifest> before) {
    ReleasedImage& planned = plan_[image];
    say(std::string(to_string(tag.change)) + " " + planned.repository + ":" + tag.tag);
    journal_.note(images_[image].repository, tag.tag, std::move(before), planned.manifest.digest);
    registry::PushImage one = images_[image].image;
    one.tags = {tag.tag};
    const auto report = session(images_[image]).push({one}, stop_).at(0);
    if (&tag != &planned.tags.front()) return;
    planned.pushed_bytes = report.pushed_bytes;
    planned.reused_bytes = report.reused_bytes;
  }

  void account_unchanged(std::size_t image) {
    plan_[image].reused_bytes = plan_[image].size - plan_[image].manifest.size;
  }

  // The last look: every tag that was written holds what it should.
  void look_again() {
    for (std::size_t i = 0; i < images_.size(); ++i) {
      for (const ReleasedTag& tag : plan_[i].tags) {
        if (!writes(tag.change)) continue;
        const auto now = images_[i].repository.head_manifest(tag.tag, stop_);
        if (now && now->digest == plan_[i].manifest.digest) continue;
        const bool passed_by = &tag != &plan_[i].tags.front() && now && is_newer(i, now->digest);
        if (passed_by) {
          say(plan_[i].repository + ":" + tag.tag + " went on to a newer version meanwhile");
          continue;
        }
        throw base::Error(base::ErrorKind::failure, "release", plan_[i].repository + ":" + tag.tag,
                          "somebody else wrote the tag after us: it holds " +
                              (now ? now->digest.to_string() : "nothing"));
      }
    }
  }

  [[nodiscard]] bool is_newer(std::size_t image, const oci::Digest& there) const {
    const auto decision =
        decide_latest(images_[image].role, options_.version, plan_[image].manifest.digest,
                      read_latest(images_[image].repository, there, stop_));
    return decision.change == TagChange::hold;
  }

  [[noreturn]] void undo(base::Error& error) const {
    if (journal_.empty()) throw error;
    say("the release failed; the tags are put back");
    const std::vector<std::string> left = journal_.roll_back();
    if (!left.empty()) throw PartialRelease(error, left);
    throw error.with_hint((error.hint().empty() ? "" : error.hint() + "; ") +
                          "every tag is what it was before; run the release again");
  }

  const std::vector<ReleaseImage>& images_;
  const ReleaseOptions& options_;
  std::vector<ReleasedImage>& plan_;
  std::stop_token stop_;
  std::map<std::string, std::unique_ptr<registry::PushSession>> sessions_;
  TagJournal journal_;
};

}  // namespace

std::vector<ReleasedImage> release_images(const std::vector<ReleaseImage>& images,
                                          const ReleaseOptions& options, std::stop_token stop) {
  std::vector<ReleasedImage> plan = decide_release(images, options, stop);
  if (options.dry_run) return plan;
  require_no_refusal(plan);
  Release(images, options, plan, std::move(stop)).run();
  return plan;
}

}  // namespace cooper::release
