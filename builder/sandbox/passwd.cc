#include "builder/sandbox/passwd.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kNoId = std::numeric_limits<std::uint32_t>::max();

struct Request {
  std::string_view user;
  std::optional<std::string_view> group;
};

struct PasswdEntry {
  std::string_view name;
  std::uint32_t uid = 0, gid = 0;
  std::string_view home;
};

struct GroupEntry {
  std::string_view name;
  std::uint32_t gid = 0;
  std::string_view members;
};

[[noreturn]] void refuse(std::string_view thing, const char* cause) {
  throw Error(ErrorKind::usage, "find user", std::string(thing), cause);
}

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint32_t> try_id(std::string_view text) {
  if (!is_number(text) || text.size() > 20) return std::nullopt;
  std::uint64_t value = 0;
  for (const char digit : text) {
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    if (value >= kNoId) return std::nullopt;
  }
  return static_cast<std::uint32_t>(value);
}

std::uint32_t id_or_refuse(std::string_view text, std::string_view whole) {
  const auto id = try_id(text);
  if (!id) refuse(whole, "the number is out of range");
  return *id;
}

Request split(std::string_view text) {
  const auto check = [&](std::string_view part) {
    if (part.empty()) refuse(text, "an empty name");
    if (part.find_first_of(std::string_view(" \t\r\n\v\f/:,\0", 10)) != std::string_view::npos) {
      refuse(text, "the name holds a character no name may have");
    }
    if (part.front() == '-' || part.front() == '+') refuse(text, "the name begins with a sign");
  };
  const std::size_t colon = text.find(':');
  Request request;
  request.user = text.substr(0, colon);
  if (colon == 0) refuse(text, "there is no user before the colon, and it must not become root");
  check(request.user);
  if (colon != std::string_view::npos && colon + 1 < text.size()) {
    request.group = text.substr(colon + 1);
    check(*request.group);
  }
  return request;
}

// Calls `use` with the fields of each line until it returns true.
template <std::size_t N, class Use>
void each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string_view fields[N];
    std::size_t count = 0;
    for (; count < N; ++count) {
      const std::size_t colon = std::min(line.find(':'), line.size());
      fields[count] = line.substr(0, colon);
      if (colon == line.size()) {
        ++count;
        break;
      }
      line.remove_prefix(colon + 1);
    }
    if (count >= 3 && !fields[0].empty() && use(fields)) return;
  }
}

template <class Match>
std::optional<PasswdEntry> find_user(std::string_view text, Match match) {
  std::optional<PasswdEntry> found;
  each_line<7>(text, [&](std::string_view* fields) {
    const auto uid = try_id(fields[2]);
    const auto gid = try_id(fields[3]);
    if (!uid || !gid) return false;
    const PasswdEntry entry{fields[0], *uid, *gid, fields[5]};
    if (!match(entry)) return false;
    found = entry;
    return true;
  });
  return found;
}

template <class Use>
void each_group(std::string_view text, Use use) {
  each_line<4>(text, [&](std::string_view* fields) {
    const auto gid = try_id(fields[2]);
    return gid && use(GroupEntry{fields[0], *gid, fields[3]});
  });
}

std::optional<PasswdEntry> find_named(std::string_view text, std::string_view name) {
  return find_user(text, [&](const PasswdEntry& entry) { return entry.name == name; });
}

std::uint32_t group_id(std::string_view group, std::string_view text, std::string_view whole) {
  std::optional<std::uint32_t> found;
  each_group(text, [&](const GroupEntry& entry) {
    if (entry.name == group) found = entry.gid;
    return found.has_value();
  });
  if (found) return *found;
  if (is_number(group)) return id_or_refuse(group, whole);
  refuse(whole, "no such group in the image's /etc/group");
}

bool is_member(std::string_view members, std::string_view name) {
  while (!members.empty()) {
    const std::size_t end = std::min(members.find(','), members.size());
    if (members.substr(0, end) == name) return true;
    members.remove_prefix(std::min(end + 1, members.size()));
  }
  return false;
}

void add_once(std::vector<std::uint32_t>& list, std::uint32_t id) {
  if (std::find(list.begin(), list.end(), id) == list.end()) list.push_back(id);
}

}  // namespace

UserIds resolve_user(std::string_view user, std::string_view passwd_text,
                     std::string_view group_text) {
  const Request request = split(user);
  UserIds ids;
  std::optional<PasswdEntry> entry = find_named(passwd_text, request.user);
  if (!entry && is_number(request.user)) {
    ids.uid = id_or_refuse(request.user, user);
    entry = find_user(passwd_text, [&](const PasswdEntry& one) { return one.uid == ids.uid; });
  } else if (!entry) {
    refuse(user, "no such user in the image's /etc/passwd");
  }
  if (entry) {
    ids.uid = entry->uid;
    ids.gid = entry->gid;
    if (!entry->home.empty()) ids.home = std::string(entry->home);
  }
  if (request.group) {
    ids.gid = group_id(*request.group, group_text, user);
    ids.groups = {ids.gid};
    return ids;
  }
  ids.groups = {ids.gid};
  if (entry) {
    each_group(group_text, [&](const GroupEntry& group) {
      if (is_member(group.members, entry->name)) add_once(ids.groups, group.gid);
      return false;
    });
  }
  return ids;
}

Owner resolve_owner(std::string_view chown, std::optional<std::string_view> passwd_text,
                    std::optional<std::string_view> group_text) {
  const Request request = split(chown);
  Owner owner;
  if (is_number(request.user)) {
    owner.uid = owner.gid = id_or_refuse(request.user, chown);
  } else {
    if (!passwd_text) refuse(chown, "the image has no /etc/passwd to look the name up in");
    const auto entry = find_named(*passwd_text, request.user);
    if (!entry) refuse(chown, "no such user in the image's /etc/passwd");
    owner.uid = entry->uid;
    owner.gid = entry->gid;
  }
  if (!request.group) return owner;
  if (is_number(*request.group)) {
    owner.gid = id_or_refuse(*request.group, chown);
  } else {
    if (!group_text) refuse(chown, "the image has no /etc/group to look the name up in");
    owner.gid = group_id(*request.group, *group_text, chown);
  }
  return owner;
}

}  // namespace cooper::sandbox
