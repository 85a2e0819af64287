#include "builder/bake/compose_pairs.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "builder/bake/scalars.h"
#include "builder/hcl/number.h"

namespace cooper::bake {

Node pairs_node(const Node& node, const std::string& key) {
  if (node.kind == Node::Kind::object || node.kind == Node::Kind::null) return node;
  if (node.kind != Node::Kind::list)
    fail_at(node.where, "'" + key + "' must be a mapping or a list, not " + describe(node.kind));
  Node made;
  made.kind = Node::Kind::object;
  made.where = node.where;
  std::map<std::string, std::size_t> places;
  for (const Node& item : node.items) {
    const std::string text = to_text(item, "each of '" + key + "'");
    std::size_t split = text.find('=');
    if (key == "extra_hosts" && split == std::string::npos) split = text.find(':');
    Node value;
    if (split != std::string::npos) value = hcl::make_text(text.substr(split + 1));
    if (split == std::string::npos && key != "args" && key != "environment")
      value = hcl::make_text({});
    value.where = item.where;
    const auto [place, is_new] = places.try_emplace(text.substr(0, split), made.members.size());
    if (is_new) made.members.emplace_back();
    made.members[place->second] = {place->first, item.where, std::move(value)};
  }
  return made;
}

Node build_node(const Node& node) {
  if (node.kind == Node::Kind::object) return node;
  Node made;
  made.kind = Node::Kind::object;
  made.where = node.where;
  made.members.push_back({"context", node.where, hcl::make_text(to_text(node, "'build'"))});
  hcl::place(made, node.where);
  return made;
}

std::vector<std::string> words_of(const Node& node, const std::string& what) {
  if (node.kind == Node::Kind::list) return to_texts(node, what);
  const std::string text = to_text(node, what);
  std::vector<std::string> words;
  for (std::size_t at = text.find_first_not_of(" \t\n"); at != std::string::npos;) {
    const std::size_t end = text.find_first_of(" \t\n", at);
    words.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? end : text.find_first_not_of(" \t\n", end);
  }
  return words;
}

std::string size_text(const Node& node, const std::string& what) {
  constexpr std::string_view kUnits = "kmgt";
  std::string text = to_text(node, what);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::string_view rest = text;
  long double factor = 1;
  if (rest.ends_with("ib")) rest.remove_suffix(1);
  if (rest.ends_with('b') || (rest.ends_with('i') && rest.size() > 1)) rest.remove_suffix(1);
  const std::size_t unit = rest.empty() ? std::string_view::npos : kUnits.find(rest.back());
  if (unit != std::string_view::npos) {
    rest.remove_suffix(1);
    factor = std::pow(1024.0L, static_cast<long double>(unit + 1));
  }
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  const auto number = hcl::parse_number(rest);
  if (!number || *number < 0 || *number > 1e15L)
    fail_at(node.where, what + " must be a size like 64m, not '" + text + "'");
  long double size = std::floor(*number * factor);
  constexpr std::array<const char*, 6> kNames{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t step = 0;
  while (size >= 1024 && step + 1 < kNames.size()) {
    size /= 1024;
    ++step;
  }
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), size,
                                 std::chars_format::general, 4);
  return std::string(buffer.data(), end.ptr) + kNames[step];
}

}  // namespace cooper::bake
