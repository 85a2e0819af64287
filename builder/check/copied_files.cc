#include "builder/check/copied_files.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/path.h"
#include "builder/check/file_checks.h"

namespace cooper::check {
namespace {

using dockerfile::IgnoreRules;

// Stands for "any file of the root": a name nobody writes into an ignore file.
constexpr const char* kAnyName = "\x01";

// `source` as a path below the root; "" is the root.
std::string below_root(const std::string& source) {
  std::string path = base::clean_path(source);
  while (!path.empty() && path.front() == '/') path.erase(0, 1);
  return path == "." ? "" : path;
}

bool matches(const std::string& pattern, const std::string& text) {
  try {
    return dockerfile::match_path(pattern, text);
  } catch (const base::Error&) {  // a bad pattern is told where it is used
    return false;
  }
}

// True if the source takes `path`: it is the path, a directory above it, or a wildcard for either.
bool takes(const std::string& source, const std::string& path) {
  const std::string from = below_root(source);
  if (from.empty()) return true;
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    if (matches(from, path.substr(0, end))) return true;
    if (end == std::string::npos) return false;
  }
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool is_secret_file(const std::string& path) {
  const std::string name = file_name(path);
  constexpr std::array<std::string_view, 7> kNames = {
      "auth.json", ".netrc", ".git-credentials", "id_rsa", "id_ecdsa", "id_ed25519", ".htpasswd"};
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  if (name == ".env") return true;
  if (name.starts_with(".env.")) {
    constexpr std::array<std::string_view, 5> kTemplates = {
        ".env.example", ".env.dist", ".env.sample", ".env.template", ".env.testing"};
    return std::find(kTemplates.begin(), kTemplates.end(), name) == kTemplates.end();
  }
  if (name.ends_with(".key")) return name.find("public") == std::string::npos;
  return name.ends_with(".p12") || name.ends_with(".pfx");
}

bool is_development_file(const std::string& path, const ContextFacts& facts) {
  const bool php = facts.present.count("composer.json") != 0;
  if (path == "node_modules") return facts.present.count("package.json") != 0;
  if (path == "vendor" || path == "tests" || path == "public/hot") return php;
  return php && path.starts_with("bootstrap/cache/") && path.ends_with(".php");
}

std::string list_text(const std::vector<std::string>& paths) {
  std::string text;
  for (std::size_t i = 0; i < paths.size() && i < 3; ++i)
    text += (i == 0 ? "'" : ", '") + paths[i] + "'";
  if (paths.size() > 3) text += " and " + std::to_string(paths.size() - 3) + " more";
  return text;
}

class CopyCheck {
 public:
  CopyCheck(const ContextFacts& facts, const ContextCopy& copy, const Reporter& reporter)
      : facts_(facts),
        copy_(copy),
        reporter_(reporter),
        excludes_(IgnoreRules::from_patterns(copy.excludes)) {}

  void run() {
    for (const std::string& source : copy_.sources) check_ignored(source);
    for (const std::string& path : facts_.present) {
      if (!is_copied(path)) continue;
      if (is_secret_file(path)) secrets_.push_back(path);
      if (copy_.shipped && is_development_file(path, facts_)) development_.push_back(path);
    }
    if (!secrets_.empty()) {
      report("SecretFileCopied", list_text(secrets_) +
                                     " would be kept in a layer: add it to .dockerignore, and give "
                                     "it to RUN with --mount=type=secret");
    }
    if (!development_.empty()) {
      report("DevelopmentFileCopied",
             list_text(development_) +
                 " of the build context would be in the image: add it to .dockerignore");
    }
    check_entries();
  }

 private:
  void report(const char* rule, std::string message) {
    reporter_.report(rule, std::move(message), copy_.instruction);
  }

  [[nodiscard]] bool is_left_out(const std::string& path) const {
    return facts_.ignore.ignores(path) || excludes_.ignores(path);
  }

  [[nodiscard]] bool is_copied(const std::string& path) const {
    if (is_left_out(path)) return false;
    return std::any_of(copy_.sources.begin(), copy_.sources.end(),
                       [&](const std::string& source) { return takes(source, path); });
  }

  // Nothing of the source can be there. A wildcard is looked up as it is written, so that one
  // below an ignored directory is noticed.
  void check_ignored(const std::string& source) {
    if (facts_.ignore.empty()) return;
    const std::string path = below_root(source);
    const std::string& asked = path.empty() ? kRoot : path;
    if (!facts_.ignore.ignores(asked) || facts_.ignore.may_contain_included(path)) return;
    if (may_be_included(path)) return;
    report("CopyIgnoredFile", std::string("Attempting to ") + (copy_.add ? "Add" : "Copy") +
                                  " file " + quoted(path.empty() ? "." : path) +
                                  " that is excluded by .dockerignore");
  }

  // A wildcard source may match what an exception takes back.
  [[nodiscard]] bool may_be_included(const std::string& path) const {
    if (path.empty() || !dockerfile::has_wildcards(path)) return false;
    const auto& patterns = facts_.ignore.patterns();
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      if (pattern.front() != '!') return false;
      const std::string back = pattern.substr(1);
      return dockerfile::has_wildcards(back) || takes(path, back);
    });
  }

  void check_entries() {
    const bool php = facts_.present.count("composer.json") != 0;
    const bool node = facts_.present.count("package.json") != 0;
    if (!php && !node) return;
    if (std::none_of(copy_.sources.begin(), copy_.sources.end(), is_whole_context)) return;
    std::vector<std::string> missing;
    const auto want = [&](const char* entry) {
      const bool told =
          std::find(secrets_.begin(), secrets_.end(), entry) != secrets_.end() ||
          std::find(development_.begin(), development_.end(), entry) != development_.end();
      if (!told && !is_left_out(entry)) missing.emplace_back(entry);
    };
    want(".git");
    want(".env");
    if (node) want("node_modules");
    if (php) want("vendor");
    if (missing.empty()) return;
    std::string message = "the whole context is copied, but .dockerignore does not name";
    for (const std::string& entry : missing) message += " " + entry;
    report("IgnoreEntryMissing", message);
  }

  inline static const std::string kRoot = kAnyName;

  const ContextFacts& facts_;
  const ContextCopy& copy_;
  const Reporter& reporter_;
  IgnoreRules excludes_;
  std::vector<std::string> secrets_, development_;
};

}  // namespace

const std::vector<std::string>& listed_directories() {
  static const std::vector<std::string> kDirectories = {"", "bootstrap/cache", "public", "storage"};
  return kDirectories;
}

bool is_whole_context(const std::string& source) { return below_root(source).empty(); }

void check_copied_files(const ContextFacts& facts, const ContextCopy& copy,
                        const Reporter& reporter) {
  CopyCheck(facts, copy, reporter).run();
}

}  // namespace cooper::check
