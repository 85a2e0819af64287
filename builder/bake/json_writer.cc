#include "builder/bake/json_writer.h"

#include "builder/hcl/json_text.h"

namespace cooper::bake {
void JsonWriter::new_line() {
  out_ += '\n';
  out_.append(2 * filled_.size(), ' ');
}

void JsonWriter::begin(char bracket) {
  out_ += bracket;
  filled_.push_back(false);
}

void JsonWriter::end(char bracket) {
  const bool filled = filled_.back();
  filled_.pop_back();
  if (filled) new_line();
  out_ += bracket;
}

void JsonWriter::begin_object() { begin('{'); }
void JsonWriter::end_object() { end('}'); }
void JsonWriter::begin_list() { begin('['); }
void JsonWriter::end_list() { end(']'); }

void JsonWriter::begin_item() {
  if (filled_.back()) out_ += ',';
  filled_.back() = true;
  new_line();
}

void JsonWriter::key(std::string_view name) {
  begin_item();
  out_ += hcl::json_quoted(name);
  out_ += ": ";
}

void JsonWriter::value(std::string_view text) { out_ += hcl::json_quoted(text); }
void JsonWriter::value(bool boolean) { out_ += boolean ? "true" : "false"; }

void JsonWriter::value(const std::vector<std::string>& texts) {
  begin_list();
  for (const std::string& text : texts) {
    begin_item();
    value(std::string_view(text));
  }
  end_list();
}

void JsonWriter::value(const hcl::Node& node) {
  if (node.kind == hcl::Node::Kind::object) {
    begin_object();
    for (const hcl::Member& member : node.members) {
      key(member.key);
      value(member.value);
    }
    end_object();
  } else if (node.kind == hcl::Node::Kind::list) {
    begin_list();
    for (const hcl::Node& item : node.items) {
      begin_item();
      value(item);
    }
    end_list();
  } else {
    out_ += hcl::json_text(node);
  }
}

}  // namespace cooper::bake
