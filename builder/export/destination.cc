// --output texts.
#include "base/error.h"
#include "base/fields.h"
#include "builder/export/image_export.h"

namespace cooper::export_ {
namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& cause) {
  throw base::Error(base::ErrorKind::usage, "parse output", text, cause);
}

bool parse_bool(const std::string& text, const std::string& name, const std::string& value) {
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  refuse(text, name + " is true or false, not '" + value + "'");
}

Kind parse_kind(const std::string& text, const std::string& type, bool push) {
  if (type == "registry") return Kind::registry;
  if (type == "oci") return Kind::oci;
  if (type == "docker") return Kind::docker;
  if (type == "tar") return Kind::tar;
  if (type == "local") return Kind::local;
  if (type == "image" && push) return Kind::registry;
  if (type == "image")
    refuse(text,
           "every image goes to cooper's store anyway: leave this output out, or add push=true");
  if (type.empty()) refuse(text, "there is no type");
  refuse(text,
         "type '" + type + "' is not known; there are registry, oci, docker, tar, local and image");
}

void check(const std::string& text, const Destination& out) {
  if (out.kind == Kind::registry) {
    if (!out.dest.empty())
      refuse(text, "an output into a registry has no dest; the tags say where to");
  } else if (out.dest.empty()) {
    refuse(text, "there is no dest");
  } else if (out.dest == "-" && (out.kind == Kind::local || out.as_directory)) {
    refuse(text, "a directory cannot go to standard output");
  }
  if (out.platform_split && out.kind != Kind::local && out.kind != Kind::tar)
    refuse(text, "platform-split is for type=local and type=tar only");
  if (out.as_directory && out.kind != Kind::oci) refuse(text, "tar=false is for type=oci only");
}

}  // namespace

Destination parse_destination(const std::string& text) {
  if (text.empty()) refuse(text, "it is empty");
  const std::vector<std::string> fields = base::split_fields(text);
  if (fields.size() == 1 && fields[0].find('=') == std::string::npos) {
    return {text == "-" ? Kind::tar : Kind::local, fields[0], false, {}};
  }
  Destination out;
  std::string type;
  bool push = false;
  for (const std::string& field : fields) {
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos) refuse(text, "'" + field + "' is not name=value");
    const std::string name = field.substr(0, equals);
    const std::string value = field.substr(equals + 1);
    if (name == "type") {
      type = value;
    } else if (name == "dest") {
      out.dest = value;
    } else if (name == "tar") {
      out.as_directory = !parse_bool(text, name, value);
    } else if (name == "push") {
      push = parse_bool(text, name, value);
    } else if (name == "name") {
      out.attributes[name] = value;
    } else if (name == "platform-split") {
      out.platform_split = parse_bool(text, name, value);
    } else if (name == "oci-mediatypes") {
      if (!parse_bool(text, name, value)) refuse(text, "cooper writes OCI media types only");
    } else {
      refuse(text, "'" + name + "' is not supported");
    }
  }
  out.kind = parse_kind(text, type, push);
  check(text, out);
  return out;
}

}  // namespace cooper::export_
