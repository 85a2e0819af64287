#include "builder/bake/compose_yaml.h"

#include <yaml.h>

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "builder/bake/yaml_scalar.h"

namespace cooper::bake {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxValues = 100'000;

struct EventDeleter {
  void operator()(yaml_event_t* event) const {
    yaml_event_delete(event);
    delete event;
  }
};
using Event = std::unique_ptr<yaml_event_t, EventDeleter>;

class YamlReader {
 public:
  YamlReader(std::string_view text, const Document& document) : document_(document) {
    if (yaml_parser_initialize(&parser_) == 0) {
      throw base::Error(base::ErrorKind::failure, "read bake file", document.name,
                        "libyaml does not start");
    }
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~YamlReader() { yaml_parser_delete(&parser_); }
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;

  Node read() {
    static_cast<void>(next());  // the stream begins
    Event event = next();
    if (event->type == YAML_STREAM_END_EVENT) return at_start();
    Node node = value(next(), 0);
    static_cast<void>(next());  // the document ends
    event = next();
    if (event->type != YAML_STREAM_END_EVENT)
      fail_at(place(event->start_mark), "a second document is not supported", {}, 1,
              base::ErrorKind::unsupported);
    return node;
  }

 private:
  [[nodiscard]] Position place(const yaml_mark_t& mark) const {
    return {&document_, static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
  }

  [[nodiscard]] Node at_start() const {
    Node node;
    node.where = {&document_, 1, 1};
    return node;
  }

  Event next() {
    auto event = std::make_unique<yaml_event_t>();
    if (yaml_parser_parse(&parser_, event.get()) == 0) {
      const std::string problem = parser_.problem != nullptr ? parser_.problem : "unreadable";
      fail_at(place(parser_.problem_mark), "not valid YAML: " + problem);
    }
    return Event(event.release());
  }

  void count(std::size_t values, const Position& where) {
    values_ += values;
    if (values_ > kMaxValues)
      fail_at(where, "more than 100000 values", {}, 1, base::ErrorKind::limit);
  }

  Node value(const Event& event, int depth) {
    const Position where = place(event->start_mark);
    if (depth > kMaxDepth)
      fail_at(where, "nested deeper than 64 levels", {}, 1, base::ErrorKind::limit);
    count(1, where);
    Node node;
    std::string anchor;
    switch (event->type) {
      case YAML_ALIAS_EVENT: return alias(text_of(event->data.alias.anchor), where);
      case YAML_SCALAR_EVENT:
        node = scalar(event, where);
        anchor = text_of(event->data.scalar.anchor);
        break;
      case YAML_SEQUENCE_START_EVENT:
        require_no_tag(event->data.sequence_start.tag, "!!seq", where);
        node = sequence(where, depth);
        anchor = text_of(event->data.sequence_start.anchor);
        break;
      case YAML_MAPPING_START_EVENT:
        require_no_tag(event->data.mapping_start.tag, "!!map", where);
        node = mapping(where, depth);
        anchor = text_of(event->data.mapping_start.anchor);
        break;
      default: fail_at(where, "not valid YAML: a value is expected");
    }
    if (!anchor.empty()) anchors_[anchor] = node;
    return node;
  }

  static std::string text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string{} : reinterpret_cast<const char*>(text);
  }

  // "!!str" as it is written and as libyaml says it.
  static std::string short_tag(const yaml_char_t* tag) {
    constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
    const std::string text = text_of(tag);
    return text.starts_with(kPrefix) ? "!!" + text.substr(kPrefix.size()) : text;
  }

  static void require_no_tag(const yaml_char_t* tag, std::string_view allowed,
                             const Position& where) {
    const std::string text = short_tag(tag);
    if (text.empty() || text == allowed) return;
    fail_at(where, "the tag '" + text + "' is not supported", {}, text.size(),
            base::ErrorKind::unsupported);
  }

  static Node scalar(const Event& event, const Position& where) {
    const auto& data = event->data.scalar;
    std::string text(reinterpret_cast<const char*>(data.value), data.length);
    const std::string tag = short_tag(data.tag);
    const bool plain = data.style == YAML_PLAIN_SCALAR_STYLE && tag != "!!str";
    if (tag != "!!str" && tag != "!!int" && tag != "!!float" && tag != "!!bool" &&
        tag != "!!null") {
      require_no_tag(data.tag, "!", where);
    }
    Node node = plain ? plain_scalar(std::move(text)) : hcl::make_text(std::move(text));
    node.where = where;
    return node;
  }

  Node alias(const std::string& name, const Position& where) {
    const auto found = anchors_.find(name);
    if (found == anchors_.end())
      fail_at(where, "there is no anchor '" + name + "' before this", {}, name.size() + 1);
    count(hcl::weight(found->second), where);
    return found->second;
  }

  Node sequence(const Position& where, int depth) {
    Node node = hcl::make_list({});
    node.where = where;
    while (true) {
      const Event event = next();
      if (event->type == YAML_SEQUENCE_END_EVENT) return node;
      node.items.push_back(value(event, depth + 1));
    }
  }

  Node mapping(const Position& where, int depth) {
    Node node;
    node.kind = Node::Kind::object;
    node.where = where;
    std::set<std::string> keys;
    std::vector<Node> merged;
    while (true) {
      const Event event = next();
      if (event->type == YAML_MAPPING_END_EVENT) break;
      Node key = value(event, depth + 1);
      if (key.kind == Node::Kind::list || key.kind == Node::Kind::object)
        fail_at(key.where, "a key must be a text, not " + describe(key.kind));
      const std::string name =
          key.kind == Node::Kind::boolean ? (key.boolean ? "true" : "false") : key.text;
      Node inner = value(next(), depth + 1);
      const bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
      if (name == "<<" && plain && event->type == YAML_SCALAR_EVENT) {
        merged.push_back(std::move(inner));
        continue;
      }
      if (!keys.insert(name).second)
        fail_at(key.where, "the key '" + name + "' is there twice", {}, name.size());
      node.members.push_back({name, key.where, std::move(inner)});
    }
    for (const Node& each : merged) merge(node, keys, each);
    return node;
  }

  // What "<<" brings: a mapping or a list of them, of which the first goes first.
  void merge(Node& node, std::set<std::string>& keys, const Node& merged) {
    if (merged.kind == Node::Kind::list) {
      for (const Node& each : merged.items) {
        if (each.kind == Node::Kind::list) fail_at(each.where, "'<<' needs a mapping");
        merge(node, keys, each);
      }
      return;
    }
    if (merged.kind != Node::Kind::object)
      fail_at(merged.where, "'<<' needs a mapping, not " + describe(merged.kind));
    for (const Member& member : merged.members) {
      if (keys.insert(member.key).second) node.members.push_back(member);
    }
  }

  const Document& document_;
  yaml_parser_t parser_ = {};
  std::map<std::string, Node> anchors_;
  std::size_t values_ = 0;
};

}  // namespace

Node read_yaml(std::string_view text, const Document& document) {
  hcl::require_size(text, document);
  return YamlReader(text, document).read();
}

}  // namespace cooper::bake
