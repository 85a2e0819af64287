#include "builder/hcl/json_text.h"

namespace cooper::hcl {

std::string json_quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    const std::string_view separator = text.substr(at, 3);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\b') {
      out += "\\b";
    } else if (c == '\f') {
      out += "\\f";
    } else if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else if (separator == "\xe2\x80\xa8" || separator == "\xe2\x80\xa9") {
      out += separator.back() == '\xa8' ? "\\u2028" : "\\u2029";
      at += 2;
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string json_text(const Node& value) {
  switch (value.kind) {
    case Node::Kind::null: return "null";
    case Node::Kind::boolean: return value.boolean ? "true" : "false";
    case Node::Kind::number: return value.text;
    case Node::Kind::string: return json_quoted(value.text);
    case Node::Kind::list: {
      std::string out;
      for (const Node& item : value.items) {
        out += out.empty() ? "[" : ",";
        out += json_text(item);
      }
      return out.empty() ? "[]" : out + "]";
    }
    case Node::Kind::object: break;
  }
  std::string out;
  for (const Member& member : value.members) {
    out += out.empty() ? "{" : ",";
    out += json_quoted(member.key);
    out += ":";
    out += json_text(member.value);
  }
  return out.empty() ? "{}" : out + "}";
}

}  // namespace cooper::hcl
