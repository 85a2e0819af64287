#include "builder/dockerfile/git_reference.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/percent.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kMaxLength = 4096;

[[noreturn]] void refuse(std::string_view text, const std::string& cause) {
  throw Error(ErrorKind::usage, "read git address", std::string(text), cause);
}

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
}

bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.';
}

// Of a query: '+' is a blank.
std::string decoded(std::string_view query) {
  std::string text(query);
  std::replace(text.begin(), text.end(), '+', ' ');
  return base::percent_decoded(text);
}

// What git's own rules for reference names forbid, and what would be an option.
void check_ref(std::string_view text, const std::string& ref) {
  const auto forbidden = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f ||
           std::string_view("~^:?*[\\").find(c) != std::string_view::npos;
  };
  if (ref.starts_with("-") || ref.find("..") != std::string::npos || ref.ends_with("/") ||
      ref.starts_with("/") || ref.find("@{") != std::string::npos ||
      std::ranges::any_of(ref, forbidden)) {
    refuse(text, "'" + ref + "' is not the name of a branch, a tag or a commit");
  }
}

// One value in two places must be one.
void set_once(std::string_view text, std::string& value, std::string given, const char* name) {
  if (!value.empty() && value != given)
    refuse(text, std::string(name) + " conflicts: '" + value + "' and '" + given + "'");
  value = std::move(given);
}

bool truth(std::string_view text, const std::string& key, const std::optional<std::string>& value) {
  if (!value) return true;
  for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"})
    if (*value == yes) return true;
  for (const char* no : {"0", "f", "F", "FALSE", "false", "False"})
    if (*value == no) return false;
  refuse(text, "invalid " + key + " '" + *value + "': true or false");
}

class QueryReader {
 public:
  QueryReader(std::string_view text, GitReference& out) : text_(text), out_(out) {}

  void read(std::string_view query) {
    while (!query.empty()) {
      const std::string_view pair = query.substr(0, query.find('&'));
      query.remove_prefix(std::min(pair.size() + 1, query.size()));
      if (!pair.empty()) add(pair);
    }
    finish();
  }

 private:
  void add(std::string_view pair) {
    const std::size_t equals = pair.find('=');
    const std::string key = decoded(pair.substr(0, equals));
    std::optional<std::string> value;
    if (equals != std::string_view::npos && equals + 1 < pair.size())
      value = decoded(pair.substr(equals + 1));
    if (!seen_.insert(key).second) refuse(text_, "'" + key + "' is given twice");
    if (key == "keep-git-dir") {
      out_.keep_git_dir = truth(text_, key, value);
    } else if (key == "submodules") {
      out_.submodules = truth(text_, key, value);
    } else if (key == "fetch-by-commit") {
      static_cast<void>(truth(text_, key, value));  // a commit is always fetched by its name
    } else if (!value) {
      refuse(text_, "'" + key + "' has no value");
    } else {
      add_text(key, *value);
    }
  }

  void add_text(const std::string& key, const std::string& value) {
    if (key == "ref") {
      set_once(text_, out_.ref, value, "ref");
    } else if (key == "tag") {
      tag_ = value.starts_with("refs/tags/") ? value : "refs/tags/" + value;
    } else if (key == "branch") {
      branch_ = value.starts_with("refs/heads/") ? value : "refs/heads/" + value;
    } else if (key == "subdir") {
      set_once(text_, out_.subdir, value, "subdir");
    } else if (key == "checksum" || key == "commit") {
      set_once(text_, out_.checksum, value, "checksum");
    } else if (key == "mtime") {
      if (value != "checkout" && value != "commit")
        refuse(text_, "invalid mtime '" + value + "': checkout or commit");
      out_.commit_times = value == "commit";
    } else {
      throw Error(ErrorKind::usage, "read git address", std::string(text_),
                  "unexpected query '" + key + "'")
          .with_hint(
              "known are ref, tag, branch, subdir, checksum, commit, keep-git-dir, submodules, "
              "mtime and fetch-by-commit");
    }
  }

  void finish() {
    if (!tag_.empty() && !branch_.empty()) refuse(text_, "branch conflicts with tag");
    if (!tag_.empty()) set_once(text_, out_.ref, tag_, "ref");
    if (!branch_.empty()) set_once(text_, out_.ref, branch_, "ref");
  }

  std::string_view text_;
  GitReference& out_;
  std::string tag_, branch_;
  std::set<std::string> seen_;
};

// "user@host:path"
bool is_scp_form(std::string_view address) {
  const std::size_t at = address.find('@');
  const std::size_t colon = address.find(':');
  if (at == std::string_view::npos || at == 0 || colon == std::string_view::npos || colon < at + 2)
    return false;
  for (std::size_t i = 0; i < colon; ++i) {
    if (i != at && !is_name_character(address[i])) return false;
  }
  return true;
}

struct Scheme {
  std::string name;       // lower case; empty: none is written
  std::string_view rest;  // after "://"
};

Scheme scheme_of(std::string_view address) {
  std::size_t end = 0;
  while (end < address.size() &&
         (is_digit(address[end]) ||
          to_lower(address.substr(end, 1))[0] != to_upper(address.substr(end, 1))[0]))
    ++end;
  if (end == 0 || address.substr(end, 3) != "://") return {"", address};
  return {to_lower(address.substr(0, end)), address.substr(end + 3)};
}

std::string host_in(std::string_view rest) {
  std::string_view authority = rest.substr(0, rest.find('/'));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  return std::string(authority);
}

// Fills remote, host and transport; false: not a repository.
bool read_address(std::string_view address, GitReference& out) {
  if (address.starts_with("./") || address.starts_with("../")) return false;
  if (address.starts_with("github.com/")) {
    out.looks_local = true;
    out.remote = "https://" + std::string(address);
    out.host = "github.com";
    return true;
  }
  const Scheme scheme = scheme_of(address);
  if (scheme.name.empty()) {
    if (!is_scp_form(address)) return false;
    out.over_ssh = true;
    out.host = std::string(address.substr(0, address.find(':')).substr(address.find('@') + 1));
  } else if (scheme.name == "http" || scheme.name == "https") {
    if (!address.ends_with(".git")) return false;
    out.host = host_in(scheme.rest);
  } else if (scheme.name == "ssh" || scheme.name == "git") {
    out.over_ssh = scheme.name == "ssh";
    out.host = host_in(scheme.rest);
  } else {
    return false;
  }
  out.remote = std::string(address);
  return true;
}

}  // namespace

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && is_hexadecimal(text);
}

std::optional<GitReference> try_parse_git_reference(std::string_view text) {
  const std::size_t hash = text.find('#');
  const std::string_view before = text.substr(0, hash);
  const std::size_t question = before.find('?');
  GitReference out;
  if (!read_address(before.substr(0, question), out)) return std::nullopt;
  if (text.size() > kMaxLength) refuse(text.substr(0, 64), "longer than 4096 bytes");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }))
    refuse(text, "it holds control characters");
  if (out.host.empty() || out.host.front() == '-' || out.remote.front() == '-')
    refuse(text, "its host is not a name");
  if (hash != std::string_view::npos) {
    const std::string_view fragment = text.substr(hash + 1);
    const std::size_t colon = fragment.find(':');
    out.ref = std::string(fragment.substr(0, colon));
    if (colon != std::string_view::npos) out.subdir = std::string(fragment.substr(colon + 1));
  }
  if (question != std::string_view::npos) QueryReader(text, out).read(before.substr(question + 1));
  out.checksum = to_lower(out.checksum);
  if (!is_hexadecimal(out.checksum)) refuse(text, "'" + out.checksum + "' is not a commit's name");
  if (out.ref.empty()) out.ref = out.checksum;
  check_ref(text, out.ref);
  return out;
}

}  // namespace cooper::dockerfile
