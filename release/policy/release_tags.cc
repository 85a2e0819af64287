#include "release/policy/release_tags.h"

#include <optional>

#include "base/error.h"
#include "release/policy/version_tag.h"

namespace cooper::release {
namespace {

using base::Error;
using base::ErrorKind;

// "app" of "app-v1.2.3", "" of "v1.2.3"; nullopt: the tag does not end with the version.
std::optional<std::string> role_of_version(std::string_view tag, std::string_view version) {
  if (tag == version) return std::string();
  if (!tag.ends_with(version)) return std::nullopt;
  tag.remove_suffix(version.size());
  if (tag.size() < 2 || tag.back() != '-') return std::nullopt;
  return std::string(tag.substr(0, tag.size() - 1));
}

}  // namespace

std::string release_version(std::string_view text) {
  const std::string version = to_lower(text);
  const auto refuse = [&](const std::string& cause, const std::string& hint) {
    throw Error(ErrorKind::usage, "release", std::string(text.substr(0, 200)), cause)
        .with_hint(hint);
  };
  const auto parsed = try_parse_version(version);
  if (!parsed) refuse("it is no semantic version", "v1.2.3 and v1.2.3-rc.1 are (semver.org)");
  if (parsed->has_build()) {
    refuse("a tag cannot hold build metadata ('+')", "use a pre-release, as in v1.2.3-rc.1");
  }
  if (version.size() > 100) refuse("it is too long for a tag", "at most 100 characters");
  return version;
}

ReleaseTags read_release_tags(const std::vector<std::string>& tags, const std::string& version,
                              const std::string& image) {
  std::optional<ReleaseTags> out;
  for (const std::string& tag : tags) {
    const std::optional<std::string> role = role_of_version(tag, version);
    if (!role) continue;
    if (out) {
      throw Error(ErrorKind::usage, "release", image,
                  "it has two version tags, " + out->version_tag + " and " + tag);
    }
    if (tag != to_lower(tag)) {
      throw Error(ErrorKind::usage, "release", image,
                  "the tag " + tag + " has upper-case letters, which some registries drop")
          .with_hint("write it in lower case in the bake file");
    }
    out = ReleaseTags{*role, tag};
  }
  if (!out) {
    throw Error(ErrorKind::usage, "release", image, "none of its tags ends with " + version)
        .with_hint("give it one in the bake file: \"${REGISTRY}/${IMAGE}:" + image +
                   "-${VERSION}\"");
  }
  for (const std::string& tag : tags) {
    if (tag == out->version_tag) continue;
    const std::optional<std::string> role = role_of_latest(tag);
    if (!role) {
      throw Error(ErrorKind::usage, "release", image,
                  "the tag " + tag + " is neither of the version " + version +
                      " nor one that ends with latest");
    }
    if (*role != out->role) {
      throw Error(ErrorKind::usage, "release", image,
                  "the tag " + tag + " is another role's than " + out->version_tag);
    }
    out->latest_tags.push_back(tag);
  }
  return *out;
}

}  // namespace cooper::release
