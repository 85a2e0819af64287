// base64, JSON, CSV, URLs.
#include <cstdint>
#include <set>
#include <utility>

#include "base/utf8.h"
#include "builder/hcl/csv.h"
#include "builder/hcl/functions.h"
#include "builder/hcl/json_reader.h"
#include "builder/hcl/json_text.h"

namespace cooper::hcl {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Node base64encode(Call& call) {
  const std::string text = call.text(0);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const bool there = at + i < text.size();
      bits = bits << 8U | (there ? static_cast<unsigned char>(text[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const bool there = at + i <= text.size();
      out += there ? kBase64[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return make_text(std::move(out));
}

Node base64decode(Call& call) {
  std::string text = call.text(0);
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  const std::size_t end = text.find('=');
  const std::string_view digits = std::string_view(text).substr(0, end);
  const bool padded = text.size() % 4 == 0 && text.size() - digits.size() <= 2 &&
                      text.find_first_not_of('=', digits.size()) == std::string::npos;
  for (const char c : digits) {
    const std::size_t value = kBase64.find(c);
    if (value == std::string_view::npos || !padded) call.fail("argument 1 is not base64");
    bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xffffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(static_cast<unsigned char>(bits >> count & 0xffU));
  }
  if (!padded) call.fail("argument 1 is not base64");
  if (!base::is_valid_utf8(out)) call.fail("the result is not valid UTF-8");
  return make_text(std::move(out));
}

// Members in the order of their keys and without places, which are those of the JSON text.
Node plain(const Node& node) {
  if (node.kind == Node::Kind::object) {
    std::map<std::string, Node> members;
    for (const Member& member : node.members) members[member.key] = plain(member.value);
    return make_object(std::move(members));
  }
  Node out = node;
  out.where = {};
  for (Node& item : out.items) item = plain(item);
  return out;
}

Node jsondecode(Call& call) {
  const std::string text = call.text(0);
  const Document document = make_document(text, "the text");
  try {
    return plain(read_json(text, document));
  } catch (const base::Error& error) {
    if (!is_recoverable(error))
      throw base::Error(error.kind(), "read bake file", {}, error.cause());
    call.fail("argument 1 is not JSON: " + error.cause());
  }
}

Node csvdecode(Call& call) {
  std::string why;
  const auto rows = read_csv(call.text(0), why);
  if (!rows) call.fail("argument 1 is not CSV: " + why);
  if (rows->empty()) call.fail("there is no line with the names of the columns");
  const std::vector<std::string>& names = rows->front();
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size())
    call.fail("a column's name is there twice");
  std::vector<Node> items;
  for (std::size_t row = 1; row < rows->size(); ++row) {
    std::map<std::string, Node> members;
    call.charge(names.size());
    for (std::size_t at = 0; at < names.size(); ++at)
      members[names[at]] = make_text((*rows)[row].at(at));
    items.push_back(make_object(std::move(members)));
  }
  return make_list(std::move(items));
}

Node urlencode(Call& call) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : call.text(0)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') ||
                              std::string_view("-_.~").find(c) != std::string_view::npos;
    if (plain_letter) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return make_text(std::move(out));
}

}  // namespace

FunctionTable encoding_functions() {
  return {{"base64encode", {1, 1, base64encode}},
          {"base64decode", {1, 1, base64decode}},
          {"jsonencode", {1, 1, [](Call& call) { return make_text(json_text(call.any(0))); }}},
          {"jsondecode", {1, 1, jsondecode}},
          {"csvdecode", {1, 1, csvdecode}},
          {"urlencode", {1, 1, urlencode}}};
}

}  // namespace cooper::hcl
