#include "builder/cache/miss_explainer.h"

#include <algorithm>
#include <set>

namespace cooper::cache {
namespace {

constexpr std::size_t kBuilds = 10;     // that are looked at
constexpr std::size_t kCandidates = 3;  // whose parts are read

// "[app 3/7] RUN make" -> "RUN make".
std::string_view text_of(std::string_view label) {
  const std::size_t end = label.find("] ");
  return end == std::string_view::npos ? label : label.substr(end + 2);
}

// "[app 3/7] RUN make" -> "[app 3": the number of steps may be another.
std::string_view place_of(std::string_view label) { return label.substr(0, label.find('/')); }

std::string_view operation_of(const std::vector<KeyPart>& parts) {
  const auto found = std::ranges::find(parts, "operation", &KeyPart::name);
  return found == parts.end() ? std::string_view() : found->value;
}

// What comes of a line that was put in or taken out: another kind of instruction at the same place.
Change other_instruction(std::string_view before, std::string_view after) {
  constexpr std::size_t kMaxShown = 120;
  Change change{ChangeKind::instruction, "instruction", std::string(before.substr(0, kMaxShown)),
                std::string(after.substr(0, kMaxShown)), ""};
  change.text = "another instruction: '" + change.before + "' -> '" + change.after + "'";
  return change;
}

std::string short_digest(const std::string& digest) { return digest.substr(0, 19); }

}  // namespace

void MissExplainer::load() { builds_ = history_.newest(kBuilds); }

std::vector<MissExplainer::Candidate> MissExplainer::candidates(const MissedStep& step) const {
  std::vector<Candidate> same_text, same_place;
  std::set<std::string> seen;
  for (const BuildRecord& build : builds_) {
    for (std::size_t i = 0; i < build.steps.size(); ++i) {
      const RecordedStep& old = build.steps[i];
      const bool text = text_of(old.label) == text_of(step.label);
      const bool place = place_of(old.label) == place_of(step.label) && old.file == step.file;
      if (old.key.empty() || (!text && !place) || !seen.insert(old.key).second) continue;
      (text ? same_text : same_place).push_back({&build, i});
    }
  }
  std::vector<Candidate> all = std::move(same_text);
  if (all.size() > kCandidates) all.resize(kCandidates);
  for (const Candidate& other : same_place) {
    if (all.size() < kCandidates) all.push_back(other);
  }
  return all;
}

void MissExplainer::name_parent(std::vector<Change>& changes, const MissedStep& step,
                                const Candidate& before) const {
  const RecordedStep& old = before.build->steps[before.step];
  const RecordedStep* old_parent = old.parent ? &before.build->steps[*old.parent] : nullptr;
  for (Change& change : changes) {
    if (change.kind != ChangeKind::parent) continue;
    const bool was_base = old_parent != nullptr && old_parent->operation == "base";
    if (was_base && !step.base_digest.empty()) {
      change = {ChangeKind::base, step.base_image, old_parent->image_digest, step.base_digest, ""};
      change.text = old_parent->image == step.base_image
                        ? "base image " + step.base_image +
                              " changed: " + short_digest(old_parent->image_digest) + " -> " +
                              short_digest(step.base_digest)
                        : "base image changed: " + old_parent->image + " -> " + step.base_image;
    } else if (!step.base_digest.empty() || was_base || step.parent_label.empty() || !old_parent) {
      change.text = "it stands on " +
                    (step.parent_label.empty() ? std::string("nothing") : step.parent_label) +
                    " now";
    } else if (step.parent_cached) {
      change.text = "it follows " + step.parent_label + " now, not " + old_parent->label;
    } else {
      change.text = "after " + step.parent_label + ", which gave another result";
    }
  }
  std::ranges::stable_sort(changes,
                           [](const Change& a, const Change& b) { return a.kind < b.kind; });
}

std::vector<Change> MissExplainer::explain(const MissedStep& step,
                                           const std::vector<KeyPart>& parts) {
  std::call_once(loaded_, [this] { load(); });
  std::optional<std::vector<Change>> best, other;
  Candidate nearest{};
  for (const Candidate& candidate : candidates(step)) {
    const RecordedStep& old = candidate.build->steps[candidate.step];
    const auto before = cache_->parts({old.key});
    if (!before) continue;
    if (operation_of(*before) != operation_of(parts)) {
      if (!other) other = {other_instruction(text_of(old.label), text_of(step.label))};
      continue;
    }
    std::vector<Change> changes = changes_between(*before, parts);
    if (changes.empty())
      return {{ChangeKind::lost, "", "", "", "its result is not in the store any more"}};
    if (best && best->size() <= changes.size()) continue;
    best = std::move(changes);
    nearest = candidate;
  }
  if (!best && other) return std::move(*other);
  if (!best) return {{ChangeKind::first, "", "", "", "there is no earlier step like it"}};
  name_parent(*best, step, nearest);
  return std::move(*best);
}

}  // namespace cooper::cache
