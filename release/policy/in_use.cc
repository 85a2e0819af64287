#include "release/policy/in_use.h"

#include <algorithm>

#include "release/policy/version_tag.h"

namespace cooper::release {
namespace {

bool is_tag_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

// What may stand in a name before the repository's: the end of a registry's host and port.
bool is_inside_name(char c) { return is_tag_byte(c) || c == ':'; }

std::string_view take_tag(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_tag_byte(text[end])) ++end;
  return text.substr(0, end);
}

// Reads ":tag", "@digest" or both, which follow a repository's name.
void take_reference(std::string_view rest, InUse& found) {
  if (rest.starts_with(':')) {
    const std::string_view tag = take_tag(rest.substr(1));
    if (!tag.empty()) found.tags.insert(to_lower(tag));
    rest.remove_prefix(1 + tag.size());
  }
  if (!rest.starts_with('@')) return;
  constexpr std::size_t kDigestLength = 71;
  if (const auto digest = oci::Digest::try_parse(rest.substr(1, kDigestLength)))
    found.digests.insert(*digest);
}

bool is_tag(std::string_view line) {
  return !line.empty() && line.size() <= 128 && line.front() != '.' && line.front() != '-' &&
         std::all_of(line.begin(), line.end(), is_tag_byte);
}

std::string_view trimmed(std::string_view line) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!line.empty() && blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  return line;
}

// Tags and digests alone, a line each; lines with a reference, comments and empty ones may be
// between them. Any other line means that this is no such list.
InUse find_plain_list(std::string_view text) {
  InUse found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    if (const auto digest = oci::Digest::try_parse(line)) {
      found.digests.insert(*digest);
    } else if (is_tag(line)) {
      found.tags.insert(to_lower(line));
    } else if (line.find('/') == std::string_view::npos ||
               line.find_first_of(" \t\"'{}") != std::string_view::npos) {
      return {};
    }
  }
  return found;
}

}  // namespace

InUse find_in_use(std::string_view text, std::string_view repository) {
  InUse found = find_plain_list(text);
  if (repository.empty()) return found;
  for (std::size_t at = 0; (at = text.find(repository, at)) != std::string_view::npos; ++at) {
    // "team/site" is no part of "other-team/site", but "host/team/site" names it.
    if (at > 0 && is_inside_name(text[at - 1])) continue;
    take_reference(text.substr(at + repository.size()), found);
  }
  return found;
}

}  // namespace cooper::release
