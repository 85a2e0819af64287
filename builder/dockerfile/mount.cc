#include "builder/dockerfile/mount.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "builder/dockerfile/text.h"
#include "builder/dockerfile/words.h"

namespace cooper::dockerfile {
namespace {

const std::vector<std::string> kTypes{"bind", "cache", "tmpfs", "secret", "ssh"};
const std::vector<std::string> kSharing{"shared", "private", "locked"};
const std::vector<std::string> kKeys{"type",      "from",        "source", "src",      "target",
                                     "dst",       "destination", "ro",     "readonly", "rw",
                                     "readwrite", "required",    "size",   "id",       "sharing",
                                     "mode",      "uid",         "gid",    "env"};

[[noreturn]] void refuse(std::string cause, std::string hint = {}) {
  base::Error error(base::ErrorKind::usage, "read mount", "", std::move(cause));
  if (!hint.empty()) error.with_hint(std::move(hint));
  throw error;
}

std::size_t index_of(const std::vector<std::string>& names, const std::string& word,
                     const std::string& what) {
  const auto found = std::find(names.begin(), names.end(), word);
  if (found == names.end())
    refuse("unknown " + what + " '" + word + "'", base::did_you_mean(word, names));
  return static_cast<std::size_t>(found - names.begin());
}

bool parse_bool(const std::string& key, const std::string& value) {
  static const std::vector<std::string> kTrue{"1", "t", "T", "TRUE", "true", "True"};
  static const std::vector<std::string> kFalse{"0", "f", "F", "FALSE", "false", "False"};
  if (std::find(kTrue.begin(), kTrue.end(), value) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), value) != kFalse.end()) return false;
  refuse("option '" + key + "' takes true or false, not '" + value + "'");
}

void check_number(const std::string& key, const std::optional<std::string>& value, unsigned base) {
  if (!value || value->find('$') != std::string::npos) return;
  std::uint64_t number = 0;
  for (const char c : *value) {
    if (!is_digit(c) || static_cast<unsigned>(c - '0') >= base)
      number = std::numeric_limits<std::uint32_t>::max();
    number = number * base + static_cast<unsigned>(c - '0');
    if (number > std::numeric_limits<std::uint32_t>::max()) break;
  }
  if (value->empty() || number > std::numeric_limits<std::uint32_t>::max()) {
    refuse("option '" + key + "' takes " + (base == 8 ? "an octal" : "a") + " number, not '" +
           *value + "'");
  }
}

class MountReader {
 public:
  MountReader(std::string_view text, const ValueExpander* expand) : expand_(expand) {
    mount_.text = text;
  }

  Mount read() {
    std::vector<Word> fields;
    if (!split_csv(mount_.text, fields)) refuse("a quote is misplaced in '" + mount_.text + "'");
    for (const Word& field : fields) read_field(field.text);
    check();
    return std::move(mount_);
  }

 private:
  void read_field(const std::string& field) {
    const std::size_t equals = field.find('=');
    const std::string key = to_lower(std::string_view(field).substr(0, equals));
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      refuse("unknown mount option '" + key + "' in '" + field + "'",
             base::did_you_mean(key, kKeys));
    }
    if (equals == std::string::npos) return read_word(key);
    std::string value = field.substr(equals + 1);
    if (key == "from") {
      const std::size_t dollar = value.find('$');
      if (dollar != std::string::npos && dollar + 1 < value.size()) {
        refuse("option 'from' does not expand variables",
               "name a stage for it: FROM " + value + " AS name");
      }
    } else if (expand_ != nullptr) {
      value = (*expand_)(value);
    }
    const bool known = expand_ != nullptr || key == "from" || value.find('$') == std::string::npos;
    read_option(key, std::move(value), known);
  }

  void read_word(const std::string& key) {
    if (key == "readonly" || key == "ro") {
      mount_.readonly = true;
    } else if (key == "readwrite" || key == "rw") {
      mount_.readonly = false;
    } else if (key == "required") {
      has_required_ = true;
      mount_.required = true;
    } else {
      refuse("mount option '" + key + "' needs a value");
    }
  }

  void read_option(const std::string& key, std::string value, bool known) {
    if (key == "type") {
      type_known_ = known;
      if (known)
        mount_.type = static_cast<MountType>(index_of(kTypes, to_lower(value), "mount type"));
    } else if (key == "sharing") {
      has_sharing_ = true;
      if (known) mount_.sharing = static_cast<CacheSharing>(index_of(kSharing, value, "sharing"));
      if (!known) mount_.sharing_word = std::move(value);
    } else if (key == "required") {
      has_required_ = true;
      if (known) mount_.required = parse_bool(key, value);
    } else if (key == "readonly" || key == "ro" || key == "readwrite" || key == "rw") {
      const bool writable = key.front() == 'r' && (key == "rw" || key == "readwrite");
      if (known) mount_.readonly = parse_bool(key, value) != writable;
    } else {
      read_text(key, std::move(value));
    }
  }

  void read_text(const std::string& key, std::string value) {
    if (key == "source" || key == "src") {
      mount_.source = std::move(value);
    } else if (key == "target" || key == "dst" || key == "destination") {
      mount_.target = std::move(value);
    } else {
      std::optional<std::string>& option = key == "from"   ? mount_.from
                                           : key == "id"   ? mount_.id
                                           : key == "mode" ? mount_.mode
                                           : key == "uid"  ? mount_.uid
                                           : key == "gid"  ? mount_.gid
                                           : key == "size" ? mount_.size
                                                           : mount_.env;
      option = std::move(value);
    }
  }

  void only(bool given, bool allowed, const std::string& key) const {
    if (given && !allowed) {
      refuse("mount option '" + key + "' does not belong to type " +
             kTypes[static_cast<std::size_t>(mount_.type)]);
    }
  }

  void check() const {
    check_number("mode", mount_.mode, 8);
    check_number("uid", mount_.uid, 10);
    check_number("gid", mount_.gid, 10);
    if (mount_.size && mount_.size->find('$') == std::string::npos)
      static_cast<void>(parse_size(*mount_.size));
    if (!type_known_) return;
    const MountType type = mount_.type;
    const bool owned =
        type == MountType::cache || type == MountType::secret || type == MountType::ssh;
    only(mount_.mode.has_value(), owned, "mode");
    only(mount_.uid.has_value(), owned, "uid");
    only(mount_.gid.has_value(), owned, "gid");
    only(mount_.size.has_value(), type == MountType::tmpfs, "size");
    only(has_required_, type == MountType::secret || type == MountType::ssh, "required");
    only(has_sharing_, type == MountType::cache, "sharing");
    only(mount_.env.has_value(), type == MountType::secret, "env");
    only(mount_.from.has_value(), type == MountType::bind || type == MountType::cache, "from");
    if (type != MountType::secret) return;
    if (!mount_.id && !mount_.source && !mount_.target)
      refuse("a secret mount needs an id or a target");
    if (mount_.id && mount_.source) refuse("a secret mount takes id or source, not both");
  }

  const ValueExpander* expand_;
  Mount mount_;
  bool type_known_ = true;
  bool has_sharing_ = false, has_required_ = false;
};

}  // namespace

Mount parse_mount(std::string_view text) { return MountReader(text, nullptr).read(); }

Mount resolve_mount(const Mount& mount, const ValueExpander& expand) {
  Mount resolved = MountReader(mount.text, &expand).read();
  resolved.where = mount.where;
  return resolved;
}

std::uint64_t parse_size(std::string_view text) {
  constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 63;
  const std::string written(text);
  std::uint64_t whole = 0;
  long double fraction = 0;
  long double place = 0.1L;
  bool digits = false;
  bool behind_point = false;
  for (; !text.empty() &&
         (is_digit(text.front()) || (text.front() == '.' && digits && !behind_point));
       text.remove_prefix(1)) {
    const char c = text.front();
    if (c == '.') {
      behind_point = true;
      digits = false;
      continue;
    }
    digits = true;
    if (behind_point) {
      fraction += place * static_cast<long double>(c - '0');
      place /= 10;
    } else {
      whole = whole > kTooLarge / 10 ? kTooLarge : whole * 10 + static_cast<std::uint64_t>(c - '0');
    }
  }
  if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  std::string unit = to_lower(text);
  if (!unit.empty() && unit.back() == 'b') unit.pop_back();
  if (unit.size() == 2 && unit.back() == 'i') unit.pop_back();
  const std::size_t power = unit.empty() ? 0 : std::string_view("kmgtp").find(unit) + 1;
  const bool known = unit.empty() || (unit.size() == 1 && power > 0);
  if (!digits || !known || whole >= (std::uint64_t{1} << (63 - 10 * power))) {
    refuse("option 'size' takes bytes with an optional unit (64m), not '" + written + "'");
  }
  const std::uint64_t scale = std::uint64_t{1} << (10 * power);
  return whole * scale + static_cast<std::uint64_t>(fraction * static_cast<long double>(scale));
}

}  // namespace cooper::dockerfile
