// JSON as Go's encoding/json indents and escapes it (two blanks; <, > and & as \u003c and the
// like).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/hcl/node.h"

namespace cooper::bake {

class JsonWriter {
 public:
  void begin_object();
  void end_object();
  void key(std::string_view name);
  void value(std::string_view text);
  void value(bool boolean);
  void value(const std::vector<std::string>& texts);
  void value(const hcl::Node& node);
  void begin_list();
  void end_list();
  void begin_item();  // before every value of a list

  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  void begin(char bracket);
  void end(char bracket);
  void new_line();

  std::string out_;
  std::vector<bool> filled_;  // per open bracket: something is in it
};

}  // namespace cooper::bake
