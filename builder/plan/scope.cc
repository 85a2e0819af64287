#include "builder/plan/scope.h"

#include "base/error.h"

namespace cooper::plan {

const Scope::Entry* Scope::find(std::string_view name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? nullptr : &entries_[found->second];
}

// Values are often set again in the order in which they were: for every stage of a chain.
const Scope::Entry* Scope::find_near(std::string_view name) {
  const bool near = next_ < entries_.size() && entries_[next_].first == name;
  const Entry* found = near ? &entries_[next_] : find(name);
  next_ = found == nullptr ? 0 : static_cast<std::size_t>(found - entries_.data()) + 1;
  return found;
}

void Scope::set(std::string_view name, std::string_view value) {
  const Entry* old = find_near(name);
  bytes_ = bytes_ + value.size() - (old == nullptr ? 0 : old->second.size());
  if (bytes_ > kMaxEnvironmentBytes) {
    throw base::Error(base::ErrorKind::limit, "set variable", std::string(name),
                      "the variables are larger than 1 MiB in all");
  }
  if (old != nullptr) {
    entries_[static_cast<std::size_t>(old - entries_.data())].second = std::string(value);
  } else {
    places_.emplace(name, entries_.size());
    entries_.emplace_back(std::string(name), std::string(value));
  }
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
