// cooper login, cooper logout
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "cli/commands.h"
#include "cli/docker_auth.h"
#include "cli/exit_code.h"
#include "cli/network.h"
#include "cli/prompt.h"
#include "cli/signals.h"
#include "registry/credential_helper.h"
#include "registry/docker_config.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMaxConfigBytes = 1U << 20;
constexpr std::uint64_t kMaxPasswordBytes = 64U << 10;

struct Arguments {
  std::string host = "docker.io";
  std::string username;
  bool password_stdin = false;
};

// The file credentials are kept in, as registry/credential_sources.h says.
struct AuthFile {
  std::string directory, name;
  [[nodiscard]] std::string path() const { return directory + "/" + name; }
};

AuthFile auth_file() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  if (const std::string file = variable("REGISTRY_AUTH_FILE"); !file.empty()) {
    const std::size_t slash = file.rfind('/');
    if (slash == std::string::npos) return {".", file};
    return {slash == 0 ? "/" : file.substr(0, slash), file.substr(slash + 1)};
  }
  if (const std::string directory = variable("DOCKER_CONFIG"); !directory.empty())
    return {directory, "config.json"};
  const std::string home = variable("HOME");
  if (home.empty()) {
    throw Error(ErrorKind::usage, "find", "config.json", "HOME is not set")
        .with_hint("set DOCKER_CONFIG to a directory");
  }
  return {home + "/.docker", "config.json"};
}

base::Fd open_directory(const AuthFile& file) {
  if (::mkdir(file.directory.c_str(), 0700) != 0 && errno != EEXIST)
    base::throw_errno("create directory", file.directory);
  return base::open_host_directory(file.directory);
}

std::string read_password() {
  base::FdSource source(base::Fd(0).duplicate(), "standard input");
  std::string password = base::read_all(source, kMaxPasswordBytes, "standard input");
  if (password.ends_with('\n')) password.pop_back();
  if (password.ends_with('\r')) password.pop_back();
  return password;
}

DockerAuth credentials(const Arguments& arguments, const std::stop_token& stop) {
  DockerAuth auth{arguments.username, {}};
  if (arguments.password_stdin && auth.username.empty()) {
    throw Error(ErrorKind::usage, "log in to", arguments.host, "no user name")
        .with_hint("add --username NAME");
  }
  if (auth.username.empty()) auth.username = ask("User name", Echo::on, stop);
  if (auth.username.find(':') != std::string::npos) {
    throw Error(ErrorKind::usage, "log in to", arguments.host, "a user name has no colon in it");
  }
  auth.password = arguments.password_stdin ? read_password() : ask("Password", Echo::off, stop);
  if (auth.username.empty() || auth.password.empty()) {
    throw Error(ErrorKind::usage, "log in to", arguments.host, "user name or password is empty");
  }
  return auth;
}

// The program that keeps the credentials of `host`; "": the file does.
std::string helper_for(const std::optional<std::string>& text, const AuthFile& file,
                       const std::string& host) {
  if (!text || text->find_first_not_of(" \t\r\n") == std::string::npos) return {};
  return registry::helper_of(registry::parse_docker_config(*text, file.path()), host);
}

void log_in(const Arguments& arguments, const Globals& globals) {
  const std::string host = registry::normalized_registry_key(arguments.host);
  const std::stop_token stop = globals.signals->token();
  const AuthFile file = auth_file();
  const base::Fd directory = open_directory(file);
  // What would be refused at the end is refused before anybody types a password.
  const auto old = base::try_read_file_at(directory.get(), file.name, kMaxConfigBytes);
  static_cast<void>(has_docker_auth(old, file.path(), host));
  const std::string helper = helper_for(old, file, host);
  const DockerAuth auth = credentials(arguments, stop);
  const registry::Credential credential{auth.username, auth.password, "", "the command line"};
  Network::ping(globals, host, credential, stop);
  std::string where = "docker-credential-" + helper;
  if (!helper.empty()) {
    registry::store_with_helper(helper, host, credential);
  } else {
    const auto now = base::try_read_file_at(directory.get(), file.name, kMaxConfigBytes);
    base::write_file_at(directory.get(), file.name, with_docker_auth(now, file.path(), host, auth),
                        0600);
    where = file.path() + ", readable by you alone but not encrypted";
  }
  std::cout << "logged in to " << base::printable(host) << "\n" << std::flush;
  std::cerr << "the password is in " + base::printable(where) + "\n";
}

// True if there was something to forget.
bool forget(const AuthFile& file, const std::string& host) {
  struct stat status = {};
  if (::stat(file.path().c_str(), &status) != 0) return false;
  const base::Fd directory = open_directory(file);
  const auto old = base::try_read_file_at(directory.get(), file.name, kMaxConfigBytes);
  const std::string helper = helper_for(old, file, host);
  const bool erased = !helper.empty() && registry::erase_with_helper(helper, host);
  if (!has_docker_auth(old, file.path(), host)) return erased;
  base::write_file_at(directory.get(), file.name,
                      with_docker_auth(old, file.path(), host, std::nullopt), 0600);
  return true;
}

void log_out(const Arguments& arguments) {
  const std::string host = registry::normalized_registry_key(arguments.host);
  std::cout << (forget(auth_file(), host) ? "logged out of " : "was not logged in to ")
            << base::printable(host) << "\n"
            << std::flush;
}

}  // namespace

void add_login_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("login", "keep the password of a registry as Docker keeps it");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("registry", arguments->host, "host[:port] (default: docker.io)");
  command->add_option("-u,--username", arguments->username, "who you are there (else asked for)");
  command->add_flag("--password-stdin", arguments->password_stdin,
                    "read the password from standard input");
  command->footer(
      "The registry is asked first; a refused password is not kept. It goes into Docker's "
      "config.json, or to the credential helper that is configured there.\n\n"
      "Examples:\n"
      "  cooper login registry.example\n"
      "  printf %s \"$TOKEN\" | cooper login -u robot --password-stdin registry.example:5000");
  command->callback([arguments, &globals, &exit_code] {
    log_in(*arguments, globals);
    exit_code = kSuccess;
  });
}

void add_logout_command(CLI::App& app, const Globals&, int& exit_code) {
  CLI::App* command = app.add_subcommand("logout", "forget the password of a registry");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("registry", arguments->host, "host[:port] (default: docker.io)");
  command->footer(
      "Example:\n"
      "  cooper logout registry.example");
  command->callback([arguments, &exit_code] {
    log_out(*arguments);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
