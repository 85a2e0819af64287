#include "release/tag_journal.h"

#include "base/error.h"

namespace cooper::release {
namespace {

std::string held(const std::optional<oci::Digest>& digest) {
  return digest ? digest->to_string() : "nothing";
}

std::optional<oci::Digest> digest_of(const std::optional<oci::Descriptor>& descriptor) {
  return descriptor ? std::optional(descriptor->digest) : std::nullopt;
}

}  // namespace

void TagJournal::note(const registry::Repository& repository, const std::string& tag,
                      std::optional<registry::FetchedManifest> before, const oci::Digest& ours) {
  entries_.push_back({repository, tag, std::move(before), ours});
}

std::optional<std::string> TagJournal::roll_back_one(const Entry& entry) {
  const std::string name = entry.repository.display_name() + ":" + entry.tag;
  const std::optional<oci::Digest> before =
      entry.before ? std::optional(entry.before->descriptor.digest) : std::nullopt;
  const std::optional<oci::Digest> now = digest_of(entry.repository.head_manifest(entry.tag));
  if (now == before) return std::nullopt;
  if (now != entry.ours) {
    return name + " holds " + held(now) + ", which somebody else put there; before the release " +
           held(before);
  }
  if (entry.before) {
    entry.repository.put_manifest(entry.tag, entry.before->bytes,
                                  entry.before->descriptor.media_type);
  } else if (entry.repository.delete_manifest(entry.tag) == registry::DeleteResult::unsupported) {
    return name + " holds " + entry.ours.to_string() +
           ", before the release nothing; this registry deletes no tag";
  }
  const std::optional<oci::Digest> after = digest_of(entry.repository.head_manifest(entry.tag));
  if (after == before) return std::nullopt;
  return name + " holds " + held(after) + ", before the release " + held(before);
}

std::vector<std::string> TagJournal::roll_back() const {
  std::vector<std::string> left;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    try {
      if (auto line = roll_back_one(*entry)) left.push_back(*std::move(line));
    } catch (const base::Error& error) {
      const std::string before =
          entry->before ? entry->before->descriptor.digest.to_string() : "nothing";
      left.push_back(entry->repository.display_name() + ":" + entry->tag + " may hold " +
                     entry->ours.to_string() + ", before the release " + before +
                     "; putting that back failed: " + error.what());
    }
  }
  return left;
}

}  // namespace cooper::release
