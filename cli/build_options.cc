#include "cli/build_options.h"

#include <cstdlib>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "cli/refused_options.h"
#include "cli/run_settings.h"
#include "cli/session.h"
#include "cli/ssh_agents.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kEpoch = "SOURCE_DATE_EPOCH";
constexpr std::uint64_t kMaxSecretBytes = 4U << 20;

std::string read_cache_scope(const std::string& text) {
  constexpr const char* kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
  if (text.size() > 128 || text.find_first_not_of(kLetters) != std::string::npos)
    throw Error(ErrorKind::usage, "parse --cache-scope", text,
                "it is at most 128 letters, digits, '.', '_', '-' and '/'");
  return text;
}

layer::Compression parse_compression(const std::string& text) {
  if (text == "gzip") return layer::Compression::gzip;
  if (text == "zstd") return layer::Compression::zstd;
  return layer::Compression::none;
}

std::string read_host_file(const std::string& path) {
  base::FdSource source(base::open_host(path, O_RDONLY), path);
  return base::read_all(source, kMaxSecretBytes, path);
}

}  // namespace

CLI::Option* add_list(CLI::App& command, const std::string& names, std::vector<std::string>& values,
                      const std::string& description) {
  return command.add_option(names, values, description)->allow_extra_args(false);
}

void add_step_options(CLI::App& command, BuildOptions& options) {
  command.add_option("--progress", options.progress, "auto, tty, plain, quiet or json")
      ->check(CLI::IsMember({"auto", "tty", "plain", "quiet", "json", "rawjson", "none"}));
  command.add_option("--secret", options.secrets, "id=NAME,src=FILE or id=NAME,env=VARIABLE")
      ->allow_extra_args(false);
  command.add_option("--add-host", options.add_hosts, "NAME:ADDRESS for /etc/hosts of RUN steps")
      ->allow_extra_args(false);
  command.add_option("--compression", options.compression, "of new layers")
      ->check(CLI::IsMember({"gzip", "zstd", "none", "uncompressed"}));
  command.add_option("--compression-level", options.compression_level,
                     "0 is the compression's default");
  command.add_flag("--force-compression", options.force_compression, "base layers too");
  command.add_option("-j,--jobs", options.jobs, "steps at the same time");
  command
      .add_option("--context-modes", options.context_modes,
                  "file modes of contexts: auto, keep or normalize")
      ->check(CLI::IsMember({"auto", "keep", "normalize"}));
  add_list(command, "--allow", options.allow, "network.host or security.insecure");
  command.add_option("--network", options.network,
                     "network of RUN steps that ask for none: default, none or host");
  command.add_option("--shm-size", options.shm_size, "size of /dev/shm in RUN steps, as 64m");
  add_list(command, "--ulimit", options.ulimits, "NAME=SOFT[:HARD], a limit of RUN steps");
  command
      .add_option("--on-failure", options.on_failure,
                  "what a failed RUN step leaves: discard, keep (for cooper debug) or shell")
      ->check(CLI::IsMember({"discard", "keep", "shell"}));
  add_list(command, "--ssh", options.ssh,
           "default, ID=SOCKET or ID=KEY[,KEY], for RUN --mount=type=ssh and git over ssh");
}

void add_build_options(CLI::App& command, BuildOptions& options) {
  add_step_options(command, options);
  command.add_flag("-q,--quiet", options.quiet, "only the result");
  command.add_flag("--push", options.push, "push the tags to their registries");
  command
      .add_option("-o,--output", options.outputs, "type=oci|docker|tar|local|registry,dest=PATH")
      ->allow_extra_args(false);
  command.add_flag("--no-cache", options.no_cache, "run every step again");
  command.add_option("--metadata-file", options.metadata_file, "write digests and names as JSON");
  command.add_flag("--load", options.load, "keep the images in the store (that is done anyway)");
  command.add_flag("--pull", options.pull,
                   "ask the registries for base images anew (that is done anyway)");
  command.add_flag("--check", options.check,
                   "only check: print warnings, build nothing, exit 1 if there are any");
  command.add_option("--call", options.call, "build, check, outline or targets; then ,format=json");
  command.add_option("--profile", options.profile,
                     "write where the time goes, as a trace for Perfetto or chrome://tracing");
  add_list(command, "--cache-from", options.cache_from,
           "type=registry,ref=R | local,src=DIR | s3,bucket=B: steps done elsewhere");
  add_list(
      command, "--cache-to", options.cache_to,
      "type=registry,ref=R | local,dest=DIR | inline | s3,bucket=B; mode=min|max, mounts=true");
  command.add_option("--cache-scope", options.cache_scope,
                     "take no result and no cache mount of builds that had another scope");
  command
      .add_flag("--allow-secret-in-layer", options.allow_secrets,
                "publish images although a secret was found in a layer")
      ->disable_flag_override();
  add_refused_options(command);
  add_limit_options(command, options.limits);
}

void set_run_options(const BuildOptions& options, BuildTarget& target) {
  target.network = read_network(options.network, "--network");
  if (!options.shm_size.empty()) target.run_settings.shm_size = read_shm_size(options.shm_size);
  for (const std::string& text : options.add_hosts)
    target.run_settings.extra_hosts.push_back(read_extra_host(text));
  for (const std::string& text : options.ulimits)
    target.run_settings.ulimits.push_back(read_ulimit(text));
  for (const std::string& right : options.allow) allow(right, target);
  // As buildx: who asks for the host's network on the command line allows it.
  if (options.network == "host") target.allow_host_network = true;
}

void allow(const std::string& right, BuildTarget& target) {
  const std::string name = right.substr(0, right.find('='));
  if (name == "network.host") {
    target.allow_host_network = true;
  } else if (name == "security.insecure") {
    target.allow_insecure = true;
  } else if (name != "ssh" && name != "fs" && name != "fs.read" && name != "fs.write") {
    Error error(ErrorKind::unsupported, "allow", right, "there is no such right");
    throw error.with_hint("rights are network.host and security.insecure; ssh and fs... need none");
  }
}

void pass_epoch(BuildRequest& request) {
  const char* text = std::getenv(kEpoch);
  if (text == nullptr || *text == '\0') return;
  for (BuildTarget& target : request.targets) target.build_args.emplace(kEpoch, text);
}

void read_secret(const std::string& text, std::map<std::string, std::string>& secrets) {
  std::map<std::string, std::string> fields;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos)
      throw Error(ErrorKind::usage, "parse --secret", text, "expected NAME=VALUE");
    fields[std::string(field.substr(0, equals))] = std::string(field.substr(equals + 1));
  }
  for (const auto& [name, value] : fields) {
    if (name != "id" && name != "src" && name != "source" && name != "env" && name != "type") {
      throw Error(ErrorKind::usage, "parse --secret", text, "unknown field '" + name + "'");
    }
  }
  const std::string id = fields["id"];
  if (id.empty()) throw Error(ErrorKind::usage, "parse --secret", text, "no id");
  const std::string path = !fields["src"].empty() ? fields["src"] : fields["source"];
  if (!path.empty() && fields["type"] != "env") {
    secrets[id] = read_host_file(path);
    return;
  }
  const std::string variable = !fields["env"].empty() ? fields["env"] : (path.empty() ? id : path);
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr)
    throw Error(ErrorKind::usage, "read secret", id, "the variable " + variable + " is not set");
  secrets[id] = value;
}

std::map<std::string, std::string> read_build_args(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> args;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == 0) throw Error(ErrorKind::usage, "parse --build-arg", text, "no name");
    if (equals != std::string::npos) {
      args[text.substr(0, equals)] = text.substr(equals + 1);
    } else if (const char* value = std::getenv(text.c_str())) {
      args[text] = value;
    }
  }
  return args;
}

std::map<std::string, std::string> read_pairs(const std::vector<std::string>& texts,
                                              const char* option) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorKind::usage, std::string("parse ") + option, text, "expected NAME=VALUE");
    }
    pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return pairs;
}

std::vector<export_::Destination> destinations(const BuildOptions& options) {
  std::vector<export_::Destination> all;
  for (const std::string& text : options.outputs) all.push_back(export_::parse_destination(text));
  if (options.push) all.push_back(export_::parse_destination("type=registry"));
  return all;
}

void add_caches(const BuildOptions& options, BuildTarget& target) {
  for (const std::string& text : options.cache_from)
    target.cache_from.push_back(share::parse_cache_from(text));
  for (const std::string& text : options.cache_to)
    target.cache_to.push_back(share::parse_cache_to(text));
}

Call call_of(const BuildOptions& options) {
  if (options.call.empty()) return parse_call(options.check ? "check" : "build");
  const Call call = parse_call(options.call);
  if (options.check && call.method != Call::Method::check)
    throw Error(ErrorKind::usage, "use --call", options.call, "--check is --call=check");
  return call;
}

BuildRequest make_request(const BuildOptions& options) {
  BuildRequest request;
  request.layers.compression = parse_compression(options.compression);
  request.layers.level = options.compression_level;
  request.force_compression = options.force_compression;
  request.jobs = options.jobs;
  request.allow_secrets = options.allow_secrets;
  request.limits = read_limits(options.limits);
  request.cache_scope = read_cache_scope(options.cache_scope);
  request.host = host_platform();
  if (options.context_modes == "keep") request.modes = ModePolicy::keep;
  if (options.context_modes == "normalize") request.modes = ModePolicy::normalize;
  for (const std::string& text : options.secrets) read_secret(text, request.secrets);
  for (const std::string& text : options.ssh) read_ssh(text, request.ssh);
  return request;
}

}  // namespace cooper::cli
