#include "builder/plan/scope.h"

#include "base/error.h"

namespace cooper::plan {

const Scope::Entry* Scope::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.first == name) return &entry;
  }
  return nullptr;
}

void Scope::set(std::string_view name, std::string_view value) {
  const Entry* old = find(name);
  bytes_ = bytes_ + value.size() - (old == nullptr ? 0 : old->second.size());
  if (bytes_ > kMaxEnvironmentBytes) {
    throw base::Error(base::ErrorKind::limit, "set variable", std::string(name),
                      "the variables are larger than 1 MiB in all");
  }
  for (Entry& entry : entries_) {
    if (entry.first == name) {
      entry.second = std::string(value);
      return;
    }
  }
  entries_.emplace_back(std::string(name), std::string(value));
}

std::optional<std::string> Scope::get(std::string_view name) const {
  const Entry* entry = find(name);
  if (entry == nullptr) return std::nullopt;
  return entry->second;
}

std::vector<std::string> Scope::names() const {
  std::vector<std::string> out;
  out.reserve(entries_.size());
  for (const Entry& entry : entries_) out.push_back(entry.first);
  return out;
}

std::vector<std::string> Scope::environment() const {
  std::vector<std::string> out;
  out.reserve(entries_.size());
  for (const Entry& entry : entries_) out.push_back(entry.first + "=" + entry.second);
  return out;
}

}  // namespace cooper::plan
