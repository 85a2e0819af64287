#include "builder/context/git_program.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/error.h"
#include "base/file_at.h"
#include "base/process.h"

namespace cooper::context {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::chrono::minutes kTimeout{30};
constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
// The way to the repository, as for registries.
constexpr const char* kPassed[] = {"HTTP_PROXY",    "http_proxy",  "HTTPS_PROXY", "https_proxy",
                                   "NO_PROXY",      "no_proxy",    "ALL_PROXY",   "all_proxy",
                                   "SSL_CERT_FILE", "SSL_CERT_DIR"};
constexpr std::pair<const char*, const char*> kConfig[] = {{"core.hooksPath", "/dev/null"},
                                                           {"core.fsmonitor", "false"},
                                                           {"core.autocrlf", "false"},
                                                           {"core.logAllRefUpdates", "false"},
                                                           {"protocol.allow", "never"},
                                                           {"protocol.http.allow", "always"},
                                                           {"protocol.https.allow", "always"},
                                                           {"protocol.git.allow", "always"},
                                                           {"protocol.ssh.allow", "always"},
                                                           {"init.defaultBranch", "master"},
                                                           {"gc.auto", "0"},
                                                           {"maintenance.auto", "false"},
                                                           {"advice.detachedHead", "false"},
                                                           {"transfer.fsckObjects", "false"}};

std::string base64(std::string_view text) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, text.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(text[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= count ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// One token for all of github.com, as its own checkout does; else for the repository alone.
std::string scope_of(const std::string& remote) {
  for (const char* start : {"https://github.com/", "https://www.github.com/"})
    if (remote.starts_with(start)) return start;
  return remote;
}

// What git says behind "fatal: "; where that is only that ssh failed, what ssh said before it.
std::string cause_in(std::string errors) {
  constexpr std::string_view kFatal = "fatal: ";
  const std::size_t fatal = errors.rfind(kFatal);
  if (fatal != std::string::npos) {
    const std::string before = trimmed(errors.substr(0, fatal));
    errors.erase(0, fatal + kFatal.size());
    if (errors.starts_with("Could not read from remote repository") && !before.empty())
      return before.substr(before.rfind('\n') + 1);
  }
  std::replace(errors.begin(), errors.end(), '\n', ' ');
  return errors;
}

}  // namespace

std::string without_password(const std::string& remote) {
  const std::size_t scheme = remote.find("://");
  if (scheme == std::string::npos) return remote;
  const std::size_t begin = scheme + 3;
  const std::string authority = remote.substr(begin, remote.find('/', begin) - begin);
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':');
  if (at == std::string::npos || colon > at) return remote;
  return remote.substr(0, begin + colon) + ":..." + remote.substr(begin + at);
}

GitProgram::GitProgram(const dockerfile::GitReference& reference, const std::string& space,
                       const GitAccess& access, std::stop_token stop)
    : name_(without_password(reference.remote)), stop_(std::move(stop)) {
  env_ = {std::string("PATH=") + kPath,
          "HOME=" + space,
          "LC_ALL=C",
          "GIT_CONFIG_NOSYSTEM=1",
          "GIT_ATTR_NOSYSTEM=1",
          "GIT_CONFIG_GLOBAL=/dev/null",
          "GIT_TERMINAL_PROMPT=0",
          "GIT_ASKPASS=/bin/false",
          "SSH_ASKPASS=/bin/false",
          "GIT_ALLOW_PROTOCOL=http:https:git:ssh"};
  for (const char* name : kPassed) {
    if (const char* value = std::getenv(name)) env_.push_back(std::string(name) + "=" + value);
  }
  if (const char* file = std::getenv("SSL_CERT_FILE"))
    env_.push_back(std::string("GIT_SSL_CAINFO=") + file);
  // A host's key is taken when it is seen for the first time, and held against what the user knows.
  const char* home = std::getenv("HOME");
  const std::string known = home == nullptr ? "/dev/null" : std::string(home) + "/.ssh/known_hosts";
  env_.push_back(
      "GIT_SSH_COMMAND=ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=accept-new "
      "-o UserKnownHostsFile='" +
      space + "/known_hosts' -o GlobalKnownHostsFile='" + known + "'");
  if (reference.over_ssh && access.ssh_agent) {
    if (const auto socket = access.ssh_agent()) env_.push_back("SSH_AUTH_SOCK=" + *socket);
  }
  for (const auto& [key, value] : kConfig) add_config(key, value);
  if (!reference.over_ssh) add_authorization(reference, access);
}

void GitProgram::add_config(const std::string& key, const std::string& value) {
  config_.emplace_back(key, value);
}

void GitProgram::add_authorization(const dockerfile::GitReference& reference,
                                   const GitAccess& access) {
  if (!access.secret || !reference.remote.starts_with("http")) return;
  const std::string key = "http." + scope_of(reference.remote) + ".extraHeader";
  for (const std::string& suffix : {"." + reference.host, std::string()}) {
    if (const auto header = access.secret("GIT_AUTH_HEADER" + suffix)) {
      add_config(key, "Authorization: " + trimmed(*header));
      return;
    }
    if (const auto token = access.secret("GIT_AUTH_TOKEN" + suffix)) {
      add_config(key, "Authorization: basic " + base64("x-access-token:" + trimmed(*token)));
      return;
    }
  }
}

void GitProgram::set_directories(std::string git_directory, std::string work_tree) {
  git_directory_ = std::move(git_directory);
  work_tree_ = std::move(work_tree);
}

GitProgram::Outcome GitProgram::execute(std::vector<std::string> arguments) const {
  base::ProcessSpec spec;
  spec.argv = {"git"};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.env = env_;
  // Configuration goes through the environment: what it holds is secret.
  spec.env.push_back("GIT_CONFIG_COUNT=" + std::to_string(config_.size()));
  for (std::size_t i = 0; i < config_.size(); ++i) {
    spec.env.push_back("GIT_CONFIG_KEY_" + std::to_string(i) + "=" + config_[i].first);
    spec.env.push_back("GIT_CONFIG_VALUE_" + std::to_string(i) + "=" + config_[i].second);
  }
  base::Fd directory;
  if (!git_directory_.empty()) spec.env.push_back("GIT_DIR=" + git_directory_);
  if (!work_tree_.empty()) {
    spec.env.push_back("GIT_WORK_TREE=" + work_tree_);
    directory = base::open_host_directory(work_tree_);
    spec.directory = directory.get();
  }
  spec.output_limit = std::uint64_t{16} << 20;
  spec.timeout = kTimeout;
  spec.stop = stop_;
  try {
    base::ProcessResult result = base::run_process(spec);
    return {result.exit_status == 0, std::move(result.output), std::move(result.errors)};
  } catch (Error& error) {
    if (error.kind() == ErrorKind::not_found)
      error.with_hint("git repositories need the program git: install the package git");
    throw;
  }
}

std::string GitProgram::run(std::vector<std::string> arguments) const {
  const std::string what = arguments.front();
  Outcome outcome = execute(std::move(arguments));
  if (outcome.success) return std::move(outcome.output);
  const std::string cause = cause_in(trimmed(outcome.errors));
  const bool denied = cause.find("uthentication") != std::string::npos ||
                      cause.find("could not read") != std::string::npos ||
                      cause.find("Permission denied") != std::string::npos;
  Error error(denied ? ErrorKind::denied : ErrorKind::failure, "git " + what, name_, cause);
  if (denied)
    error.with_hint(
        "a private repository needs --secret id=GIT_AUTH_TOKEN,... (http) or --ssh default (ssh)");
  throw error;
}

std::optional<std::string> GitProgram::try_run(std::vector<std::string> arguments) const {
  Outcome outcome = execute(std::move(arguments));
  if (!outcome.success) return std::nullopt;
  return std::move(outcome.output);
}

}  // namespace cooper::context
