#include "builder/cache/change.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.h"
#include "builder/cache/copied_path.h"
#include "builder/cache/key_difference.h"
#include "builder/cache/secret_name.h"

namespace cooper::cache {
namespace {

constexpr std::size_t kMaxShown = 120;  // characters of a value

bool starts(std::string_view text, std::string_view with) { return text.starts_with(with); }

std::string shown(const std::optional<std::string>& value) {
  if (!value) return "";
  std::string text = base::printable(*value);
  if (text.size() > kMaxShown) text = text.substr(0, kMaxShown - 3) + "...";
  return text;
}

std::string arrow(const std::string& before, const std::string& after) {
  return "'" + before + "' -> '" + after + "'";
}

Change variable_change(const KeyDifference& difference, std::string name) {
  Change change{ChangeKind::variable, std::move(name), shown(difference.before),
                shown(difference.after), ""};
  const std::string what = "variable " + base::printable(change.name);
  const bool hidden = is_secret_name(change.name);
  if (hidden) change.before = change.after = "";
  if (!difference.before) {
    change.text = what + " is new" + (hidden ? "" : ": '" + change.after + "'");
  } else if (!difference.after) {
    change.text = what + " is gone";
  } else {
    change.text = what + " changed" +
                  (hidden ? " (value not shown)" : ": " + arrow(change.before, change.after));
  }
  return change;
}

std::string flag_text(const KeyDifference& difference, const std::string& what,
                      const Change& change) {
  if (!difference.before) return what + " '" + change.after + "' is new";
  if (!difference.after) return what + " '" + change.before + "' is gone";
  return what + " changed: " + arrow(change.before, change.after);
}

Change plain_change(ChangeKind kind, const KeyDifference& difference, const std::string& what) {
  Change change{kind, what, shown(difference.before), shown(difference.after), ""};
  change.text = flag_text(difference, what, change);
  return change;
}

Change mount_change(const KeyDifference& difference, const std::vector<KeyPart>& after) {
  constexpr std::string_view kContent = " content";
  if (!difference.name.ends_with(kContent))
    return plain_change(ChangeKind::mount, difference, difference.name);
  const std::string mount = difference.name.substr(0, difference.name.size() - kContent.size());
  const auto target = std::ranges::find(after, mount + " target", &KeyPart::name);
  const std::string what = target == after.end() ? mount : "the mount at " + target->value;
  return {ChangeKind::mount, difference.name, "", "",
          "the files of " + base::printable(what) + " changed"};
}

Change text_change(const std::string& what) {
  return {ChangeKind::instruction, what, "", "", what + " changed"};
}

Change change_of(const KeyDifference& difference, const CopiedPaths& paths,
                 const std::vector<KeyPart>& after) {
  const std::string& name = difference.name;
  constexpr std::array kSettings = {
      "user",     "directory", "platform",   "SOURCE_DATE_EPOCH", "network",
      "security", "hostname",  "extra host", "size of /dev/shm"};
  if (starts(name, "file "))
    return file_change(paths.shown(name.substr(5)), difference.before, difference.after);
  if (starts(name, "env without value ")) return variable_change(difference, name.substr(18));
  if (starts(name, "env ")) return variable_change(difference, name.substr(4));
  if (starts(name, "mount ")) return mount_change(difference, after);
  if (starts(name, "script ")) return text_change("the here-document " + name.substr(7));
  if (starts(name, "source ") && name.ends_with(" text"))
    return text_change("the here-document of the instruction");
  if (name == "parent")
    return {ChangeKind::parent, "", shown(difference.before), shown(difference.after),
            "the step before it gave another result"};
  for (const char* setting : kSettings) {
    if (name == setting) return plain_change(ChangeKind::setting, difference, name);
  }
  if (starts(name, "ulimit ")) return plain_change(ChangeKind::setting, difference, name);
  const bool command = starts(name, "argument ") || name == "operation";
  const bool source = starts(name, "source ");
  return plain_change(ChangeKind::instruction, difference,
                      command  ? "the command"
                      : source ? "a source"
                               : name);
}

}  // namespace

std::string_view to_string(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::instruction: return "instruction";
    case ChangeKind::base: return "base";
    case ChangeKind::file: return "file";
    case ChangeKind::mount: return "mount";
    case ChangeKind::variable: return "variable";
    case ChangeKind::setting: return "setting";
    case ChangeKind::parent: return "parent";
    case ChangeKind::no_cache: return "no-cache";
    case ChangeKind::lost: return "lost";
    case ChangeKind::first: return "first";
  }
  return "unknown";
}

std::vector<Change> changes_between(const std::vector<KeyPart>& before,
                                    const std::vector<KeyPart>& after) {
  const CopiedPaths paths(after);
  std::vector<Change> changes;
  for (const KeyDifference& difference : differences(before, after)) {
    if (difference.name != "strength") changes.push_back(change_of(difference, paths, after));
  }
  std::ranges::stable_sort(changes,
                           [](const Change& a, const Change& b) { return a.kind < b.kind; });
  return changes;
}

std::string summary(const std::vector<Change>& changes) {
  if (changes.empty()) return "";
  // What the steps before brought along is no cause of its own.
  const auto causes = std::ranges::count_if(
      changes, [](const Change& one) { return one.kind != ChangeKind::parent; });
  const auto more = std::max<std::ptrdiff_t>(causes, 1) - 1;
  return changes.front().text + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

}  // namespace cooper::cache
