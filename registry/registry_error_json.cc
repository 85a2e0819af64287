#include "oci/strict_json.h"
#include "registry/registry_error.h"

namespace cooper::registry {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = 400;

std::string shortened(std::string text) {
  if (text.size() > kMaxText) {
    text.resize(kMaxText);
    text += " ...";
  }
  return text;
}

// The errors of a body; an empty array for anything else.
json errors_of(std::string_view body) {
  try {
    const json document = oci::parse_strict_json(body, "error answer");
    if (document.is_object() && document.contains("errors") && document["errors"].is_array()) {
      return document["errors"];
    }
  } catch (const base::Error&) {
    // Proxies answer in HTML, Gitea in plain text.
  }
  return json::array();
}

std::string text_of(const json& object, const char* name) {
  if (!object.is_object() || !object.contains(name) || !object[name].is_string()) return {};
  return object[name].get<std::string>();
}

std::string title_of(std::string_view html) {
  const std::size_t begin = html.find("<title>");
  const std::size_t end = html.find("</title>");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
    return "an HTML page";
  return std::string(html.substr(begin + 7, end - begin - 7));
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

}  // namespace

std::string summarize_error_body(std::string_view body) {
  std::string out;
  for (const json& error : errors_of(body)) {
    const std::string code = text_of(error, "code");
    const std::string message = text_of(error, "message");
    if (!out.empty()) out += "; ";
    out += code + (code.empty() || message.empty() ? "" : ": ") + message;
  }
  if (!out.empty()) return shortened(out);
  const std::string text = trimmed(body);
  if (text.empty() || text.front() == '{') return shortened(text);
  return shortened(text.front() == '<' ? title_of(text) : text);
}

bool has_error_code(std::string_view body, std::string_view code) {
  for (const json& error : errors_of(body)) {
    if (text_of(error, "code") == code) return true;
  }
  return false;
}

}  // namespace cooper::registry
