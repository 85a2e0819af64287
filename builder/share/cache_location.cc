#include "builder/share/cache_location.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/fields.h"
#include "builder/upkeep/limits.h"
#include "oci/reference.h"

namespace cooper::share {
namespace {

using base::Error;
using base::ErrorKind;
using Kind = CacheLocation::Kind;

constexpr const char* kMountLimit = "500MB";
constexpr const char* kKeep = "30d";

enum class Way { from, to };

class Parser {
 public:
  Parser(const std::string& text, Way way) : text_(text), way_(way) {}

  CacheLocation parse() {
    read_fields();
    location_.kind = parse_kind();
    location_.mounts = way_ == Way::from;
    for (const auto& [name, value] : fields_) take(name, value);
    check();
    return location_;
  }

 private:
  [[noreturn]] void refuse(const std::string& cause, ErrorKind kind = ErrorKind::usage) const {
    throw Error(kind, way_ == Way::from ? "parse --cache-from" : "parse --cache-to", shown(),
                cause);
  }

  // The text without what must not be printed.
  [[nodiscard]] std::string shown() const {
    std::string out;
    for (const auto& [name, value] : fields_) {
      const bool secret = name == "secret_access_key" || name == "session_token";
      out += (out.empty() ? "" : ",") + name + "=" + (secret ? "****" : value);
    }
    return out.empty() ? text_ : out;
  }

  void read_fields() {
    if (text_.empty()) refuse("it is empty");
    const std::vector<std::string> fields = base::split_fields(text_);
    if (fields.size() == 1 && fields[0].find('=') == std::string::npos) {
      fields_ = {{"ref", fields[0]}, {"type", "registry"}};
      return;
    }
    for (const std::string& field : fields) {
      const std::size_t equals = field.find('=');
      if (equals == std::string::npos) refuse("'" + field + "' is not name=value");
      fields_[field.substr(0, equals)] = field.substr(equals + 1);
    }
  }

  Kind parse_kind() const {
    const auto type = fields_.find("type");
    if (type == fields_.end()) refuse("there is no type");
    if (type->second == "registry") return Kind::registry;
    if (type->second == "local") return Kind::local;
    if (type->second == "s3") return Kind::s3;
    if (type->second == "inline" && way_ == Way::to) return Kind::embedded;
    if (type->second == "inline")
      refuse("name the image that carries the cache: type=registry,ref=IMAGE");
    if (type->second == "gha" || type->second == "azblob")
      refuse(
          "type '" + type->second + "' is not supported; there are registry, local, inline and s3",
          ErrorKind::unsupported);
    refuse("type '" + type->second + "' is not known; there are registry, local, inline and s3");
  }

  [[nodiscard]] bool yes_or_no(const std::string& name, const std::string& value) const {
    if (value == "true" || value == "1") return true;
    if (value == "false" || value == "0") return false;
    refuse(name + " is true or false, not '" + value + "'");
  }

  [[nodiscard]] const std::set<std::string>& known() const {
    static const std::set<std::string> kRegistry{"ref"};
    static const std::set<std::string> kLocalFrom{"src", "tag"};
    static const std::set<std::string> kLocalTo{"dest", "tag"};
    static const std::set<std::string> kNone;
    static const std::set<std::string> kS3{
        "bucket",         "region",        "endpoint_url",      "prefix",       "name",
        "use_path_style", "access_key_id", "secret_access_key", "session_token"};
    switch (location_.kind) {
      case Kind::registry: return kRegistry;
      case Kind::local: return way_ == Way::from ? kLocalFrom : kLocalTo;
      case Kind::s3: return kS3;
      case Kind::embedded: return kNone;
    }
    return kNone;
  }

  void take(const std::string& name, const std::string& value) {
    if (name == "type") return;
    if (known().contains(name)) {
      location_.attributes[name] = value;
    } else if (name == "mounts" && location_.kind != Kind::embedded) {
      location_.mounts = yes_or_no(name, value);
    } else if (way_ == Way::to) {
      take_to(name, value);
    } else {
      refuse("'" + name + "' is not supported");
    }
  }

  void take_to(const std::string& name, const std::string& value) {
    if (name == "mode") {
      if (value != "min" && value != "max") refuse("mode is min or max, not '" + value + "'");
      location_.all_steps = value == "max";
      if (location_.all_steps && location_.kind == Kind::embedded)
        refuse("an image has only its own layers: type=inline is mode=min");
    } else if (name == "ignore-error") {
      location_.ignore_error = yes_or_no(name, value);
    } else if (name == "mount-size") {
      mount_size_ = value;
    } else if (name == "keep") {
      keep_ = value;
    } else if (name == "image-manifest" || name == "oci-mediatypes") {
      if (!yes_or_no(name, value)) refuse("cooper writes OCI image manifests only");
    } else {
      refuse("'" + name + "' is not supported");
    }
  }

  void require(const char* name) const {
    const auto found = location_.attributes.find(name);
    if (found == location_.attributes.end() || found->second.empty())
      refuse(std::string("there is no ") + name);
  }

  void check() {
    location_.mount_limit = upkeep::parse_size(mount_size_, "mount-size").value_or(UINT64_MAX);
    location_.keep_seconds = upkeep::parse_age(keep_, "keep");
    switch (location_.kind) {
      case Kind::registry: check_reference(); break;
      case Kind::local:
        require(way_ == Way::from ? "src" : "dest");
        location_.name = location_.attribute(way_ == Way::from ? "src" : "dest");
        break;
      case Kind::s3:
        require("bucket");
        if (location_.attributes.contains("use_path_style"))
          static_cast<void>(yes_or_no("use_path_style", location_.attribute("use_path_style")));
        location_.name = bucket_name();
        break;
      case Kind::embedded: location_.name = "inline"; break;
    }
  }

  [[nodiscard]] std::string bucket_name() const {
    std::string prefix = location_.attribute("prefix");
    if (!prefix.empty() && !prefix.ends_with("/")) prefix += "/";
    return "s3://" + location_.attribute("bucket") + "/" + prefix +
           location_.attribute("name", "cache");
  }

  void check_reference() {
    require("ref");
    const oci::Reference reference = oci::parse_reference(location_.attribute("ref"));
    if (reference.digest && way_ == Way::to) refuse("a digest cannot be chosen; name a tag");
    location_.name = oci::to_string(reference);
  }

  const std::string& text_;
  Way way_;
  std::map<std::string, std::string> fields_;
  std::string mount_size_ = kMountLimit, keep_ = kKeep;
  CacheLocation location_;
};

}  // namespace

std::string CacheLocation::attribute(const std::string& key, const std::string& absent) const {
  const auto found = attributes.find(key);
  return found == attributes.end() ? absent : found->second;
}

CacheLocation parse_cache_from(const std::string& text) { return Parser(text, Way::from).parse(); }
CacheLocation parse_cache_to(const std::string& text) { return Parser(text, Way::to).parse(); }

}  // namespace cooper::share
