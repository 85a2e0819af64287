#include "release/policy/retention.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "release/policy/version_tag.h"

namespace cooper::release {
namespace {

struct Candidate {
  const TagFacts* facts = nullptr;
  Verdict verdict;
};

std::optional<VersionTag> version_of(const RetentionRules& rules, const std::string& tag) {
  if (!rules.role_pattern) return try_parse_version_tag(tag);
  const std::vector<std::string> parts = rules.role_pattern->split(tag);
  if (parts.size() != 2) return std::nullopt;
  std::optional<SemanticVersion> version = try_parse_version(parts[1]);
  if (!version) return std::nullopt;
  return VersionTag{parts[0], parts[1], *std::move(version)};
}

std::string role_text(const std::string& role) {
  return role.empty() ? "tags without a role" : "'" + role + "'";
}

// Why a tag stays whatever its version is; empty: the version decides.
std::string standing_reason(const RetentionRules& rules, const TagFacts& facts) {
  if (!facts.digest) return "the registry lists it but shows no manifest";
  if (role_of_latest(facts.tag)) return "a moving tag";
  if (is_cache_tag(facts.tag)) return "a cache";
  if (is_referrers_tag(facts.tag)) return "belongs to another image";
  const bool used = rules.in_use.tags.contains(to_lower(facts.tag)) ||
                    rules.in_use.digests.contains(*facts.digest);
  if (used) return "in use";
  for (const TagPattern& pattern : rules.keep_patterns) {
    if (pattern.matches(facts.tag)) return "matches " + pattern.text();
  }
  return {};
}

std::string age_reason(const RetentionRules& rules, const TagFacts& facts) {
  if (!rules.keep_since) return {};
  if (!facts.created) return "its age is unknown";
  return *facts.created >= *rules.keep_since ? "young" : "";
}

// `role`: all candidates of one role, newest first. Equivalent versions count once.
void judge_role(const RetentionRules& rules, const std::vector<Candidate*>& role) {
  std::size_t rank[2] = {0, 0};
  const Candidate* last[2] = {nullptr, nullptr};
  for (Candidate* one : role) {
    Verdict& verdict = one->verdict;
    const std::size_t kind = verdict.version->is_prerelease() ? 1 : 0;
    if (last[kind] == nullptr || *last[kind]->verdict.version != *verdict.version) ++rank[kind];
    last[kind] = one;
    const std::size_t limit = kind == 0 ? rules.keep : rules.keep_prereleases;
    const std::string newest = std::to_string(limit) + " newest " +
                               (kind == 0 ? "releases" : "pre-releases") + " of " +
                               role_text(verdict.role);
    if (!verdict.reason.empty()) continue;
    if (rank[kind] <= limit) {
      verdict.reason = "one of the " + newest;
    } else if (std::string young = age_reason(rules, *one->facts); !young.empty()) {
      verdict.reason = std::move(young);
    } else {
      verdict.doomed = true;
      verdict.reason = limit == 0 ? "none of " + role_text(verdict.role) + " is kept"
                                  : "older than the " + newest;
    }
  }
}

// What hangs on a tag that stays, stays: the same image, the children of an index. A tag saved so
// may be an index itself, so this goes on until nothing changes.
void save_shared(std::vector<Candidate>& all) {
  std::map<oci::Digest, std::string> held;  // digest -> reason
  std::set<const Candidate*> seen;
  for (bool changed = true; changed;) {
    changed = false;
    for (Candidate& one : all) {
      Verdict& verdict = one.verdict;
      if (verdict.doomed && held.contains(*verdict.digest)) {
        verdict.doomed = false;
        verdict.reason = held.at(*verdict.digest);
      }
      if (verdict.doomed || !seen.insert(&one).second) continue;
      changed = true;
      if (verdict.digest) held.try_emplace(*verdict.digest, "the same image as " + verdict.tag);
      for (const oci::Digest& child : one.facts->children)
        held.try_emplace(child, "part of " + verdict.tag);
    }
  }
}

bool comes_before(const Candidate& a, const Candidate& b) {
  const Verdict& left = a.verdict;
  const Verdict& right = b.verdict;
  if (left.version.has_value() != right.version.has_value()) return left.version.has_value();
  if (left.version) {
    if (left.role != right.role) return left.role < right.role;
    if (*left.version != *right.version) return *left.version > *right.version;
  }
  return left.tag < right.tag;
}

}  // namespace

bool is_version_tag(const RetentionRules& rules, const std::string& tag) {
  return version_of(rules, tag).has_value();
}

std::vector<Verdict> plan_retention(const RetentionRules& rules,
                                    const std::vector<TagFacts>& tags) {
  std::vector<Candidate> all;
  for (const TagFacts& facts : tags) {
    Candidate one{&facts, {facts.tag, facts.digest, {}, {}, false, {}}};
    if (std::optional<VersionTag> version = version_of(rules, facts.tag)) {
      one.verdict.role = to_lower(version->role);
      one.verdict.version = std::move(version->parsed);
    }
    one.verdict.reason = standing_reason(rules, facts);
    if (!one.verdict.version && one.verdict.reason.empty()) one.verdict.reason = "no version tag";
    all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end(), comes_before);
  std::map<std::string, std::vector<Candidate*>> roles;
  for (Candidate& one : all) {
    if (one.verdict.version) roles[one.verdict.role].push_back(&one);
  }
  for (const auto& [name, role] : roles) judge_role(rules, role);
  save_shared(all);
  std::vector<Verdict> plan;
  for (Candidate& one : all) plan.push_back(std::move(one.verdict));
  return plan;
}

void check_rules(const RetentionRules& rules) {
  if (!rules.role_pattern || rules.role_pattern->groups() == 2) return;
  throw base::Error(base::ErrorKind::usage, "read role pattern", rules.role_pattern->text(),
                    "it has " + std::to_string(rules.role_pattern->groups()) +
                        " groups; it needs two, the role and the version")
      .with_hint("for example (.+)-(v[0-9].*)");
}

void require_moderate(const RetentionRules& rules, const std::vector<Verdict>& plan) {
  const auto refuse = [](const std::string& thing, const std::string& cause) {
    throw base::Error(base::ErrorKind::usage, "prune", thing, cause)
        .with_hint("if that is meant, say --all");
  };
  if (rules.keep == 0) refuse("--keep 0", "it keeps no release of any role");
  std::map<std::string, std::pair<std::size_t, std::size_t>> roles;  // all, doomed
  for (const Verdict& verdict : plan) {
    if (!verdict.version) continue;
    ++roles[verdict.role].first;
    if (verdict.doomed) ++roles[verdict.role].second;
  }
  for (const auto& [role, counts] : roles) {
    if (counts.second > 0 && counts.first == counts.second)
      refuse(role_text(role), "the rules would delete every version of it");
  }
}

}  // namespace cooper::release
