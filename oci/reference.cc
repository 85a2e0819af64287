#include "oci/reference.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace cooper::oci {
namespace {

constexpr std::string_view kDefaultRegistry = "docker.io";
constexpr std::string_view kOfficial = "library/";
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxTag = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alnum(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

[[noreturn]] void fail(std::string_view text, std::string cause) {
  throw base::Error(base::ErrorKind::usage, "parse image reference",
                    std::string(text.substr(0, 300)), std::move(cause));
}

// Calls `valid` for each part between separators; false as soon as one is not.
template <class Valid>
bool all_parts(std::string_view text, char separator, Valid valid) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!valid(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_host_label(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_port(std::string_view port) {
  if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit))
    return false;
  return std::stoi(std::string(port)) <= 65535;
}

bool is_registry(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view address = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    const bool digits = std::all_of(address.begin(), address.end(),
                                    [](char c) { return is_hex(c) || is_upper(c) || c == ':'; });
    return address.find(':') != std::string_view::npos && digits &&
           (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && !is_port(text.substr(colon + 1))) return false;
  return all_parts(text.substr(0, colon), '.', is_host_label);
}

// Runs of lower-case letters and digits, joined by ".", "_", "__" or any number of "-".
bool is_path_component(std::string_view part) {
  const auto is_word = [](char c) { return is_lower(c) || is_digit(c); };
  if (part.empty() || !is_word(part.front()) || !is_word(part.back())) return false;
  for (std::size_t i = 0; i < part.size();) {
    if (is_word(part[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (!is_word(part[end])) ++end;  // the last character is a word character
    const std::string_view joint = part.substr(i, end - i);
    const bool dashes = joint.find_first_not_of('-') == std::string_view::npos;
    if (!dashes && joint != "." && joint != "_" && joint != "__") return false;
    i = end;
  }
  return true;
}

bool is_repository(std::string_view text) { return all_parts(text, '/', is_path_component); }

bool is_tag(std::string_view tag) {
  const auto is_word = [](char c) { return is_alnum(c) || c == '_'; };
  return !tag.empty() && tag.size() <= kMaxTag && is_word(tag.front()) &&
         std::all_of(tag.begin(), tag.end(),
                     [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

// Cuts "@digest" and ":tag" off the end of `rest` and stores them.
void take_digest_and_tag(std::string_view text, std::string_view& rest, Reference& reference) {
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    const std::string_view digest = rest.substr(at + 1);
    reference.digest = Digest::try_parse(digest);
    if (!reference.digest) {
      const bool other =
          digest.find(':') != std::string_view::npos && !digest.starts_with("sha256:");
      fail(text, other ? "only sha256 digests are supported"
                       : "the digest is not \"sha256:\" and 64 lower-case hexadecimal digits");
    }
    rest = rest.substr(0, at);
  }
  const std::size_t colon = rest.rfind(':');
  const std::size_t slash = rest.rfind('/');
  const bool has_tag =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  if (!has_tag) return;
  const std::string_view tag = rest.substr(colon + 1);
  if (!is_tag(tag)) {
    fail(text, "invalid tag '" + std::string(tag.substr(0, 150)) +
                   "' (up to 128 letters, digits, \"_\", \".\" and \"-\", not beginning with \".\" "
                   "or \"-\")");
  }
  reference.tag = tag;
  rest = rest.substr(0, colon);
}

// Docker's rule. It also takes a first component with upper-case letters for a host; here that is
// refused, because its lower-case form would be read as a repository of the default registry.
bool begins_with_host(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view first = rest.substr(0, slash);
  return first.find_first_of(".:") != std::string_view::npos || first == "localhost";
}

void check_repository(std::string_view text, const std::string& repository) {
  if (is_repository(repository)) return;
  const std::string lower = to_lower(repository);
  if (lower != repository && is_repository(lower))
    fail(text, "the repository name must be lower case");
  fail(text, repository.empty() ? "the repository name is empty"
                                : "invalid repository name '" + repository.substr(0, 260) + "'");
}

}  // namespace

Reference parse_reference(std::string_view text) {
  if (text.empty()) fail(text, "it is empty");
  if (text.size() == 64 && std::all_of(text.begin(), text.end(), is_hex)) {
    fail(text, "64 hexadecimal digits are an image id, not a name");
  }
  Reference reference;
  std::string_view rest = text;
  take_digest_and_tag(text, rest, reference);
  if (begins_with_host(rest)) {
    const std::size_t slash = rest.find('/');
    reference.registry = to_lower(rest.substr(0, slash));
    if (!is_registry(reference.registry)) {
      fail(text, "invalid registry '" + std::string(rest.substr(0, slash)) + "'");
    }
    rest.remove_prefix(slash + 1);
    if (reference.registry == "index.docker.io") reference.registry = kDefaultRegistry;
  } else {
    reference.registry = kDefaultRegistry;
  }
  reference.repository = rest;
  check_repository(text, reference.repository);
  if (reference.registry == kDefaultRegistry && rest.find('/') == std::string_view::npos) {
    reference.repository.insert(0, kOfficial);
  }
  if (reference.registry.size() + 1 + reference.repository.size() > kMaxName) {
    fail(text, "the name is longer than 255 characters");
  }
  if (reference.tag.empty() && !reference.digest) reference.tag = "latest";
  return reference;
}

std::optional<Reference> try_parse_reference(std::string_view text) {
  try {
    return parse_reference(text);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

namespace {

std::string with_tag_and_digest(std::string name, const Reference& reference) {
  if (!reference.tag.empty()) name += ":" + reference.tag;
  if (reference.digest) name += "@" + reference.digest->to_string();
  return name;
}

}  // namespace

std::string to_string(const Reference& reference) {
  return with_tag_and_digest(reference.registry + "/" + reference.repository, reference);
}

std::string familiar(const Reference& reference) {
  if (reference.registry != kDefaultRegistry) return to_string(reference);
  std::string_view name = reference.repository;
  if (name.starts_with(kOfficial) && name.find('/', kOfficial.size()) == std::string_view::npos) {
    name.remove_prefix(kOfficial.size());
  }
  std::string text = with_tag_and_digest(std::string(name), reference);
  // A repository whose first component looks like a host, or whose name is 64 digits, has no short
  // form.
  return try_parse_reference(text) == reference ? text : to_string(reference);
}

}  // namespace cooper::oci
