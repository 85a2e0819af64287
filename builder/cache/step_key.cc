#include "builder/cache/step_key.h"

#include <algorithm>

#include "base/error.h"
#include "base/sha256.h"

namespace cooper::cache {
namespace {

// Raised when the meaning of a part or the result of a step changes; older results are then not
// found any more.
constexpr std::string_view kFormat = "cooper step key 2\n";

void append_framed(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string octal(std::uint32_t mode) {
  std::string digits;
  for (; mode != 0; mode >>= 3) digits.insert(digits.begin(), static_cast<char>('0' + (mode & 7)));
  return "0" + digits;
}

std::string yes_no(bool value) { return value ? "yes" : "no"; }

std::string text_of(const oci::Platform& platform) {
  std::string text = oci::to_string(oci::normalize(platform));
  if (!platform.os_version.empty()) text += " " + platform.os_version;
  for (const std::string& feature : platform.os_features) text += " +" + feature;
  return text;
}

void add_parent(KeyParts& parts, const KeyScope& scope) {
  parts.add("parent", scope.parent ? scope.parent->to_string() : "empty");
}

KeyParts parts_of(std::string operation, const KeyScope& scope) {
  KeyParts parts;
  parts.add("operation", std::move(operation));
  parts.add("platform", text_of(scope.platform));
  if (scope.epoch) parts.add("SOURCE_DATE_EPOCH", std::to_string(*scope.epoch));
  if (!scope.space.empty()) parts.add("cache scope", scope.space);
  return parts;
}

void add_env(KeyParts& parts, const std::vector<std::string>& env) {
  for (const std::string& entry : env) {
    const std::size_t equals = entry.find('=');
    // An entry without "=" is another thing than an empty value.
    const bool has_value = equals != std::string::npos;
    parts.add((has_value ? "env " : "env without value ") + entry.substr(0, equals),
              has_value ? entry.substr(equals + 1) : std::string());
  }
}

std::string text_of(dockerfile::MountType type) {
  switch (type) {
    case dockerfile::MountType::bind: return "bind";
    case dockerfile::MountType::cache: return "cache";
    case dockerfile::MountType::tmpfs: return "tmpfs";
    case dockerfile::MountType::secret: return "secret";
    case dockerfile::MountType::ssh: return "ssh";
  }
  return "unknown";
}

std::string text_of(dockerfile::Network network) {
  switch (network) {
    case dockerfile::Network::default_: return "default";
    case dockerfile::Network::none: return "none";
    case dockerfile::Network::host: return "host";
  }
  return "unknown";
}

bool has_input(const plan::MountOp& mount) {
  return !std::holds_alternative<plan::EmptyInput>(mount.input);
}

void add_mount(KeyParts& parts, const std::string& name, const plan::MountOp& mount) {
  const bool is_cache = mount.type == dockerfile::MountType::cache;
  parts.add(name, text_of(mount.type));
  parts.add(name + " target", mount.target);
  parts.add(name + " source", mount.source);
  parts.add(name + " readonly", yes_no(mount.readonly));
  if (!is_cache) parts.add(name + " id", mount.id);
  if (mount.env) parts.add(name + " env", *mount.env);
  parts.add(name + " required", yes_no(mount.required));
  parts.add(name + " owner", octal(mount.mode) + " " + number(mount.uid) + ":" + number(mount.gid));
  if (mount.tmpfs_size != 0) parts.add(name + " size", number(mount.tmpfs_size));
}

// What is as ever has no part: keys of earlier builds stay what they are.
void add_settings(KeyParts& parts, const plan::RunSettings& settings) {
  for (const std::string& host : settings.extra_hosts) parts.add("extra host", host);
  if (settings.shm_size != 0) parts.add("size of /dev/shm", number(settings.shm_size));
  for (const plan::Ulimit& limit : settings.ulimits)
    parts.add("ulimit " + limit.name,
              std::to_string(limit.soft) + ":" + std::to_string(limit.hard));
}

bool is_numeric_owner(std::string_view owner) {
  return owner.find_first_not_of("0123456789:") == std::string_view::npos;
}

std::string text_of(const plan::CopySource& source) {
  switch (source.kind) {
    case plan::CopySource::Kind::path: return "path " + source.path;
    case plan::CopySource::Kind::inline_file: return "inline " + source.path;
    case plan::CopySource::Kind::http: return "http";
    case plan::CopySource::Kind::git: return "git";
  }
  return "unknown";
}

}  // namespace

void KeyParts::add(std::string name, std::string value) {
  parts_.push_back({std::move(name), std::move(value)});
}

StepKey KeyParts::key() const {
  base::Sha256 hash;
  constexpr std::size_t kEnough = 16384;  // worth a call
  std::string text(kFormat);
  for (const KeyPart& part : parts_) {
    append_framed(text, part.name);
    append_framed(text, part.value);
    if (text.size() < kEnough) continue;
    hash.update(text);
    text.clear();
  }
  hash.update(text);
  return {base::to_hex(hash.finish())};
}

KeyParts run_key(const plan::RunOp& op, const KeyScope& scope,
                 const std::vector<std::string>& mount_inputs) {
  KeyParts parts = parts_of("run", scope);
  add_parent(parts, scope);
  for (std::size_t i = 0; i < op.argv.size(); ++i) parts.add("argument " + number(i), op.argv[i]);
  if (op.script) parts.add("script " + op.script->name, op.script->body);
  add_env(parts, op.env);
  parts.add("user", op.user);
  parts.add("directory", op.cwd);
  parts.add("network", text_of(op.network));
  parts.add("security", op.security == dockerfile::Security::sandbox ? "sandbox" : "insecure");
  parts.add("hostname", op.hostname);
  add_settings(parts, op.settings);
  std::size_t input = 0;
  for (std::size_t i = 0; i < op.mounts.size(); ++i) {
    const std::string name = "mount " + number(i);
    add_mount(parts, name, op.mounts[i]);
    if (!has_input(op.mounts[i])) continue;
    if (input == mount_inputs.size()) break;
    parts.add(name + " content", mount_inputs[input++]);
  }
  const auto wanted =
      static_cast<std::size_t>(std::count_if(op.mounts.begin(), op.mounts.end(), has_input));
  if (wanted != mount_inputs.size()) {
    throw base::Error(base::ErrorKind::failure, "make step key", "",
                      "the inputs of " + number(wanted) + " mounts are needed, " +
                          number(mount_inputs.size()) + " were given");
  }
  return parts;
}

KeyParts copy_key(const plan::CopyOp& op, const KeyScope& scope, std::vector<CopiedItem> items) {
  KeyParts parts = parts_of(op.add ? "add" : "copy", scope);
  if (!op.link || !is_numeric_owner(op.chown)) add_parent(parts, scope);
  parts.add("destination", op.destination);
  parts.add("chown", op.chown);
  parts.add("chmod", op.chmod);
  parts.add("link", yes_no(op.link));
  parts.add("parents", yes_no(op.parents));
  parts.add("keep-git-dir", yes_no(op.keep_git_dir));
  if (op.unpack) parts.add("unpack", yes_no(*op.unpack));
  for (const std::string& pattern : op.excludes) parts.add("exclude", pattern);
  for (std::size_t i = 0; i < op.sources.size(); ++i) {
    const plan::CopySource& source = op.sources[i];
    parts.add("source " + number(i), text_of(source));
    if (source.kind == plan::CopySource::Kind::inline_file) {
      parts.add("source " + number(i) + " text", source.content);
    }
  }
  parts.reserve(items.size());
  for (CopiedItem& item : items) {
    item.path.insert(0, "file ");
    parts.add(std::move(item.path), std::move(item.facts));
  }
  return parts;
}

KeyParts workdir_key(const plan::WorkdirOp& op, const KeyScope& scope) {
  KeyParts parts = parts_of("workdir", scope);
  add_parent(parts, scope);
  parts.add("path", op.path);
  parts.add("user", op.user);
  return parts;
}

}  // namespace cooper::cache
