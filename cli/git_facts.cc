#include "cli/git_facts.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "base/process.h"

namespace cooper::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The first line git prints; nullopt and `why` if it fails.
std::optional<std::string> git(std::vector<std::string> arguments, const std::stop_token& stop,
                               std::string& why) {
  base::ProcessSpec spec;
  spec.argv = {"git"};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  for (char** entry = environ; *entry != nullptr; ++entry) spec.env.emplace_back(*entry);
  spec.env.emplace_back("GIT_OPTIONAL_LOCKS=0");
  spec.stop = stop;
  try {
    const base::ProcessResult result = base::run_process(spec);
    if (result.exit_status == 0) return first_line(result.output);
    why = "git: " + base::printable(first_line(result.errors));
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::cancelled) throw;
    why = error.what();
  }
  return std::nullopt;
}

}  // namespace

std::string source_url(const std::string& remote) {
  std::string rest = remote;
  const std::size_t scheme = rest.find("://");
  if (scheme != std::string::npos) {
    const std::string name = rest.substr(0, scheme);
    if (name != "https" && name != "http" && name != "ssh" && name != "git") return {};
    rest.erase(0, scheme + 3);
    const std::size_t slash = rest.find('/');
    const std::size_t at = rest.rfind('@', slash);
    if (at != std::string::npos) rest.erase(0, at + 1);
    const std::size_t colon = rest.find(':');
    const bool web = name == "https" || name == "http";
    if (!web && colon != std::string::npos && colon < rest.find('/'))
      rest.erase(colon, rest.find('/') - colon);  // the port of ssh is none of https
  } else {
    const std::size_t colon = rest.find(':');
    if (colon == std::string::npos || rest.find('/') < colon) return {};  // a path
    rest[colon] = '/';
    const std::size_t at = rest.find('@');
    if (at != std::string::npos && at < colon) rest.erase(0, at + 1);
  }
  if (rest.ends_with('/')) rest.pop_back();
  if (rest.ends_with(".git")) rest.erase(rest.size() - 4);
  return rest.find('/') == std::string::npos ? std::string() : "https://" + rest;
}

GitFacts read_git_facts(std::stop_token stop) {
  GitFacts facts;
  std::string why;
  if (const auto revision = git({"rev-parse", "--verify", "HEAD"}, stop, why)) {
    facts.revision = *revision;
    if (const auto time = git({"show", "-s", "--format=%ct", "HEAD"}, stop, why)) {
      std::int64_t seconds = 0;
      const char* const end = time->data() + time->size();
      if (std::from_chars(time->data(), end, seconds).ptr == end) facts.commit_time = seconds;
    }
    const auto changes = git({"status", "--porcelain", "--untracked-files=no"}, stop, why);
    if (changes && !changes->empty())
      facts.remarks.emplace_back("the work tree has changes that are not committed");
    if (const auto remote = git({"config", "--get", "remote.origin.url"}, stop, why))
      facts.source = source_url(*remote);
  } else {
    facts.revision = variable("GITHUB_SHA");
    facts.remarks.push_back("no commit is known from git (" + why + ")" +
                            (facts.revision.empty() ? "" : "; GITHUB_SHA is taken"));
  }
  const std::string server = variable("GITHUB_SERVER_URL");
  const std::string repository = variable("GITHUB_REPOSITORY");
  if (!server.empty() && !repository.empty()) facts.source = server + "/" + repository;
  if (facts.source.empty())
    facts.remarks.emplace_back("where the sources are is not known: git has no remote 'origin'");
  return facts;
}

}  // namespace cooper::cli
